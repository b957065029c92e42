// The seals that every gateway a patient trusts should hold: what whoever has her consent can open by the service's own.
// Rule: older versions, and what she has not accepted yet, only where that one holds a seal of them; nothing twice.
import type { Bytes } from "#protocol/bytes.ts";
import type { Hex } from "viem";
import { isLive, isNew, type ChartRecord } from "./record.ts";
import type { readVersions } from "./versions.ts";

type KeyedBy = "category" | "document";

/** A seal that should be held, with what it is made from. */
type Wanted = { document: Hex; version: number; category: string; keyedBy: KeyedBy; manifestBytes: Bytes };

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

/** Gives a function that gives those of older versions, each of which is looked up once. What cannot be had is left out. */
export function createOlderReader(read: typeof readVersions): (records: readonly ChartRecord[]) => Promise<Wanted[]> {
  const known = new Map<string, ChartRecord>();
  const nameOf = (document: string, version: number): string => `${document}|${version}`;

  return async (records) => {
    const wanted: Wanted[] = [];
    for (const record of records.filter(isLive)) {
      const { document } = record;
      const older = record.seals.filter(({ version }) => version < record.version);
      if (older.some(({ version }) => !known.has(nameOf(document, version)))) {
        const versions = await read(record).catch(() => []);
        for (const one of versions) if (one.manifestBytes) known.set(nameOf(document, one.version), one);
      }
      for (const { version, keyedBy } of older) {
        const one = known.get(nameOf(document, version));
        if (one) wanted.push(...orderOf(one, keyedBy));
      }
    }
    return wanted;
  };
}
