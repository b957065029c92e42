// Bulk reading and writing of whole rows: read as JSON and written by COPY, one statement however many rows, in both
// databases.

import type { Copy, CopyValue } from "./copy.ts";
import type { Queryable, Row } from "./database.ts";

/** The tables that are written row by whole row; a name from outside never gets here. */
export type RowTable = "acts" | "act_parties" | "raw_logs" | "blocks" | "undo" | ProjectionTable;

/** The tables folded from acts, each keyed by `key`. */
const keyedTables = [
  ...([
    "heads",
    "accounts",
    "consents",
    "requests",
    "mutes",
    "documents",
    "document_versions",
    "appointments",
  ] as const),
  ...(["availability", "anchors", "credentials", "members", "auditors", "registrars"] as const),
] as const;
/** One of the tables folded from acts. */
export type ProjectionTable = (typeof keyedTables)[number];

/** A projection's row, in the shape of its table. */
export type ProjectionRow = { key: string } & Row;

/** What each table's rows are made of, in order; asked of the database once. */
const columnsOf = new Map<RowTable, readonly string[]>();

async function readColumns(tx: Queryable, table: RowTable): Promise<readonly string[]> {
  const known = columnsOf.get(table);
  if (known !== undefined) return known;
  const rows = await tx.query<{ name: string }>(
    `select attname as name from pg_attribute
     where attrelid = $1::regclass and attnum > 0 and not attisdropped and attgenerated = '' and attidentity = ''
     order by attnum`,
    [table],
  );
  const columns = rows.map(({ name }) => name);
  columnsOf.set(table, columns);
  return columns;
}

/** Whole rows for a table; what a row leaves out is null. */
export type NewRows = { table: RowTable; rows: readonly object[] };

/** Inserts whole rows. Fails when one is there already. */
export async function insertRows(tx: Queryable, ...sets: readonly NewRows[]): Promise<void> {
  const copies: Copy[] = [];
  for (const { table, rows } of sets) {
    if (rows.length === 0) continue;
    const columns = await readColumns(tx, table);
    copies.push({ table, columns, rows: copyValues(rows, columns) });
  }
  if (copies.length > 0) await tx.copyTables(copies);
}

function* copyValues(rows: readonly object[], columns: readonly string[]): Generator<CopyValue[]> {
  for (const row of rows) yield columns.map((column) => toCopyValue((row as Row)[column]));
}

/** A list is an array of texts; any other object is JSON. */
function toCopyValue(value: unknown): CopyValue {
  if (value === undefined || value === null) return null;
  if (typeof value === "object" && !Array.isArray(value) && !(value instanceof Uint8Array))
    return JSON.stringify(value);
  return value as CopyValue;
}

const readKeyed = keyedTables
  .map(
    (table, at) =>
      `select '${table}' as "table", to_jsonb(t) as row from ${table} t where key = any($${at + 1}::text[])`,
  )
  .join(" union all ");

/** The rows of projections with the given keys: one question, however many tables. */
export async function readRows(
  tx: Queryable,
  wanted: ReadonlyMap<ProjectionTable, readonly string[]>,
): Promise<{ table: ProjectionTable; row: ProjectionRow }[]> {
  if (wanted.size === 0) return [];
  return tx.query<{ table: ProjectionTable; row: ProjectionRow }>(
    readKeyed,
    keyedTables.map((table) => wanted.get(table) ?? []),
  );
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

/** What takes the place of the rows with some keys. */
export type Replacement = { table: ProjectionTable; keys: readonly string[]; rows: readonly ProjectionRow[] };

const deleteKeyed = `with ${keyedTables
  .map((table, at) => `of_${table} as (delete from ${table} where key = any($${at + 1}::text[]))`)
  .join(", ")} select 1`;

/**
 * Makes the rows of the given keys be exactly the given ones: a key without a row is deleted. Inserts `others` besides. Two
 * statements, however many tables; the second is written down while the first is done.
 */
export async function replaceRows(
  tx: Queryable,
  replacements: readonly Replacement[],
  others: readonly NewRows[] = [],
): Promise<void> {
  const gone = new Map(replacements.map(({ table, keys }) => [table, keys]));
  const deleted = replacements.some(({ keys }) => keys.length > 0)
    ? tx.query(
        deleteKeyed,
        keyedTables.map((table) => gone.get(table) ?? []),
      )
    : null;
  await Promise.all([deleted, insertRows(tx, ...replacements, ...others)]);
}

/** Moves the heads of accounts that have acted before: head and number of acts, place and roll as they were. */
export async function moveHeads(
  tx: Queryable,
  heads: readonly { key: string; head: string; acts: number }[],
): Promise<void> {
  if (heads.length === 0) return;
  await tx.query(
    `update heads h set head = v.head, acts = v.acts
     from unnest($1::text[], $2::text[], $3::bigint[]) as v(key, head, acts) where h.key = v.key`,
    [heads.map(({ key }) => key), heads.map(({ head }) => head), heads.map(({ acts }) => acts)],
  );
}
