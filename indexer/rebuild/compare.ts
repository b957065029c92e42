// Two builds of the same tables, in two schemas of one database, held against each other row by row. What may differ is
// named here: when something was last looked for, and how far the window of blocks reaches that may still go.

import type { Queryable } from "../store/database.ts";
import { rebuiltTables } from "./tables.ts";

/** A row that only one of the two builds has. */
export type Difference = { table: string; only: "old" | "new"; row: unknown };

/** How one table compared. */
export type Comparison = { table: string; rows: number; differences: number };

const passing: Readonly<Record<string, readonly string[]>> = {
  // How often and until when a capsule or a card is looked for.
  openings: ["tries", "next_try"],
  cards: ["tries", "next_try"],
  // How far finality and proof had come when the last batch was stored.
  sync_state: ["finalized", "proven"],
};

const MOST_SHOWN = 1_000;

/** Compares every rebuilt table of schema `old` with that of schema `fresh`; differences are shown up to a thousand a table. */
export async function compareBuilds(
  db: Queryable,
  { old, fresh }: { old: string; fresh: string },
): Promise<{ tables: Comparison[]; differences: Difference[] }> {
  const [window] = await db.query<{ floor: number }>(
    `select coalesce(max(finalized), 0) as floor from (select finalized from ${old}.sync_state union all select finalized from ${fresh}.sync_state) f`,
  );
  const floor = window?.floor ?? 0;
  const where: Readonly<Record<string, string>> = {
    blocks: `where number > ${floor}`,
    undo: `where block > ${floor}`,
  };
  const tables: Comparison[] = [];
  const differences: Difference[] = [];
  for (const table of rebuiltTables) {
    const without = `{${(passing[table] ?? []).join(",")}}`;
    const rowsOf = (schema: string) =>
      `select to_jsonb(t) - '${without}'::text[] as row from ${schema}.${table} t ${where[table] ?? ""}`;
    const found = await db.query<{ side: "old" | "new"; row: unknown; total: number }>(
      `with o as (${rowsOf(old)}), n as (${rowsOf(fresh)}),
         d as (select 'old' as side, row from (select row from o except all select row from n) x
               union all select 'new', row from (select row from n except all select row from o) y)
       select side, row, count(*) over () as total from d limit ${MOST_SHOWN}`,
    );
    const [count] = await db.query<{ rows: number }>(`select count(*) as rows from ${fresh}.${table}`);
    tables.push({ table, rows: count?.rows ?? 0, differences: found[0]?.total ?? 0 });
    differences.push(...found.map(({ side, row }) => ({ table, only: side, row })));
  }
  return { tables, differences };
}
