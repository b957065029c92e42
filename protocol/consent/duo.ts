// GA4GH Data Use Ontology: machine-readable bounds of research use, carried by the research template's `duo` term.
// Rule: the order of this table is the canonical order; a code that is not here is refused.

/** One DUO code, with or without a parameter ("DS=MONDO:0005148", "TS=12"). */
export type DuoCode = {
  readonly code: string;
  /** The class of the ontology. */
  readonly id: string;
  /** The words inside a sentence; "{}" stands for the parameter. */
  readonly phrase: string;
  /** What stands after "=": nothing, a disease's MONDO class, months, a year, or a word. */
  readonly parameter: "none" | "disease" | "months" | "year" | "word";
};

/** The codes that a consent may carry: one permission first, then the modifiers. */
export const duoCodes: readonly DuoCode[] = [
  { code: "GRU", id: "DUO:0000042", phrase: "general research use", parameter: "none" },
  { code: "HMB", id: "DUO:0000006", phrase: "health, medical or biomedical research", parameter: "none" },
  { code: "DS", id: "DUO:0000007", phrase: "research on the disease {}", parameter: "disease" },
  { code: "POA", id: "DUO:0000011", phrase: "research on origins or ancestry only", parameter: "none" },
  { code: "NMDS", id: "DUO:0000015", phrase: "no development of general methods", parameter: "none" },
  { code: "GSO", id: "DUO:0000016", phrase: "genetic studies only", parameter: "none" },
  {
    code: "NPUNCU",
    id: "DUO:0000018",
    phrase: "not for profit use by not for profit organisations",
    parameter: "none",
  },
  { code: "PUB", id: "DUO:0000019", phrase: "results must be published", parameter: "none" },
  { code: "COL", id: "DUO:0000020", phrase: "work together with the ones who collected the data", parameter: "none" },
  { code: "IRB", id: "DUO:0000021", phrase: "an ethics committee must approve", parameter: "none" },
  { code: "GS", id: "DUO:0000022", phrase: "only in the region {}", parameter: "word" },
  { code: "MOR", id: "DUO:0000024", phrase: "nothing is published before {}", parameter: "year" },
  { code: "TS", id: "DUO:0000025", phrase: "use ends after {} months", parameter: "months" },
  { code: "US", id: "DUO:0000026", phrase: "only by the user {}", parameter: "word" },
  { code: "PS", id: "DUO:0000027", phrase: "only in the project {}", parameter: "word" },
  { code: "IS", id: "DUO:0000028", phrase: "only at the institution {}", parameter: "word" },
  { code: "RTN", id: "DUO:0000029", phrase: "results are returned to the database", parameter: "none" },
  { code: "CC", id: "DUO:0000043", phrase: "clinical care use", parameter: "none" },
  { code: "NPU", id: "DUO:0000045", phrase: "use only by not for profit organisations", parameter: "none" },
  { code: "NCU", id: "DUO:0000046", phrase: "no commercial use", parameter: "none" },
];

const parameters = {
  none: /^$/,
  disease: /^MONDO:\d{7}$/,
  months: /^[1-9]\d{0,2}$/,
  year: /^20\d\d$/,
  word: /^[A-Za-z0-9][A-Za-z0-9.-]{0,31}$/,
} as const;

/** Splits "TS=12" and finds its code; null when code or parameter is not known. */
export function readDuo(entry: string): { index: number; code: DuoCode; value: string } | null {
  const at = entry.indexOf("=");
  const name = at < 0 ? entry : entry.slice(0, at);
  const value = at < 0 ? "" : entry.slice(at + 1);
  const index = duoCodes.findIndex((code) => code.code === name);
  const code = duoCodes[index];
  if (code === undefined || at >= 0 === (code.parameter === "none") || !parameters[code.parameter].test(value)) {
    return null;
  }
  return { index, code, value };
}
