// One way to speak to the database, whichever it is: PGlite on disk, or PostgreSQL where DATABASE_URL says so. One SQL
// dialect (PostgreSQL's), one set of types: integers as numbers, bytea as Uint8Array, jsonb as values, text[] as arrays.

import type { Copy, CopyRows } from "./copy.ts";
import { openPglite } from "./pglite.ts";
import { openPostgres } from "./postgres.ts";
import { migrate } from "./migrate.ts";

export type { CopyValue } from "./copy.ts";

/** A row as it comes from the database, before a query function names its type. */
export type Row = Record<string, unknown>;

/** What can run SQL: the database itself, or one transaction in it. */
export type Queryable = {
  /** Runs one statement with $1, $2 ... and gives its rows. PostgreSQL keeps it prepared on each connection. */
  query<T extends object = Row>(sql: string, values?: readonly unknown[]): Promise<T[]>;
  /** Runs several statements in one string, without values: for migrations. */
  execute(sql: string): Promise<void>;
  /**
   * Stores rows by COPY, values in the order of `columns`: many times as quick as inserts. All or none; a row that is
   * there already is an error. Table and columns come from our own code, never from outside.
   */
  copyRows(table: string, columns: readonly string[], rows: CopyRows): Promise<void>;
  /** The same for several tables, one after the other, as one statement. */
  copyTables(copies: readonly Copy[]): Promise<void>;
};

/** An open database. */
export type Database = Queryable & {
  readonly kind: "pglite" | "postgres";
  /** Runs `work` in one transaction: committed when it resolves, rolled back when it throws. */
  transaction<T>(work: (tx: Queryable) => Promise<T>): Promise<T>;
  /** Calls `hear` after each commit that notified `channel` (from any process); the result stops listening. */
  listen(channel: Channel, hear: () => void): Promise<() => Promise<void>>;
  /**
   * Writes a table's files anew without the rows that were deleted, and lets go of the log that told of them. On PostgreSQL
   * the log, its archive and replicas are the operator's: only what this account may do is done. Never inside a transaction.
   */
  purgeDeleted(table: string): Promise<void>;
  close(): Promise<void>;
};

/**
 * What can be told between transactions and processes: `stream` when the event stream grew, `act` after each batch that
 * held acts, `relay` when a transaction waits to be sent, `sync` when the writer's state or cursor moved.
 */
export type Channel = "stream" | "act" | "relay" | "sync";

/** Where a database is: `folder` is used where `url` is null. Its tables stand in `schema` (the database's usual one unless named). */
export type DatabasePlace = { folder: string; url: string | null; schema?: string };

/** Opens the database and brings its tables up to date. */
export async function openDatabase(place: DatabasePlace): Promise<Database> {
  const { folder, url, schema = null } = place;
  const database = url === null ? await openPglite(folder, { schema }) : await openPostgres(url, { schema });
  try {
    await migrate(database);
  } catch (error) {
    await database.close();
    throw error;
  }
  return database;
}

/** Tells every listener of `channel` once the transaction of `tx` commits. */
export async function notify(tx: Queryable, channel: Channel): Promise<void> {
  await tx.query("select pg_notify($1, '')", [channel]);
}
