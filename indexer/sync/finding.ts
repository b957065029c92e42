// What the check at start can find: one stored row that is not what the ledger says, or one that is not stored although
// it must be, named by its place.

import type { TrailDifference } from "#protocol/history/index.ts";
import type { ActRow } from "../store/acts.ts";
import type { ProjectionTable } from "../store/rows.ts";
import type { ContractName } from "./batch.ts";

/** One stored row that is not what the ledger says, or one that is not stored although it must be. */
export type Finding = {
  kind: TrailDifference["kind"] | "head-differs";
  table: "acts" | ProjectionTable;
  contract: ContractName;
  account: string | null;
  block: number | null;
  tx: string | null;
  logIndex: number | null;
  /** Which columns differ, where that is known. */
  fields: string[];
  message: string;
};

/** A finding that names no place yet. */
export function emptyFinding(contract: ContractName): Omit<Finding, "kind" | "message"> {
  return { table: "acts", contract, account: null, block: null, tx: null, logIndex: null, fields: [] };
}

/** An act that is stored with other words than the ledger's. */
export function alteredRow(contract: ContractName, row: ActRow, fields: string[]): Finding {
  return {
    ...emptyFinding(contract),
    kind: "altered",
    account: row.account,
    block: row.block,
    tx: row.tx,
    logIndex: row.logIndex,
    fields,
    message: `Log ${row.logIndex} of block ${row.block} is stored with other words than the ledger's: ${fields.join(", ")}.`,
  };
}

/** A difference of the trail as a finding. */
export function toFinding(contract: ContractName, difference: TrailDifference): Finding {
  const { where } = difference;
  return {
    ...emptyFinding(contract),
    kind: difference.kind,
    account: where.account,
    block: where.block,
    tx: where.tx,
    logIndex: where.logIndex,
    fields: (difference.fields ?? []).map((each) => each.field),
    message: difference.message,
  };
}

/** The columns in which `stored` is not what it must be. */
export function differingFields(expected: object, stored: object): string[] {
  const held = new Map(Object.entries(stored));
  return Object.entries(expected)
    .filter(([name, value]) => stable(value) !== stable(held.get(name)))
    .map(([name]) => name);
}

/** JSON with sorted keys: jsonb does not keep their order. */
function stable(value: unknown): string {
  return JSON.stringify(value ?? null, (_, part: unknown) =>
    typeof part === "object" && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  );
}
