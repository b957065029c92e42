// Which contracts a data folder belongs to: those of the deployment file that was named, those found before, or new ones.

import { existsSync } from "node:fs";
import { copyFile, readFile } from "node:fs/promises";
import { join } from "node:path";
import { type Hex, isHex, size } from "viem";
import { z } from "zod";
import { Failure } from "#protocol/failure.ts";
import { deploy, deploymentSchema } from "../deploy.ts";
import type { ChainIdentity } from "./identify-chain.ts";

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
  await deploy({ ...options, ...readDeployerKey() });
  return true;
}

/** On a chain that is not for development, somebody has to pay, and will own the registry. */
function readDeployerKey(): { privateKey?: Hex } {
  const key = process.env["PLACET_DEPLOYER_KEY"];
  if (key === undefined) return {};
  if (!isHex(key) || size(key) !== 32) {
    throw new Failure("bad-input", "PLACET_DEPLOYER_KEY is not 0x and 64 hex digits. Nothing was sent.");
  }
  return { privateKey: key };
}

async function checkDeployment(file: string, chain: ChainIdentity): Promise<void> {
  const found = await readFile(file, "utf8")
    .then((text) => deploymentSchema.safeParse(JSON.parse(text)))
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
