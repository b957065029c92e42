// Bulk reading and writing of whole rows as JSON: one statement and one value, however many rows, in both databases.

import type { Queryable, Row } from "./database.ts";

/** The tables that are written row by whole row; a name from outside never gets here. */
export type RowTable = "acts" | "act_parties" | "raw_logs" | "blocks" | "undo" | ProjectionTable;

/** The tables folded from acts, each keyed by `key`. */
export type ProjectionTable =
  | "heads"
  | "accounts"
  | "consents"
  | "requests"
  | "mutes"
  | "documents"
  | "document_versions"
  | "appointments"
  | "availability"
  | "anchors"
  | "credentials"
  | "members"
  | "auditors"
  | "registrars";

/** A projection's row, in the shape of its table. */
export type ProjectionRow = { key: string } & Row;

/** Inserts whole rows; fails when one is there already. */
export async function insertRows(tx: Queryable, table: RowTable, rows: readonly object[]): Promise<void> {
  if (rows.length === 0) return;
  await tx.query(`insert into ${table} select * from jsonb_populate_recordset(null::${table}, $1::jsonb)`, [
    JSON.stringify(rows),
  ]);
}

/** The rows of a projection with the given keys. */
export async function readRows(
  tx: Queryable,
  table: ProjectionTable,
  keys: readonly string[],
): Promise<ProjectionRow[]> {
  if (keys.length === 0) return [];
  const rows = await tx.query<{ row: ProjectionRow }>(
    `select to_jsonb(t) as row from ${table} t where key = any($1::text[])`,
    [keys],
  );
  return rows.map(({ row }) => row);
}

/** The rows of a projection after a key, in key order, at most `limit`. */
export async function readRowsAfter(
  tx: Queryable,
  table: ProjectionTable,
  { after, limit }: { after: string | null; limit: number },
): Promise<ProjectionRow[]> {
  const rows = await tx.query<{ row: ProjectionRow }>(
    `select to_jsonb(t) as row from ${table} t where $1::text is null or key collate "C" > $1
     order by key collate "C" limit $2`,
    [after, limit],
  );
  return rows.map(({ row }) => row);
}

/** Makes the rows of the given keys be exactly `rows`: a key without a row is deleted. */
export async function replaceRows(
  tx: Queryable,
  table: ProjectionTable,
  keys: readonly string[],
  rows: readonly ProjectionRow[],
): Promise<void> {
  if (keys.length === 0) return;
  await tx.query(`delete from ${table} where key = any($1::text[])`, [keys]);
  await insertRows(tx, table, rows);
}
