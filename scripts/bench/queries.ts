// `npm run bench:queries`: how quickly the service answers, on both databases, beside a bare Express route in the same
// run. A million audit rows, 100,000 patients and 200,000 consents unless told otherwise.

import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { parseArgs } from "node:util";
import { z } from "zod";
import { buildContracts } from "../build/contracts.ts";
import { buildDatabaseTemplate, prepareDatabase } from "../build/database.ts";
import { tellFailure } from "../build/tell-failure.ts";
import { projectRoot } from "../build/project-root.ts";
import { startPostgres } from "../testing/postgres.ts";
import { startSeededChain } from "./chain/seed.ts";
import { measure } from "./queries/measure.ts";
import type { Measured, Question } from "./queries/measure.ts";

const help = `npm run bench:queries -- [--json] [--acts N] [--patients N] [--consents N] [--providers N] [--seconds S]
                             [--database postgres|pglite]

Fills the service's tables, then asks for the trail, a grantee's active consents and the directory: one question at a
time (unloaded), then 32 connections at once, each compared with a bare Express route that sends one ready page.`;

const CONNECTIONS = 32;

const { values } = parseArgs({
  options: {
    json: { type: "boolean", default: false },
    help: { type: "boolean", default: false },
    acts: { type: "string", default: "1000000" },
    patients: { type: "string", default: "100000" },
    consents: { type: "string", default: "200000" },
    providers: { type: "string", default: "5000" },
    seconds: { type: "string", default: "5" },
    database: { type: "string" },
  },
});

const readySchema = z.object({
  url: z.string(),
  bareUrl: z.string(),
  asPatient: z.array(z.string()),
  asProvider: z.array(z.string()),
});
type Ready = z.infer<typeof readySchema>;

type Row = { unloaded: Measured; loaded: Measured };
type Result = { bare: Row; trail: Row; active: Row; search: Row; trailBesideSearch: Measured };

const words = ["anna", "ben", "card", "neuro", "berlin", "lis", "dr becker", "graf vienna", "onc", "jensen porto"];

/** Questions in turn, as different people. */
function inTurn(paths: readonly string[], cookies: readonly string[]): () => Question {
  let at = 0;
  return () => {
    at += 1;
    return { path: paths[at % paths.length] ?? "/", cookie: cookies[at % cookies.length] ?? "" };
  };
}

async function measureAll(ready: Ready, seconds: number): Promise<Result> {
  const questions = {
    bare: { url: ready.bareUrl, next: inTurn(["/bare"], [""]) },
    trail: { url: ready.url, next: inTurn(["/api/trail?limit=20"], [...ready.asPatient, ...ready.asProvider]) },
    active: { url: ready.url, next: inTurn(["/api/consents?as=grantee&status=1&limit=20"], ready.asProvider) },
    search: {
      url: ready.url,
      next: inTurn(
        words.map((text) => `/api/providers?text=${encodeURIComponent(text)}&limit=20`),
        ready.asPatient,
      ),
    },
  };
  const row = async ({ url, next }: { url: string; next: () => Question }): Promise<Row> => {
    await measure(url, { connections: CONNECTIONS, seconds: Math.min(2, seconds), next });
    const unloaded = await measure(url, { connections: 1, seconds, next });
    return { unloaded, loaded: await measure(url, { connections: CONNECTIONS, seconds, next }) };
  };
  const [bare, trail] = [await row(questions.bare), await row(questions.trail)];
  const [active, search] = [await row(questions.active), await row(questions.search)];
  // Four people search without pause; a fifth reads their trail.
  const [trailBesideSearch] = await Promise.all([
    measure(ready.url, { connections: 1, seconds, next: questions.trail.next }),
    measure(ready.url, { connections: 4, seconds, next: questions.search.next }),
  ]);
  return { bare, trail, active, search, trailBesideSearch };
}

async function run(kind: "postgres" | "pglite"): Promise<Result> {
  const chain = await startSeededChain({ events: 100, perBlock: 20, people: 20, keep: false });
  const folder = await mkdtemp(join(tmpdir(), "placet-bench-queries-"));
  const server =
    kind === "postgres" ? await startPostgres({ durable: true, settings: ["shared_buffers=256MB"] }) : null;
  let child: ChildProcess | null = null;
  try {
    if (server === null) {
      await buildDatabaseTemplate();
      await prepareDatabase(folder);
    }
    const sizes = Object.fromEntries(
      (["acts", "patients", "consents", "providers"] as const).map((name) => [name, Number(values[name])]),
    );
    child = spawn(process.execPath, [join(projectRoot, "scripts/bench/queries/serve.ts")], {
      stdio: ["ignore", "pipe", "inherit"],
      env: {
        ...process.env,
        PLACET_DATA: folder,
        PLACET_RPC_URL: chain.rpcUrl,
        PLACET_DEPLOYMENT: chain.deploymentFile,
        PLACET_PORT: "0",
        PLACET_DEMO: "0",
        PLACET_CHECK_RESPONSES: "0",
        PLACET_RATE_RECORDS: "1000000",
        PLACET_RATE_SEARCH: "1000000",
        DATABASE_URL: server === null ? "" : await server.createDatabase(),
        BENCH_SIZES: JSON.stringify(sizes),
      },
    });
    const ready = await readLine(child);
    return await measureAll(ready, Number(values.seconds));
  } finally {
    if (child !== null && child.exitCode === null) {
      const ended = new Promise((resolve) => child?.once("exit", resolve));
      child.kill("SIGTERM");
      await ended;
    }
    await server?.stop();
    await chain.stop();
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** The line in which the server says where it is. */
async function readLine(child: ChildProcess): Promise<Ready> {
  if (child.stdout === null) throw new Error("The server has no output.");
  for await (const line of createInterface({ input: child.stdout })) {
    if (line.startsWith("{")) return readySchema.parse(JSON.parse(line));
  }
  throw new Error("The server ended before it answered.");
}

const round = (value: number, digits = 2): number => Number(value.toFixed(digits));

function summarise({ bare, trail, active, search, trailBesideSearch }: Result) {
  const one = ({ unloaded, loaded }: Row) => ({
    p50ms: round(unloaded.p50ms),
    p95ms: round(unloaded.p95ms),
    loadedP50ms: round(loaded.p50ms),
    loadedP95ms: round(loaded.p95ms),
    rps: Math.round(loaded.rps),
    rpsVsBare: round(loaded.rps / bare.loaded.rps),
    failed: unloaded.failed + loaded.failed,
  });
  return {
    bare: { ...one(bare), rpsVsBare: 1 },
    trail: one(trail),
    active: one(active),
    search: one(search),
    trailBesideSearch: { p50ms: round(trailBesideSearch.p50ms), p95ms: round(trailBesideSearch.p95ms) },
  };
}

await tellFailure(async () => {
  if (values.help) return console.log(help);
  await buildContracts({ writesAbis: false });
  const results: Record<string, ReturnType<typeof summarise>> = {};
  for (const kind of ["postgres", "pglite"] as const) {
    if (values.database !== undefined && values.database !== kind) continue;
    const result = summarise(await run(kind));
    results[kind] = result;
    if (values.json) continue;
    console.log(`\n${kind} (${values.acts} acts, ${values.consents} consents)`);
    console.table(Object.fromEntries(Object.entries(result)));
  }
  if (values.json) console.log(JSON.stringify(results));
});
