// How a projection follows an act: it names the rows that the act touches and says what each becomes. No projection
// looks at anything but the row's own past and the act, so folding again from nothing gives the same rows.

import type { LedgerAct } from "#protocol/history/index.ts";
import type { ProjectionRow, ProjectionTable } from "../../store/rows.ts";

/** An act that was decoded. */
export type KnownAct = Extract<LedgerAct, { known: true }>;

/** What one act does to one row: `next` gets the row as it was (null: there was none) and gives what it is now. */
export type Change = {
  table: ProjectionTable;
  key: string;
  next: (before: ProjectionRow | null) => ProjectionRow | null;
};

/** Joins identifying columns to a key. */
export function keyOf(...parts: readonly (string | number | bigint)[]): string {
  return parts.join("|");
}

/** A change that puts a whole new row in place, whatever was there. */
export function put(table: ProjectionTable, row: ProjectionRow): Change {
  return { table, key: row.key, next: () => row };
}

/**
 * A change that overwrites some columns of a row. Where there was none it is made of `empty`; without `empty` nothing is
 * made, as the ledger never says such a thing of what it does not have.
 */
export function patch(
  table: ProjectionTable,
  key: string,
  columns: Record<string, unknown>,
  empty?: Record<string, unknown>,
): Change {
  return {
    table,
    key,
    next: (before) => (before === null && empty === undefined ? null : { ...empty, ...before, ...columns, key }),
  };
}
