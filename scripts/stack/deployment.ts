// Which contracts a data folder belongs to: those of the deployment file that was named, those found before, or new ones.

import { existsSync } from "node:fs";
import { copyFile, readFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { Failure } from "#protocol/failure.ts";
import { deploy } from "../deploy.ts";
import type { ChainIdentity } from "./identify-chain.ts";

const deploymentFile = z.object({
  chainId: z.number(),
  genesisHash: z.string(),
  ledger: z.string(),
  providerRegistry: z.string(),
});

/**
 * Makes sure that `<data folder>/deployment.json` names contracts on this chain, deploying them where nothing does.
 * @returns true when contracts were deployed now
 * @throws {Failure} "wrong-chain" when the named file speaks of another chain, "bad-input" when it cannot be read
 */
export async function ensureDeployment(options: {
  chain: ChainIdentity;
  rpcUrl: string;
  dataDir: string;
  given?: string | undefined;
  log: (line: string) => void;
}): Promise<boolean> {
  const target = join(options.dataDir, "deployment.json");
  if (options.given !== undefined) {
    await checkDeployment(options.given, options.chain);
    await copyFile(options.given, target);
    return false;
  }
  if (existsSync(target)) {
    await checkDeployment(target, options.chain);
    return false;
  }
  await deploy({ rpcUrl: options.rpcUrl, dataDir: options.dataDir, log: options.log });
  return true;
}

async function checkDeployment(file: string, chain: ChainIdentity): Promise<void> {
  const found = await readFile(file, "utf8")
    .then((text) => deploymentFile.safeParse(JSON.parse(text)))
    .catch((cause: unknown) => {
      throw new Failure("bad-input", `${file} cannot be read as a deployment file.`, { cause });
    });
  if (!found.success)
    throw new Failure("bad-input", `${file} is not a deployment file: ${z.prettifyError(found.error)}`);
  const { chainId, genesisHash } = found.data;
  if (chainId !== chain.chainId || genesisHash.toLowerCase() !== chain.genesisHash.toLowerCase()) {
    throw new Failure(
      "wrong-chain",
      `${file} belongs to chain ${chainId} (first block ${genesisHash.slice(0, 12)}...), but the node is on chain ` +
        `${chain.chainId} (first block ${chain.genesisHash.slice(0, 12)}...). Nothing was changed.`,
    );
  }
}
