// The thread that PGlite runs in: it computes in the thread that calls it, and what it computes would keep every request
// waiting, those that need no rows, too. Rule: one question after the other, in the order in which they came.

import { mkdir } from "node:fs/promises";
import { setFlagsFromString } from "node:v8";
import { parentPort, workerData } from "node:worker_threads";
import { PGlite, types } from "@electric-sql/pglite";
import { letGo } from "#protocol/bytes.ts";
import { serveThread, type ThreadPort } from "#protocol/threads.ts";
import type { PgliteAnswer, PgliteQuestion, PgliteStart } from "./pglite-calls.ts";
import { createStatements } from "./pglite-prepared.ts";

/** PGlite's own choice is twice as much; with half of this, a page was written and read again for every other row. */
const SHARED_BUFFERS = "64MB";

const settings = [
  `shared_buffers=${SHARED_BUFFERS}`,
  // The log's files grow as they are written; else each of their sixteen megabytes is written twice.
  "wal_init_zero=off",
];

const { folder, schema, program, told } = workerData as PgliteStart;
let opened: PGlite | null = null;
let runStatement: ReturnType<typeof createStatements> | null = null;
const listening = new Map<string, () => Promise<void>>();

async function open(): Promise<PGlite> {
  await mkdir(folder, { recursive: true });
  const db = new PGlite(folder, {
    startParams: [...PGlite.defaultStartParams, ...settings.flatMap((setting) => ["-c", setting])],
    pgliteWasmModule: program,
    parsers: { [types.INT8]: Number, [types.NUMERIC]: String },
  });
  keepParserPlain(db);
  await db.waitReady;
  if (schema !== null) await db.exec(`create schema if not exists ${schema}; set search_path to ${schema}`);
  return db;
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

async function answer(question: PgliteQuestion): Promise<readonly unknown[]> {
  if (question.do === "open") {
    opened = await open();
    runStatement = createStatements(opened);
    return [];
  }
  if (opened === null || runStatement === null) throw new Error("The database is not open.");
  switch (question.do) {
    case "query":
      return runStatement(question.sql, question.values);
    case "copy":
      for (const { sql, blob } of question.copies) await copyIn(opened, { sql, bytes: joined(blob) });
      return [];
    case "execute":
      await opened.exec(question.sql);
      return [];
    case "listen": {
      const { channel } = question;
      listening.set(channel, await opened.listen(channel, () => told.postMessage(channel)));
      return [];
    }
    case "unlisten":
      await listening.get(question.channel)?.();
      return [];
    case "close":
      await opened.close();
      return [];
  }
}

/** PGlite asks nothing of a blob but its bytes; a real one would hold them once more. */
async function copyIn(db: PGlite, { sql, bytes }: { sql: string; bytes: Uint8Array<ArrayBuffer> }): Promise<void> {
  const blob = { size: bytes.length, arrayBuffer: () => Promise.resolve(bytes.buffer) } as unknown as Blob;
  await db.query(sql, [], { blob });
  letGo(bytes);
}

/** The pieces as one, each let go of as soon as it is in there. */
function joined(pieces: readonly Uint8Array<ArrayBuffer>[]): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.length, 0));
  let at = 0;
  for (const piece of pieces) {
    bytes.set(piece, at);
    at += piece.length;
    letGo(piece);
  }
  return bytes;
}

async function reply(question: PgliteQuestion): Promise<{ answer: PgliteAnswer }> {
  try {
    return { answer: { rows: await answer(question) } };
  } catch (error) {
    // What trapped is in no known state: this thread ends, and the process with it, to be started again.
    if (error instanceof WebAssembly.RuntimeError) setImmediate(() => raise(error));
    const { message, code } = error as Error & { code?: unknown };
    return { answer: { refused: { message, code: typeof code === "string" ? code : null } } };
  }
}

function raise(error: Error): never {
  throw error;
}

if (parentPort) serveThread<PgliteQuestion, PgliteAnswer>(parentPort as unknown as ThreadPort, reply);
