// One way to speak to the database, whichever it is: PGlite on disk, or PostgreSQL where DATABASE_URL says so. One SQL
// dialect (PostgreSQL's), one set of types: integers as numbers, bytea as Uint8Array, jsonb as values, text[] as arrays.

import { openPglite } from "./pglite.ts";
import { openPostgres } from "./postgres.ts";
import { migrate } from "./migrate.ts";

/** A row as it comes from the database, before a query function names its type. */
export type Row = Record<string, unknown>;

/** What can run SQL: the database itself, or one transaction in it. */
export type Queryable = {
  /** Runs one statement with $1, $2 ... and gives its rows. */
  query<T extends object = Row>(sql: string, values?: readonly unknown[]): Promise<T[]>;
};

/** An open database. */
export type Database = Queryable & {
  readonly kind: "pglite" | "postgres";
  /** Runs `work` in one transaction: committed when it resolves, rolled back when it throws. */
  transaction<T>(work: (tx: Queryable) => Promise<T>): Promise<T>;
  /** Runs several statements in one string, without values: for migrations. */
  execute(sql: string): Promise<void>;
  /** Calls `hear` after each commit that notified `channel` (from any process); the result stops listening. */
  listen(channel: Channel, hear: () => void): Promise<() => Promise<void>>;
  close(): Promise<void>;
};

/** What can be told between transactions: `stream` when the event stream grew, `act` after each synced batch. */
export type Channel = "stream" | "act" | "relay";

/** Opens the database and brings its tables up to date. `folder` is used where `url` is null. */
export async function openDatabase(options: { folder: string; url: string | null }): Promise<Database> {
  const database = options.url === null ? await openPglite(options.folder) : await openPostgres(options.url);
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
