// PostgreSQL by DATABASE_URL: a pool for statements and one connection kept for listening.

import pg from "pg";
import { Failure } from "#protocol/failure.ts";
import type { Database, Queryable } from "./database.ts";

const INT8 = 20;

/** Opens a pool to the PostgreSQL at `url`; throws `unavailable` when it does not answer. */
export async function openPostgres(url: string): Promise<Database> {
  const types = {
    getTypeParser: (oid: number, format?: "text" | "binary") =>
      oid === INT8 ? Number : (pg.types.getTypeParser(oid, format as "text") as (value: string) => unknown),
  } as pg.CustomTypesConfig;
  const pool = new pg.Pool({ connectionString: url, max: 16, types, application_name: "placet" });
  pool.on("error", () => undefined); // an idle connection that broke; the next query opens another and tells its own error
  const ears = await listenOn(url).catch((cause: unknown) => {
    void pool.end();
    const host = new URL(url).host;
    throw new Failure("unavailable", `No PostgreSQL answers at ${host}. Nothing was changed. Check DATABASE_URL.`, {
      cause,
    });
  });
  const over = (on: pg.Pool | pg.PoolClient): Queryable => ({
    query: async <T extends object>(sql: string, values: readonly unknown[] = []) =>
      (await on.query(sql, [...values])).rows as T[],
  });
  return {
    kind: "postgres",
    ...over(pool),
    async transaction(work) {
      const client = await pool.connect();
      try {
        await client.query("begin");
        const result = await work(over(client));
        await client.query("commit");
        client.release();
        return result;
      } catch (error) {
        // A connection that cannot roll back is broken: it is thrown away, and the server rolls back.
        await client.query("rollback").then(
          () => client.release(),
          (broken: Error) => client.release(broken),
        );
        throw error;
      }
    },
    execute: async (sql) => void (await pool.query(sql)),
    listen: ears.listen,
    async close() {
      await ears.close();
      await pool.end();
    },
  };
}

/** One connection for LISTEN, opened again when it breaks; whoever listens is then called once, as something may have been missed. */
async function listenOn(url: string) {
  const hearers = new Map<string, Set<() => void>>();
  let closed = false;
  let client = await connect();

  async function connect(): Promise<pg.Client> {
    const fresh = new pg.Client({ connectionString: url, application_name: "placet listen" });
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
      if (set.size === 0) await client.query(`listen ${channel}`);
      hearers.set(channel, set.add(hear));
      return async () => void set.delete(hear);
    },
    async close() {
      closed = true;
      await client.end();
    },
  };
}
