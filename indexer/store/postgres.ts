// PostgreSQL by DATABASE_URL: a pool for statements, one for transactions, and one connection kept for listening. Rule: what a frozen process
// left open ends by itself, so that it can keep nobody waiting for longer than half a minute.

import pg from "pg";
import { Failure } from "#protocol/failure.ts";
import { copyIn } from "./copy-in.ts";
import type { Copy } from "./copy.ts";
import type { Database, Queryable } from "./database.ts";
import { arePlain, runPrepared } from "./prepared.ts";
import { makeEndable } from "./transaction-end.ts";

const INT8 = 20;
const TEXT_ARRAY = 1009;
const IDLE_IN_TRANSACTION_MS = 30_000;
/** Few: more at once would only take turns on the same cores, and this process would wait among them. */
const MOST_STATEMENTS = 6;
/** Transactions have connections of their own: one that asks for a statement besides never waits for itself. */
const MOST_TRANSACTIONS = 10;
const MOST_PREPARED = 500;

/** The parsers of this service: 64-bit integers are numbers here, as counts, blocks and times all fit. */
const types = {
  getTypeParser: (oid: number, format?: "text" | "binary") =>
    oid === INT8 ? Number : oid === TEXT_ARRAY ? readTexts : parserOf(oid, format),
} as pg.CustomTypesConfig;

function parserOf(oid: number, format?: "text" | "binary"): (value: string) => unknown {
  return pg.types.getTypeParser(oid, format as "text");
}

const readAnyTexts = parserOf(TEXT_ARRAY);
/** Topics and addresses, in braces: nothing among them is quoted, and nothing is missing. */
const plainTexts = /^\{(?:0x[0-9a-zA-Z]*,)*0x[0-9a-zA-Z]*\}$/;

function readTexts(value: string): unknown {
  return plainTexts.test(value) ? value.slice(1, -1).split(",") : readAnyTexts(value);
}

/** Opens a pool to the PostgreSQL at `url`; throws `unavailable` when it does not answer. */
export async function openPostgres(url: string, { schema = null }: { schema?: string | null } = {}): Promise<Database> {
  const where = schema === null ? {} : { options: `-c search_path=${schema}` };
  const openPool = (max: number): pg.Pool => {
    const pool = new pg.Pool({
      connectionString: url,
      max,
      types,
      application_name: "placet",
      idle_in_transaction_session_timeout: IDLE_IN_TRANSACTION_MS,
      ...where,
    });
    // A connection that broke: whoever uses it is told by their own query, and the next one opens another.
    pool.on("error", () => undefined);
    pool.on("connect", (client) => void client.on("error", () => undefined));
    return pool;
  };
  const [statements, transactions] = [openPool(MOST_STATEMENTS), openPool(MOST_TRANSACTIONS)];
  const closePools = async () => void (await Promise.all([statements.end(), transactions.end()]));
  const ears = await listenOn(url).catch((cause: unknown) => {
    void closePools();
    throw cannotReach(url, cause);
  });
  const over = (on: pg.Pool | pg.PoolClient): Queryable => ({
    async query<T extends object>(sql: string, values: readonly unknown[] = []): Promise<T[]> {
      if (values.length === 0) return (await on.query({ text: sql })).rows as T[];
      const name = nameOf(sql);
      if (name === null || !arePlain(values))
        return (await on.query({ text: sql, ...(name === null ? {} : { name }), values: [...values] })).rows as T[];
      if ("release" in on) return runPrepared<T>(on, { name, text: sql, values }, types);
      const client = await statements.connect();
      // As the pool itself does: a connection on which something went wrong is not used again.
      return runPrepared<T>(client, { name, text: sql, values }, types).then(
        (rows) => (client.release(), rows),
        (error: Error) => {
          client.release(error);
          throw error;
        },
      );
    },
    execute: async (sql) => void (await on.query(sql)),
    copyRows: (table, columns, rows) => copyTables(on, [{ table, columns, rows }]),
    copyTables: (copies) => copyTables(on, copies),
  });
  async function copyTables(on: pg.Pool | pg.PoolClient, copies: readonly Copy[]): Promise<void> {
    const client = "release" in on ? null : await transactions.connect();
    try {
      await copyIn(client ?? (on as pg.PoolClient), copies);
    } finally {
      client?.release();
    }
  }
  const database: Database = {
    kind: "postgres",
    ...over(statements),
    async transaction(work) {
      const client = await transactions.connect();
      const { tx, end } = makeEndable(over(client), { oneByOne: true });
      try {
        await client.query("begin");
        const result = await work(tx);
        await end();
        await client.query("commit");
        client.release();
        return result;
      } catch (error) {
        await end();
        // A connection that cannot roll back is broken: it is thrown away, and the server rolls back.
        await client.query("rollback").then(
          () => client.release(),
          (broken: Error) => client.release(broken),
        );
        throw error;
      }
    },
    listen: ears.listen,
    async purgeDeleted(table) {
      await transactions.query(`vacuum full ${table}`);
      // Only an account that may (pg_checkpoint) makes the server's files follow at once; else they follow in minutes.
      await transactions.query("checkpoint").catch(() => undefined);
    },
    async close() {
      await ears.close();
      await closePools();
    },
  };
  if (schema !== null) await database.execute(`create schema if not exists ${schema}`);
  return database;
}

/** What to say when PostgreSQL does not answer. Only its host is told: the URL holds a password. */
export function cannotReach(url: string, cause: unknown): Failure {
  const why = cause instanceof Error && "code" in cause ? ` (${String(cause.code)})` : "";
  return new Failure(
    "unavailable",
    `PostgreSQL at ${new URL(url).host} does not let this service in${why}. Nothing was changed. Check DATABASE_URL.`,
    { cause },
  );
}

const names = new Map<string, string>();

/** The name under which each connection keeps this statement prepared; null beyond the most. They come from our code, so they are few. */
function nameOf(sql: string): string | null {
  const known = names.get(sql);
  if (known !== undefined) return known;
  if (names.size >= MOST_PREPARED) return null;
  const name = `placet_${names.size}`;
  names.set(sql, name);
  return name;
}

/** One connection for LISTEN, opened again when it breaks; whoever listens is then called once, as something may have been missed. */
async function listenOn(url: string) {
  const hearers = new Map<string, Set<() => void>>();
  let closed = false;
  let client = await connect();

  async function connect(): Promise<pg.Client> {
    const fresh = new pg.Client({ connectionString: url, application_name: "placet listen", keepAlive: true });
    fresh.on("notification", ({ channel }) => hearers.get(channel)?.forEach((hear) => hear()));
    fresh.on("error", () => undefined);
    fresh.on("end", () => {
      if (!closed) setTimeout(() => void reconnect(), 500);
    });
    await fresh.connect();
    for (const channel of hearers.keys()) await fresh.query(`listen ${channel}`);
    return fresh;
  }

  async function reconnect(): Promise<void> {
    if (closed) return;
    try {
      client = await connect();
      for (const set of hearers.values()) set.forEach((hear) => hear());
    } catch {
      setTimeout(() => void reconnect(), 1_000);
    }
  }

  return {
    async listen(channel: string, hear: () => void) {
      const set = hearers.get(channel) ?? new Set();
      const isFirst = set.size === 0;
      hearers.set(channel, set.add(hear));
      // While the connection is being made anew nothing is lost: it listens to every channel that has a hearer.
      if (isFirst) await client.query(`listen ${channel}`).catch(() => undefined);
      return async () => void set.delete(hear);
    },
    async close() {
      closed = true;
      await client.end();
    },
  };
}
