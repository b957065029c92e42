// PGlite on disk. One connection, so statements run one after the other and a transaction keeps all others waiting:
// never wait for a network inside one. Only ever open a folder while holding its pid lock: a second process corrupts it.

import { mkdir } from "node:fs/promises";
import { setFlagsFromString } from "node:v8";
import { PGlite, types } from "@electric-sql/pglite";
import type { Transaction } from "@electric-sql/pglite";
import { copyStatement, encodeCopy } from "./copy.ts";
import type { Database, Queryable } from "./database.ts";

/** PGlite's own choice is twice as much; with half of this, a page was written and read again for every other row. */
const SHARED_BUFFERS = "64MB";

const settings = [
  `shared_buffers=${SHARED_BUFFERS}`,
  // The log's files grow as they are written; else each of their sixteen megabytes is written twice.
  "wal_init_zero=off",
];

/** Opens (or makes) a PGlite database in `folder`; its tables in `schema`, where one is named. */
export async function openPglite(
  folder: string,
  { schema = null }: { schema?: string | null } = {},
): Promise<Database> {
  await mkdir(folder, { recursive: true });
  const db = new PGlite(folder, {
    startParams: [...PGlite.defaultStartParams, ...settings.flatMap((setting) => ["-c", setting])],
    parsers: { [types.INT8]: Number, [types.NUMERIC]: String },
  });
  keepParserPlain(db);
  await db.waitReady;
  if (schema !== null) await db.exec(`create schema if not exists ${schema}; set search_path to ${schema}`);
  const over = (on: PGlite | Transaction): Queryable => ({
    query: async <T extends object>(sql: string, values: readonly unknown[] = []) =>
      (await on.query<T>(sql, [...values])).rows,
    execute: async (sql) => void (await on.exec(sql)),
    async copyRows(table, columns, rows) {
      const blob = blobOf([...encodeCopy(rows)]);
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

/**
 * Keeps V8 from optimising PostgreSQL's parser, one function of a hundred kilobytes: that took 600 MiB of memory and some
 * seconds of a processor at every start, and a statement is parsed no sooner for it than one could measure. V8 asks for
 * optimised code from within the plain code that it makes when a function is first run; while the filter names another
 * function, that code is made without the question. So nothing but an empty statement, the first of all, runs under it: what
 * rows go through is run later, and optimised like anything else.
 */
function keepParserPlain(db: PGlite): void {
  const next = db._initArrayTypes.bind(db);
  db._initArrayTypes = async (options) => {
    setFlagsFromString("--wasm-tier-up-filter=0");
    try {
      await db.exec(";");
    } finally {
      setFlagsFromString("--wasm-tier-up-filter=-1");
    }
    await next(options);
  };
}

/** PGlite asks nothing of a blob but its bytes; a real one would hold them once more. */
function blobOf(pieces: readonly Uint8Array[]): Blob {
  const bytes = new Uint8Array(pieces.reduce((size, piece) => size + piece.length, 0));
  let at = 0;
  for (const piece of pieces) {
    bytes.set(piece, at);
    at += piece.length;
  }
  return { size: bytes.length, arrayBuffer: () => Promise.resolve(bytes.buffer) } as unknown as Blob;
}
