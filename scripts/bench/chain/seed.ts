// A chain with a known number of our events: anvil, both contracts, a crowd that acts. Genuine in everything but that one
// transaction carries many acts. Seeding takes minutes (anvil computes the whole state's root at each block), so a
// finished chain is kept in the cache folder, by what it was made of.

import { createHash } from "node:crypto";
import { createReadStream, existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { createWriteStream } from "node:fs";
import { createGunzip } from "node:zlib";
import { encodeFunctionData } from "viem";
import type { Address } from "viem";
import { ledgerAbi } from "#protocol/contracts/index.ts";
import { projectRoot } from "#scripts/build/project-root.ts";
import { deploy } from "#scripts/deploy.ts";
import type { Deployment } from "#scripts/deploy.ts";
import { makeActs } from "./acts.ts";
import { startAnvil } from "./anvil.ts";
import { cacheFolder } from "./cache.ts";
import { makeCrowd, perform, sendAndMine } from "./crowd.ts";
import { ask } from "./rpc.ts";

const BLOCK_SECONDS = 12;
const STATES = 64;

/** How a chain is seeded. */
export type SeedOptions = { events: number; perBlock: number; people: number };

type Seeded = { deployment: Deployment; crowd: Address; people: Address[]; events: number; head: number };

/** A seeded chain that runs. */
export type SeededChain = Seeded & {
  rpcUrl: string;
  deploymentFile: string;
  /** Mines one more block with `count` acts; resolves when it is mined. */
  actAgain(count: number): Promise<void>;
  stop(): Promise<void>;
};

/** Starts a chain as wanted: from the cache folder when it was seeded before (`keep`), else seeded now. */
export async function startSeededChain(options: SeedOptions & { keep: boolean }): Promise<SeededChain> {
  const file = join(cacheFolder(), "chains", `${nameOf(options)}.json`);
  const known = options.keep && existsSync(file);
  const { seeded, anvil } = known ? await loadChain(file) : await seedChain(options);
  if (options.keep && !known) await saveChain(file, seeded, anvil.rpcUrl);
  const folder = await mkdtemp(join(tmpdir(), "placet-bench-chain-"));
  const deploymentFile = join(folder, "deployment.json");
  await writeFile(deploymentFile, JSON.stringify(seeded.deployment));
  let asked = 0;
  return {
    ...seeded,
    rpcUrl: anvil.rpcUrl,
    deploymentFile,
    async actAgain(count) {
      const steps = Array.from({ length: count }, () => {
        asked += 1;
        const who = asked % seeded.people.length;
        const to = seeded.people[(asked + 1) % seeded.people.length] ?? seeded.crowd;
        const note = `0x${asked.toString(16).padStart(64, "0")}` as const;
        const call = encodeFunctionData({ abi: ledgerAbi, functionName: "request", args: [to, note] });
        return { who, target: seeded.deployment.ledger, call };
      });
      await sendAndMine(anvil.rpcUrl, { to: seeded.crowd, data: perform(steps) });
    },
    async stop() {
      await anvil.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function seedChain({ events, perBlock, people: size }: SeedOptions) {
  const blocks = Math.ceil(events / perBlock);
  const now = Math.floor(Date.now() / 1000);
  const anvil = await startAnvil({ states: STATES, timestamp: now - (blocks + size / 250 + 20) * BLOCK_SECONDS });
  const folder = await mkdtemp(join(tmpdir(), "placet-bench-seed-"));
  try {
    const { rpcUrl } = anvil;
    await ask(rpcUrl, "anvil_setBlockTimestampInterval", [BLOCK_SECONDS]);
    await ask(rpcUrl, "evm_setAutomine", [true]);
    const deployment = await deploy({ rpcUrl, dataDir: folder });
    await ask(rpcUrl, "evm_setAutomine", [false]);
    const { address: crowd, people } = await makeCrowd(rpcUrl, size);
    const next = makeActs({ ...deployment, people, today: Math.floor(now / 86_400), seed: 1 });
    for (let done = 0; done < events; done += perBlock) {
      const steps = Array.from({ length: Math.min(perBlock, events - done) }, next);
      await sendAndMine(rpcUrl, { to: crowd, data: perform(steps) });
    }
    await ask(rpcUrl, "anvil_removeBlockTimestampInterval");
    const head = Number(await ask(rpcUrl, "eth_blockNumber"));
    const logs = (await ask(rpcUrl, "eth_getLogs", [
      { fromBlock: "0x0", toBlock: "latest", address: [deployment.ledger, deployment.providerRegistry] },
    ])) as { data: string }[];
    const seeded: Seeded = { deployment, crowd, people, events: logs.filter((log) => log.data !== "0x").length, head };
    return { seeded, anvil };
  } catch (error) {
    await anvil.stop();
    throw error;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** What a chain is made of: sizes, contracts, and the files that decide what is done. */
function nameOf({ events, perBlock, people }: SeedOptions): string {
  const hash = createHash("sha256");
  const contracts = ["Ledger", "ProviderRegistry"].map((name) => `artifacts/contracts/${name}.sol/${name}.json`);
  const own = ["acts.ts", "seed.ts", "Crowd.sol"].map((name) => `scripts/bench/chain/${name}`);
  for (const path of [...contracts, ...own]) hash.update(readFileSync(join(projectRoot, path)));
  return `${events}-${perBlock}-${people}-${hash.digest("hex").slice(0, 12)}`;
}

/** anvil's own dump is JSON behind gzip, larger than a JavaScript string may be: it goes to disk as it is. */
async function saveChain(file: string, seeded: Seeded, rpcUrl: string): Promise<void> {
  const dump = (await ask(rpcUrl, "anvil_dumpState")) as string;
  mkdirSync(join(file, ".."), { recursive: true });
  writeFileSync(`${file}.gz`, Buffer.from(dump.slice(2), "hex"));
  writeFileSync(`${file}.partial`, JSON.stringify(seeded));
  renameSync(`${file}.partial`, file);
}

async function loadChain(file: string) {
  const seeded = JSON.parse(readFileSync(file, "utf8")) as Seeded;
  const folder = await mkdtemp(join(tmpdir(), "placet-bench-load-"));
  try {
    const state = join(folder, "state.json");
    await pipeline(createReadStream(`${file}.gz`), createGunzip(), createWriteStream(state));
    return { seeded, anvil: await startAnvil({ states: STATES, state }) };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
