// Counts, gauges and histograms for an operator, in Prometheus' text format and by its conventions: base units, `_total`
// for what only grows, few labels of few values. Rule: no label ever holds an address, a name, an id or a CID.

/** Labels of one sample: few, and each of few values. */
export type Labels = Readonly<Record<string, string>>;

/** Numbers that the service keeps about itself. */
export type Metrics = {
  /** Adds to a counter. */
  count(name: string, by?: number, labels?: Labels): void;
  /** Sets a gauge. */
  set(name: string, value: number, labels?: Labels): void;
  /** Adds one observation, in seconds, to a histogram. */
  observe(name: string, seconds: number, labels?: Labels): void;
  /** Everything, as Prometheus' text exposition format 0.0.4. */
  render(): string;
};

const FAST = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/** What each name counts: shown beside its numbers. A name that is missing here still works, without words. */
const words: Readonly<Record<string, string>> = {
  http_requests: "Requests answered, by route, method and status.",
  http_request: "How long requests took, in seconds, by route.",
  release: "How long it took to answer a read request, receipt included, in seconds.",
  documents_released: "Documents opened for a reader.",
  documents_refused: "Documents that were not opened, by reason.",
  refusals_unrecorded: "Refusals of strangers that were counted without a receipt, because there were too many.",
  erasures: "Documents erased.",
  seal_purges: "Times that the table of seals was written anew, because seals were destroyed.",
  disclosures: "Times that an auditor was shown what consents say.",
  receipts_unanchored: "Receipts that stand in no batch on the ledger yet.",
  chain_head: "Number of the newest block that the node named.",
  indexed_block: "Number of the newest block that is indexed.",
  proven_block: "Number of the newest block up to which every account's history was compared with the contracts.",
  final_block: "Number of the newest block that counts as final.",
  index_lag_blocks: "How many blocks the index is behind the node.",
  index_lag_seconds: "How old the newest indexed block is.",
  acts: "Acts indexed.",
  unknown_acts: "Events that this program does not know, kept raw.",
  raw_logs: "Logs of the contracts that are no acts, kept raw.",
  projection_faults:
    "Changes of acts that made no sense to a projection: the acts are kept, the rows were left as they were.",
  reorgs: "Reorganisations of the chain that were followed.",
  sync_failures: "Times that the index could not go on and tried again.",
  rpc_errors: "Calls to the chain's node that failed.",
  rows: "Rows of the index, by table.",
  sign_in_failures: "Sign-ins that failed.",
  session_token_reuses: "Sessions that were ended because a refresh token came twice.",
  relays_accepted: "Signed acts taken in.",
  relays_failed: "Signed acts that did not get to the ledger.",
  relay_queue: "Transactions of the service that wait, or are on their way.",
  transactions_sent: "Transactions handed to the node.",
  sendings_failed: "Transactions given up before they were sent.",
  sender_without_funds: "1 while the service's account cannot pay for its transactions.",
};

type Kind = "counter" | "gauge" | "histogram";
type Histogram = { counts: number[]; count: number; sum: number };
/** All samples of one name, by their labels. */
type Family = { kind: Kind; samples: Map<string, number>; histograms: Map<string, Histogram> };

/** Makes an empty set of numbers. */
export function createMetrics(): Metrics {
  const families = new Map<string, Family>();

  function family(name: string, kind: Kind): Family {
    const key = `${kind} ${name}`;
    const found: Family = families.get(key) ?? { kind, samples: new Map(), histograms: new Map() };
    families.set(key, found);
    return found;
  }

  function renderHistogram(full: string, histograms: ReadonlyMap<string, Histogram>): string[] {
    return [...histograms].flatMap(([labels, { counts, count, sum }]) => {
      const more = labels === "" ? "" : `,${labels}`;
      const own = labels === "" ? "" : `{${labels}}`;
      return [
        ...FAST.map((edge, at) => `${full}_bucket{le="${edge}"${more}} ${counts[at] ?? 0}`),
        `${full}_bucket{le="+Inf"${more}} ${count}`,
        `${full}_sum${own} ${sum}`,
        `${full}_count${own} ${count}`,
      ];
    });
  }

  return {
    count(name, by = 1, labels = {}) {
      const { samples } = family(name, "counter");
      const key = writeLabels(labels);
      samples.set(key, (samples.get(key) ?? 0) + by);
    },
    set: (name, value, labels = {}) => void family(name, "gauge").samples.set(writeLabels(labels), value),
    observe(name, seconds, labels = {}) {
      const { histograms } = family(name, "histogram");
      const key = writeLabels(labels);
      const seen = histograms.get(key) ?? { counts: FAST.map(() => 0), count: 0, sum: 0 };
      for (const [at, edge] of FAST.entries()) if (seconds <= edge) seen.counts[at] = (seen.counts[at] ?? 0) + 1;
      seen.count += 1;
      seen.sum += seconds;
      histograms.set(key, seen);
    },
    render() {
      const lines = [...families].flatMap(([key, { kind, samples, histograms }]) => {
        const name = key.slice(kind.length + 1);
        const full = `placet_${name}${kind === "counter" ? "_total" : kind === "histogram" ? "_seconds" : ""}`;
        return [
          `# HELP ${full} ${words[name] ?? name.replaceAll("_", " ")}`,
          `# TYPE ${full} ${kind}`,
          ...(kind === "histogram"
            ? renderHistogram(full, histograms)
            : [...samples].map(([labels, value]) => `${full}${labels === "" ? "" : `{${labels}}`} ${value}`)),
        ];
      });
      return `${lines.join("\n")}\n`;
    },
  };
}

const written = new WeakMap<Labels, string>();

/** Labels as they are shown. Whoever counts often gives the same object, which is written down once. */
function writeLabels(labels: Labels): string {
  const known = written.get(labels);
  if (known !== undefined) return known;
  const text = Object.entries(labels)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => `${name}="${value.replace(/[\\"\n]/g, (sign) => (sign === "\n" ? "\\n" : `\\${sign}`))}"`)
    .join(",");
  written.set(labels, text);
  return text;
}
