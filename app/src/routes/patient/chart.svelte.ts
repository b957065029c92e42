// Everything that the patient's pages share while the vault is open: five lists, and the housekeeping between them
// (re-keying after an end, then sealing what is not sealed yet). Rule: re-keying comes before sealing, always.
import { createActivity, type LineContext } from "#app/activity/index.ts";
import { createAppointments } from "#app/appointments/index.ts";
import {
  countReaders,
  createConsents,
  isOpen,
  readersOf,
  rekeyAfterEnd,
  type GrantableDocument,
  type Reader,
} from "#app/consents/index.ts";
import { createGateways, type Gateways } from "#app/gateways/index.ts";
import { nameOf } from "#app/people/index.ts";
import {
  categoryLabel,
  createOlderReader,
  createRecords,
  isShared,
  readVersions,
  recordedAt,
  sealRecords,
  sealWanted,
  wantedOfNewest,
  type ChartRecord,
} from "#app/records/index.ts";
import { createRequests } from "#app/requests/index.ts";
import { announce, clock, dateInWords, t } from "#app/ui/index.ts";
import { hasPublishedKey, isNewRootUnsealed, noteRootSealed, vault } from "#app/vault/index.ts";
import { getContext, setContext } from "svelte";
import type { Address } from "viem";

const KEY = Symbol("chart");
/** What was anchored less long ago is still being sealed by the page that added it. Seconds. */
const YOUNG = 20;

/** The patient's lists and what is worked out from several of them. */
export type Chart = ReturnType<typeof createChart>;

/** Makes the lists known to all pages below. */
export function provideChart(subject: Address): Chart {
  return setContext(KEY, createChart(subject));
}

/** The lists, inside the patient's place. */
export function useChart(): Chart {
  return getContext<Chart>(KEY);
}

function createChart(subject: Address) {
  const records = createRecords({ subject });
  const consents = createConsents({ subject });
  const requests = createRequests({ subject });
  const activity = createActivity({ subject });
  const appointments = createAppointments({ account: subject });
  const gateways = createGateways({ subject });

  function coveredOf(record: ChartRecord) {
    return {
      document: record.document,
      category: record.metadata?.category ?? "",
      recordedOn: record.metadata?.recordedOn ?? "",
    };
  }
  function readers(record: ChartRecord): Reader[] {
    return record.metadata ? readersOf(coveredOf(record), consents.list, clock.now) : [];
  }
  const grantable = $derived(
    records.all.flatMap((record): GrantableDocument[] =>
      record.status === 1 && record.metadata
        ? [
            {
              ...coveredOf(record),
              title: record.metadata.title,
              categoryLabel: categoryLabel(record.metadata.category),
              when: dateInWords(recordedAt(record)),
            },
          ]
        : [],
    ),
  );
  const shared = $derived(records.all.filter(isShared));
  const context: LineContext = {
    viewer: subject,
    nameOf,
    titleOf: (document) => records.find(document)?.metadata?.title,
  };

  return {
    subject,
    records,
    consents,
    requests,
    activity,
    appointments,
    gateways,
    context,
    readers,
    countReaders: (record: ChartRecord) =>
      consents.loader.state === "ready" && record.metadata ? countReaders(readers(record)) : undefined,
    /** Documents that every trusted gateway should be able to hand over. */
    get shared(): readonly ChartRecord[] {
      return shared;
    },
    /** Documents that a consent can open. */
    get grantable(): readonly GrantableDocument[] {
      return grantable;
    },
    stop(): void {
      for (const list of [records, consents, requests, activity, appointments, gateways]) list.stop();
    },
    keepHouse: createHousekeeper({ subject, records, consents, gateways }),
  };
}

/** Whether the vault's root is newer than what is sealed. Its vault account can re-key only once its key is published. */
async function isRootNew(subject: Address): Promise<boolean> {
  if (!isNewRootUnsealed() || !vault.publicKey) return false;
  return (await hasPublishedKey(subject, vault.publicKey, vault.formerKeys)) === "ours";
}

/**
 * Re-keys and seals whatever is due, and then sees to it that the added gateways have what this service has. One run at a
 * time; what fails is tried again with the next change.
 */
function createHousekeeper(chart: {
  subject: Address;
  records: ReturnType<typeof createRecords>;
  consents: ReturnType<typeof createConsents>;
  gateways: Gateways;
}): () => Promise<void> {
  const readOlder = createOlderReader(readVersions);
  let running = false;
  let again = false;
  /** Of how many roots the newest was handed on here: what fails after that is no reason to hand it on once more. */
  let handedOn = 0;
  async function keepHouse(): Promise<void> {
    const { subject, records, consents, gateways } = chart;
    again ||= running;
    if (running || consents.loader.state !== "ready" || records.loader.state !== "ready") return;
    running = true;
    try {
      const now = Math.floor(Date.now() / 1000);
      // A new root makes other keys for every compartment: they are handed on, and everything is sealed under them.
      const { roots } = vault;
      const newRoot = await isRootNew(subject);
      const lastEnd = consents.lastEnd(now);
      const toHandOn = newRoot && handedOn < roots;
      const outcome = await rekeyAfterEnd({ subject, consents: consents.list, lastEnd, now, newRoot: toHandOn });
      if (newRoot) handedOn = roots;
      for (const grantee of outcome.leftOut) {
        announce(t("patient.rekey.leftOut", { name: nameOf(grantee) }), { tone: "problem" });
      }
      if (outcome.untold) announce(t("gateways.untold"), { tone: "problem" });
      const inForce = records.all.filter((one) => one.status === 1);
      // What she has not accepted waits: a seal of hers would say that she has, and accepting it makes one of these keys.
      if (newRoot) await sealRecords(inForce.filter(isShared), { subject, keyedBy: "category" });
      const settled = (record: ChartRecord): boolean => record.at < now - YOUNG;
      await sealRecords(records.unsealed.filter(settled), { subject, keyedBy: "category" });
      const named = new Set(
        consents.list.filter((one) => isOpen(one, now)).flatMap((one) => one.opening?.documents ?? []),
      );
      const single = inForce.filter((one) => named.has(one.document) && (newRoot || !one.sealedSingly));
      await sealRecords(single, { subject, keyedBy: "document" });
      if (newRoot) {
        await sealWanted(await readOlder(records.all, { orThrow: true }), { subject });
        await noteRootSealed(roots);
      }
      const newest = wantedOfNewest(records.all, named);
      gateways.keepUp(gateways.standings.length === 0 ? newest : [...newest, ...(await readOlder(records.all))]);
    } catch {
      // Nothing is lost: the same work is due again at the next change, and the transaction line said what failed.
    } finally {
      running = false;
    }
    if (!again) return;
    again = false;
    await keepHouse();
  }
  return keepHouse;
}
