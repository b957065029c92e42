// PGlite on disk, in a thread of its own. One connection, so statements run one after the other and a transaction keeps all
// others waiting: never wait for a network inside one. Only ever open a folder while holding its pid lock: a second
// process corrupts it.

import { readFile } from "node:fs/promises";
import { MessageChannel, Worker } from "node:worker_threads";
import { createThread, type ThreadPort } from "#protocol/threads.ts";
import { copyStatement, writeCopy } from "./copy.ts";
import type { Channel, Database, Queryable } from "./database.ts";
import type { PgliteAnswer, PgliteQuestion, PgliteStart } from "./pglite-calls.ts";
import { makeEndable } from "./transaction-end.ts";

// Compiled once in a process and shared by its threads: it takes each of them half a second else.
let program: Promise<WebAssembly.Module> | null = null;

async function compileProgram(): Promise<WebAssembly.Module> {
  return WebAssembly.compile(await readFile(new URL("pglite.wasm", import.meta.resolve("@electric-sql/pglite"))));
}

/** Opens (or makes) a PGlite database in `folder`; its tables in `schema`, where one is named. */
export async function openPglite(
  folder: string,
  { schema = null }: { schema?: string | null } = {},
): Promise<Database> {
  const { port1: hearing, port2: told } = new MessageChannel();
  program ??= compileProgram();
  const start = { folder, schema, told: told as unknown as globalThis.MessagePort, program: await program };
  // Nobody hears its "error": a database that died ends the process, which the launcher begins again.
  const worker = new Worker(new URL("./pglite-thread.ts", import.meta.url), {
    workerData: start satisfies PgliteStart,
    transferList: [told],
    name: "placet-pglite",
  });
  const thread = createThread<PgliteQuestion, PgliteAnswer>(portOf(worker));

  async function ask(question: PgliteQuestion, transfer: Transferable[] = []): Promise<readonly unknown[]> {
    const answer = await thread.ask(question, transfer);
    if ("rows" in answer) return answer.rows;
    const { message, code } = answer.refused;
    throw Object.assign(new Error(message), code === null ? {} : { code });
  }

  const straight: Queryable = {
    query: async <T extends object>(sql: string, values: readonly unknown[] = []) =>
      (await ask({ do: "query", sql, values: values.map(trim) })) as T[],
    execute: async (sql) => void (await ask({ do: "execute", sql })),
    copyRows: (table, columns, rows) => straight.copyTables([{ table, columns, rows }]),
    async copyTables(copies) {
      const written = copies.map(({ rows, ...into }) => ({
        sql: copyStatement(into, "'/dev/blob'"),
        blob: writeCopy(rows).pieces.map(trim),
      }));
      const held = written.filter(({ blob }) => blob.length > 0);
      const moved = held.flatMap(({ blob }) => blob.map(({ buffer }) => buffer));
      if (held.length > 0) await ask({ do: "copy", copies: held }, moved);
    },
  };

  // What is asked for while a transaction runs waits for its end; what was asked for before it is answered before it.
  let transactions: Promise<unknown> = Promise.resolve();
  async function transaction<T>(work: (tx: Queryable) => Promise<T>): Promise<T> {
    const { tx, end } = makeEndable(straight, { oneByOne: false });
    await straight.execute("begin");
    try {
      const result = await work(tx);
      await end();
      await straight.execute("commit");
      return result;
    } catch (error) {
      await end();
      await straight.execute("rollback");
      throw error;
    }
  }
  function after<T>(work: () => Promise<T>): Promise<T> {
    return transactions.then(work);
  }

  const hearers = new Map<string, Set<() => void>>();
  hearing.on("message", (channel: string) => {
    for (const hear of hearers.get(channel) ?? []) hear();
  });
  hearing.unref();

  async function listen(channel: Channel, hear: () => void): Promise<() => Promise<void>> {
    const heard = hearers.get(channel) ?? new Set();
    hearers.set(channel, heard);
    heard.add(hear);
    if (heard.size === 1) await after(() => ask({ do: "listen", channel }));
    return async () => {
      heard.delete(hear);
      if (heard.size === 0) await after(() => ask({ do: "unlisten", channel }));
    };
  }

  const database: Database = {
    kind: "pglite",
    query: (sql, values) => after(() => straight.query(sql, values)),
    execute: (sql) => after(() => straight.execute(sql)),
    copyRows: (table, columns, rows) => database.copyTables([{ table, columns, rows }]),
    copyTables: (copies) =>
      copies.length > 1
        ? database.transaction((tx) => tx.copyTables(copies))
        : after(() => straight.copyTables(copies)),
    transaction(work) {
      const done = after(() => transaction(work));
      transactions = done.catch(() => undefined);
      return done;
    },
    listen,
    async purgeDeleted(table) {
      await database.execute(`vacuum full ${table}`);
      // The log holds what was inserted: it goes on in a new file, and the old ones are removed instead of used again.
      await database.execute("set wal_recycle = off");
      await database.query("select pg_switch_wal()");
      await database.execute("checkpoint");
    },
    async close() {
      try {
        await after(() => ask({ do: "close" }));
      } finally {
        hearing.close();
        await worker.terminate();
      }
    },
  };
  try {
    await ask({ do: "open" });
  } catch (error) {
    await worker.terminate();
    throw error;
  }
  return database;
}

/** A Node worker as a browser's would be. Its end fails what is still asked. */
function portOf(worker: Worker): ThreadPort {
  return {
    postMessage: (message, transfer) => worker.postMessage(message, transfer as never),
    addEventListener(type, hear) {
      if (type === "message") worker.on("message", (data: unknown) => hear({ data } as MessageEvent));
      else if (type === "error") worker.on("exit", () => hear({ data: null } as MessageEvent));
    },
  };
}

/** A view of a larger buffer would be sent with all of it. */
function trim<T>(value: T): T | Uint8Array<ArrayBuffer> {
  const isView = value instanceof Uint8Array && value.byteLength < value.buffer.byteLength;
  return isView ? Uint8Array.from(value) : value;
}
