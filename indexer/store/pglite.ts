// PGlite on disk. One connection, so statements run one after the other and a transaction keeps all others waiting:
// never wait for a network inside one. Only ever open a folder while holding its pid lock: a second process corrupts it.

import { mkdir } from "node:fs/promises";
import { PGlite, types } from "@electric-sql/pglite";
import type { Transaction } from "@electric-sql/pglite";
import { copyStatement, encodeCopy } from "./copy.ts";
import type { Database, Queryable } from "./database.ts";

/** PGlite's own choice is four times as much; what does not fit here the operating system keeps anyway. */
const SHARED_BUFFERS = "32MB";

/** Opens (or makes) a PGlite database in `folder`; its tables in `schema`, where one is named. */
export async function openPglite(
  folder: string,
  { schema = null }: { schema?: string | null } = {},
): Promise<Database> {
  await mkdir(folder, { recursive: true });
  const db = await PGlite.create(folder, {
    startParams: [...PGlite.defaultStartParams, "-c", `shared_buffers=${SHARED_BUFFERS}`],
    parsers: { [types.INT8]: Number, [types.NUMERIC]: String },
  });
  if (schema !== null) await db.exec(`create schema if not exists ${schema}; set search_path to ${schema}`);
  const over = (on: PGlite | Transaction): Queryable => ({
    query: async <T extends object>(sql: string, values: readonly unknown[] = []) =>
      (await on.query<T>(sql, [...values])).rows,
    execute: async (sql) => void (await on.exec(sql)),
    async copyRows(table, columns, rows) {
      const blob = new Blob([...encodeCopy(rows)]);
      if (blob.size > 0) await on.query(copyStatement(table, columns, "'/dev/blob'"), [], { blob });
    },
  });
  return {
    kind: "pglite",
    ...over(db),
    transaction: (work) => db.transaction((tx) => work(over(tx))),
    listen: (channel, hear) => db.listen(channel, hear),
    async purgeDeleted(table) {
      await db.exec(`vacuum full ${table}`);
      // The log holds what was inserted: it goes on in a new file, and the old ones are removed instead of used again.
      await db.exec("set wal_recycle = off");
      await db.query("select pg_switch_wal()");
      await db.exec("checkpoint");
    },
    close: () => db.close(),
  };
}
