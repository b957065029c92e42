// PGlite on disk. One connection, so statements run one after the other and a transaction keeps all others waiting:
// never wait for a network inside one. Only ever open a folder while holding its pid lock: a second process corrupts it.

import { mkdir } from "node:fs/promises";
import { PGlite, types } from "@electric-sql/pglite";
import type { Transaction } from "@electric-sql/pglite";
import type { Database, Queryable } from "./database.ts";

/** Opens (or makes) a PGlite database in `folder`. */
export async function openPglite(folder: string): Promise<Database> {
  await mkdir(folder, { recursive: true });
  const db = await PGlite.create(folder, { parsers: { [types.INT8]: Number, [types.NUMERIC]: String } });
  const over = (on: PGlite | Transaction): Queryable => ({
    query: async <T extends object>(sql: string, values: readonly unknown[] = []) =>
      (await on.query<T>(sql, [...values])).rows,
  });
  return {
    kind: "pglite",
    ...over(db),
    transaction: (work) => db.transaction((tx) => work(over(tx))),
    execute: async (sql) => void (await db.exec(sql)),
    listen: (channel, hear) => db.listen(channel, hear),
    close: () => db.close(),
  };
}
