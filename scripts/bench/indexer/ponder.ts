// Ponder over the same chain into the same tables: a project of its own in the cache folder, where npm's Ponder lives too.
// Timed by its own log, from the start of its backfill to its end; starting Node and building the project is not counted.

import { spawn } from "node:child_process";
import { cpSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { ledgerAbi, providerRegistryAbi } from "#protocol/contracts/index.ts";
import { Failure } from "#protocol/failure.ts";
import { projectRoot } from "#scripts/build/project-root.ts";
import { pickAnyPort } from "#scripts/stack/ports.ts";
import { installOnDemand } from "../chain/cache.ts";
import type { SeededChain } from "../chain/seed.ts";

const VERSION = "0.17.7";

/** A Ponder project over a chain, with a database of its own; `databaseUrl` null is PGlite in its own folder. */
export type Ponder = {
  folder: string;
  databaseUrl: string | null;
};

/** Makes the project; the first time, Ponder is installed. */
export function makePonder(
  chain: SeededChain,
  { databaseUrl, name }: { databaseUrl: string | null; name: string },
): Ponder {
  const home = installOnDemand("ponder", {
    dependencies: { ponder: VERSION, viem: "2.57.0", hono: "4" },
    // Ponder asks for a version of its helpers that was published for another line.
    overrides: { "@ponder/utils": "0.2.18" },
  });
  const folder = join(home, "projects", name);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  cpSync(join(projectRoot, "scripts/bench/indexer/ponder"), folder, {
    recursive: true,
    filter: (from) => !from.endsWith(".md"),
  });
  for (const file of ["ponder.schema", "ponder.config", "src/index", "src/api/index"])
    cpSync(join(folder, `${file}.ts.txt`), join(folder, `${file}.ts`));
  const settings = {
    rpcUrl: chain.rpcUrl,
    chainId: chain.deployment.chainId,
    ledger: chain.deployment.ledger,
    providerRegistry: chain.deployment.providerRegistry,
    startBlock: chain.deployment.deployedAtBlock,
    databaseUrl,
  };
  writeFileSync(join(folder, "settings.json"), JSON.stringify(settings));
  writeFileSync(
    join(folder, "abis.ts"),
    `export const ledgerAbi = ${JSON.stringify(ledgerAbi)} as const;\n` +
      `export const providerRegistryAbi = ${JSON.stringify(providerRegistryAbi)} as const;\n`,
  );
  writeFileSync(join(folder, "package.json"), JSON.stringify({ private: true, type: "module" }));
  return { folder, databaseUrl };
}

/** How long a backfill took, and up to which block it went: what is not final yet it leaves to its live part. */
export type Backfill = { seconds: number; upTo: number };

/** So long it is waited for: its warm run on PGlite was seen to compute for longer than that without an end. */
const PATIENCE_MINUTES = 5;

/**
 * Lets it backfill once. The first run of a database is the cold one. Null when it was not done after five minutes.
 * @throws {Failure} "unavailable" with its own words when it ended before it was done
 */
export async function runPonder(
  { folder, databaseUrl }: Ponder,
  { schema, onReady }: { schema: string; onReady?: (url: string) => Promise<void> },
): Promise<Backfill | null> {
  const port = await pickAnyPort();
  const binary = join(folder, "../../node_modules/ponder/dist/esm/bin/ponder.js");
  const args = ["start", "--schema", schema, "--port", String(port), "--hostname", "127.0.0.1", "--log-format", "json"];
  const child = spawn(process.execPath, [binary, ...args, "--log-level", "info"], {
    cwd: folder,
    env: { ...process.env, DATABASE_URL: databaseUrl ?? "", PONDER_TELEMETRY_DISABLED: "true" },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  const said: string[] = [];
  child.stderr.on("data", (bytes: Buffer) => said.push(bytes.toString()));
  let started = 0;
  let seconds: number | null = null;
  let upTo = 0;
  let isLate = false;
  const patience = setTimeout(() => {
    isLate = true;
    child.kill("SIGKILL");
  }, PATIENCE_MINUTES * 60_000);
  for await (const line of createInterface({ input: child.stdout })) {
    said.push(line);
    // Whichever comes first: it fetches ahead of what it indexes.
    if (started === 0 && /Started (fetching )?backfill/.test(line)) started = performance.now();
    upTo = Number(/"block_range":"\[\d+,(\d+)\]"/.exec(line)?.[1] ?? upTo);
    if (!line.includes("Completed backfill indexing across all chains")) continue;
    seconds = (performance.now() - started) / 1000;
    break;
  }
  clearTimeout(patience);
  if (process.env["BENCH_SHOW"] !== undefined) process.stderr.write(`${said.join("\n")}\n`);
  if (seconds !== null && onReady !== undefined) await onReady(`http://127.0.0.1:${port}`);
  child.kill("SIGKILL");
  await ended;
  if (isLate && seconds === null) return null;
  if (seconds === null || started === 0)
    throw new Failure("unavailable", `Ponder ended before it was done:\n${said.join("\n").slice(-3_000)}`);
  return { seconds, upTo };
}
