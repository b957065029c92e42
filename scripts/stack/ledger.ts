// Starting, finding again and stopping the development chain. `chain.json` in the data root remembers the one that
// runs, so that a launcher that was killed leaves a ledger that the next one carries on with.

import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";
import { Failure } from "#protocol/failure.ts";
import { type ChainIdentity, identifyChain } from "./identify-chain.ts";
import { type Child, describeEnd, startChild } from "./child.ts";
import { isAlive } from "./lock.ts";
import { startOnFreePort } from "./ports.ts";

/** A development chain that runs on this computer. */
export type Ledger = ChainIdentity & { rpcUrl: string; pid: number; isNew: boolean; stop: () => Promise<void> };

const memory = z.object({
  pid: z.number().int().positive(),
  owner: z.number().int().positive(),
  rpcUrl: z.url(),
  genesisHash: z.string(),
});

/**
 * Carries on with the chain that an earlier run left behind, or starts one on the port that is then chosen.
 * @throws {Failure} "unavailable" when it does not come up
 */
export async function startLedger(options: { dataRoot: string; choosePort: () => Promise<number> }): Promise<Ledger> {
  const file = join(options.dataRoot, "chain.json");
  const found = await findLedger(file);
  if (found) return found;

  const { child, rpcUrl } = await startOnFreePort({
    choosePort: options.choosePort,
    start: (port) => startProcess({ dataRoot: options.dataRoot, file, port }),
  });
  const identity = await identifyChain(rpcUrl);
  await remember(file, { pid: child.pid, rpcUrl, genesisHash: identity.genesisHash });
  // The chain must not keep this process alive: it is stopped on purpose, or left behind.
  child.process.unref();
  child.process.channel?.unref();
  return { ...identity, rpcUrl, pid: child.pid, isNew: true, stop: () => stopLedger(child.pid, file) };
}

async function startProcess(options: {
  dataRoot: string;
  file: string;
  port: number;
}): Promise<{ child: Child; rpcUrl: string }> {
  const child = startChild({
    script: "scripts/chain.ts",
    args: [String(options.port), options.file],
    logFile: join(options.dataRoot, "chain.log"),
    detached: true,
  });
  const rpcUrl = await new Promise<string>((resolve, reject) => {
    child.process.once("message", (message) => resolve(z.object({ listening: z.string() }).parse(message).listening));
    void child.ended.then(() => reject(describeEnd(child, "The development chain")));
  });
  return { child, rpcUrl };
}

async function findLedger(file: string): Promise<Ledger | undefined> {
  const text = await readFile(file, "utf8").catch(() => undefined);
  if (text === undefined) return undefined;
  try {
    const { pid, rpcUrl, genesisHash } = memory.parse(JSON.parse(text));
    if (!isAlive(pid)) return undefined;
    const identity = await identifyChain(rpcUrl);
    if (identity.genesisHash !== genesisHash) return undefined;
    await remember(file, { pid, rpcUrl, genesisHash });
    return { ...identity, rpcUrl, pid, isNew: false, stop: () => stopLedger(pid, file) };
  } catch {
    // A memory that cannot be read or a node that does not answer: there is no chain to carry on with.
    return undefined;
  }
}

function remember(file: string, known: { pid: number; rpcUrl: string; genesisHash: string }): Promise<void> {
  return writeFile(file, `${JSON.stringify({ ...known, owner: process.pid }, null, 2)}\n`);
}

async function stopLedger(pid: number, file: string): Promise<void> {
  await rm(file, { force: true });
  if (!isAlive(pid)) return;
  process.kill(pid, "SIGTERM");
  for (let waited = 0; isAlive(pid); waited += 20) {
    if (waited > 5_000) {
      process.kill(pid, "SIGKILL");
      throw new Failure("unavailable", `The development chain (process ${pid}) did not stop and was ended.`);
    }
    await sleep(20);
  }
}
