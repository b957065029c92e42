// One chain, one database, every contender in turn: our sync, the floor, and Ponder with a cold and a warm cache of the
// node's answers. Each in a process of its own, each from empty tables to the same head.

import { execFile } from "node:child_process";
import { cp, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { z } from "zod";
import { buildDatabaseTemplate } from "#scripts/build/database.ts";
import { howNodeRuns } from "../../stack/service.ts";
import { projectRoot } from "#scripts/build/project-root.ts";
import type { TestPostgres } from "#scripts/testing/postgres.ts";
import { ask } from "../chain/rpc.ts";
import type { SeededChain } from "../chain/seed.ts";
import { makePonder, runPonder } from "./ponder.ts";

const run = promisify(execFile);
const ranSchema = z.object({
  seconds: z.number(),
  acts: z.number(),
  rssMiB: z.number().optional(),
  retries: z.number().default(0),
});

/** Acts a second of each contender; Ponder's are null where it was not asked for, or did not end. */
export type Compared = {
  ours: number;
  floor: number;
  ponderCold: number | null;
  ponderWarm: number | null;
  rssMiB: number;
};

/** Measures all contenders on one database. */
export async function compare(
  chain: SeededChain,
  {
    name,
    postgres,
    ponder,
    tell,
  }: { name: string; postgres: TestPostgres | null; ponder: boolean; tell: (line: string) => void },
): Promise<Compared> {
  const ours = await runOwn("run-ours.ts", chain, postgres);
  // A batch that is thrown away and read again is no failure of the service, but one of the measurement.
  if (ours.retries > 0) tell(`${name}: ours took ${ours.retries} steps in vain, which should not be on a good node`);
  tell(`${name}: ours ${Math.round(ours.rate)} acts/s, ${Math.round(ours.rssMiB ?? 0)} MiB`);
  const floor = await runOwn("floor.ts", chain, postgres);
  tell(`${name}: floor ${Math.round(floor.rate)} acts/s`);
  const result = { ours: ours.rate, floor: floor.rate, rssMiB: ours.rssMiB ?? 0 };
  if (!ponder) return { ...result, ponderCold: null, ponderWarm: null };
  const project = makePonder(chain, {
    name: name.replaceAll(" ", "-"),
    databaseUrl: postgres === null ? null : await postgres.createDatabase(),
  });
  const measure = async (schema: string): Promise<number | null> => {
    const backfill = await runPonder(project, { schema });
    const rate = backfill === null ? null : (await countActs(chain, backfill.upTo)) / backfill.seconds;
    tell(`${name}: Ponder ${schema} ${rate === null ? "did not end in five minutes" : `${Math.round(rate)} acts/s`}`);
    return rate;
  };
  const ponderCold = await measure("cold");
  // Without what a cold run has fetched there is no warm one.
  return { ...result, ponderCold, ponderWarm: ponderCold === null ? null : await measure("warm") };
}

async function runOwn(script: string, chain: SeededChain, postgres: TestPostgres | null) {
  const folder = await mkdtemp(join(tmpdir(), "placet-bench-run-"));
  try {
    const databaseUrl = postgres === null ? "" : await postgres.createDatabase();
    const node = howNodeRuns({ databaseUrl });
    const env = {
      ...process.env,
      ...node.env,
      PLACET_RPC_URL: chain.rpcUrl,
      PLACET_DEPLOYMENT: chain.deploymentFile,
      PLACET_DATA: folder,
      DATABASE_URL: databaseUrl,
    };
    const start = (name: string) =>
      run(process.execPath, [...node.flags, join(projectRoot, "scripts/bench/indexer", name)], {
        maxBuffer: 1 << 24,
        env,
      });
    if (postgres === null) {
      await buildDatabaseTemplate();
      await cp(join(projectRoot, "build/database-template"), folder, { recursive: true });
    }
    await start("prepare.ts");
    const { stdout } = await start(script);
    const ran = ranSchema.parse(JSON.parse(stdout.trim().split("\n").at(-1) ?? ""));
    if (ran.acts !== chain.events) throw new Error(`${script} stored ${ran.acts} of ${chain.events} acts.`);
    return { ...ran, rate: ran.acts / ran.seconds };
  } finally {
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** How many acts there are up to a block. */
async function countActs(chain: SeededChain, upTo: number): Promise<number> {
  let count = 0;
  for (let from = 0; from <= upTo; from += 100) {
    const to = Math.min(upTo, from + 99);
    const filter = {
      address: [chain.deployment.ledger, chain.deployment.providerRegistry],
      fromBlock: `0x${from.toString(16)}`,
      toBlock: `0x${to.toString(16)}`,
    };
    const logs = z.array(z.object({ data: z.string() })).parse(await ask(chain.rpcUrl, "eth_getLogs", [filter]));
    count += logs.filter((log) => log.data !== "0x").length;
  }
  return count;
}
