// The seals that every gateway a patient trusts should hold: what whoever has her consent can open by the service's own.
// Those of older versions are made anew at that one, too, once her vault has a new root.
// Rule: older versions, and what she has not accepted yet, only where that one holds a seal of them; nothing twice.
import type { Bytes } from "#protocol/bytes.ts";
import type { Hex } from "viem";
import { isLive, isNew, type ChartRecord } from "./record.ts";
import type { readVersions } from "./versions.ts";

type KeyedBy = "category" | "document";

/** A seal that should be held, with what it is made from. */
export type Wanted = { document: Hex; version: number; category: string; keyedBy: KeyedBy; manifestBytes: Bytes };

/** Live, opened, and the patient's own or accepted. */
export function isShared(record: ChartRecord): boolean {
  return isLive(record) && !isNew(record) && record.metadata !== undefined && record.manifestBytes !== undefined;
}

function orderOf(record: ChartRecord, keyedBy: KeyedBy): Wanted[] {
  const { document, version, metadata, manifestBytes } = record;
  return metadata && manifestBytes ? [{ document, version, category: metadata.category, manifestBytes, keyedBy }] : [];
}

/** Those of the newest versions. `named`: documents that consents name. */
export function wantedOfNewest(records: readonly ChartRecord[], named: ReadonlySet<string>): Wanted[] {
  return records.filter(isLive).flatMap((record) => {
    const held = record.seals.filter(({ version }) => version === record.version).map(({ keyedBy }) => keyedBy);
    const due: KeyedBy[] = named.has(record.document) ? ["category", "document"] : ["category"];
    return [...new Set(isShared(record) ? due : held)].flatMap((keyedBy) => orderOf(record, keyedBy));
  });
}

/**
 * Gives a function that gives those of older versions, each of which is looked up once. What cannot be had is left out;
 * `orThrow`: a document whose versions cannot be listed now is not, and the Failure is thrown.
 */
export function createOlderReader(
  read: typeof readVersions,
): (records: readonly ChartRecord[], options?: { orThrow?: boolean }) => Promise<Wanted[]> {
  const known = new Map<string, ChartRecord>();
  const nameOf = (document: string, version: number): string => `${document}|${version}`;

  async function look(record: ChartRecord, orThrow: boolean): Promise<void> {
    const versions = await read(record).catch((error: unknown) => {
      if (orThrow) throw error;
      return [];
    });
    for (const one of versions) if (one.manifestBytes) known.set(nameOf(record.document, one.version), one);
  }

  return async (records, { orThrow = false } = {}) => {
    const wanted: Wanted[] = [];
    for (const record of records.filter(isLive)) {
      const { document } = record;
      const older = record.seals.filter(({ version }) => version < record.version);
      if (older.some(({ version }) => !known.has(nameOf(document, version)))) await look(record, orThrow);
      for (const { version, keyedBy } of older) {
        const one = known.get(nameOf(document, version));
        if (one) wanted.push(...orderOf(one, keyedBy));
      }
    }
    return wanted;
  };
}
