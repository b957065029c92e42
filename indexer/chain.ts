// The chain that this service belongs to: its contracts' addresses, as scripts/deploy.ts wrote them down, and a client
// that has checked that the node behind the URL really serves that chain.

import { readFile } from "node:fs/promises";
import { createPublicClient, getAddress, http } from "viem";
import type { Address, Hex, PublicClient } from "viem";
import { z } from "zod";
import { Failure } from "#protocol/failure.ts";
import type { Config } from "./config.ts";

const address = z
  .string()
  .regex(/^0x[0-9a-fA-F]{40}$/)
  .transform((text): Address => getAddress(text.toLowerCase()));
const hash = z
  .string()
  .regex(/^0x[0-9a-f]{64}$/)
  .transform((text) => text as Hex);

/** deployment.json: where the contracts are, on which chain, and what code they have. */
export const deploymentSchema = z.object({
  chainId: z.number().int().positive(),
  genesisHash: hash,
  ledger: address,
  providerRegistry: address,
  deployedAtBlock: z.number().int().nonnegative(),
  deployedAt: z.number().int().nonnegative(),
  gateways: z.array(address),
  buildHashes: z.object({ ledger: hash, providerRegistry: hash }),
});

/** What deployment.json says. */
export type Deployment = z.output<typeof deploymentSchema>;

/** A checked way to the chain. */
export type Chain = { client: PublicClient; deployment: Deployment };

/** Reads deployment.json; throws `bad-input` when it is missing or is none. */
export async function readDeployment(file: string): Promise<Deployment> {
  let text: string;
  try {
    text = await readFile(file, "utf8");
  } catch (cause) {
    throw new Failure(
      "bad-input",
      `There is no deployment file at ${file}. Nothing was started. Deploy the contracts, or name the file in PLACET_DEPLOYMENT.`,
      { cause },
    );
  }
  try {
    return deploymentSchema.parse(JSON.parse(text));
  } catch (cause) {
    throw new Failure("bad-input", `${file} is not a deployment file: ${(cause as Error).message}`, { cause });
  }
}

/** Connects to the node and checks chain id, genesis and that both contracts have code; throws `wrong-chain` or `unavailable`. */
export async function connectChain(config: Pick<Config, "rpcUrl" | "deploymentFile">): Promise<Chain> {
  const deployment = await readDeployment(config.deploymentFile);
  const transport = http(config.rpcUrl, { batch: { batchSize: 100 }, timeout: 15_000, retryCount: 1 });
  const client = createPublicClient({ transport, cacheTime: 0, pollingInterval: 500 });
  const [chainId, genesis] = await reachNode(client, config.rpcUrl);
  if (chainId !== deployment.chainId || genesis !== deployment.genesisHash) {
    throw new Failure(
      "wrong-chain",
      `The node at the given address serves chain ${chainId} with genesis ${genesis}, but the deployment is on chain ` +
        `${deployment.chainId} with genesis ${deployment.genesisHash}. Nothing was changed. Point PLACET_RPC_URL and ` +
        `PLACET_DEPLOYMENT at the same chain.`,
    );
  }
  for (const contract of [deployment.ledger, deployment.providerRegistry]) {
    if (((await client.getCode({ address: contract })) ?? "0x") === "0x") {
      throw new Failure(
        "wrong-chain",
        `There is no contract at ${contract} on chain ${chainId}. Nothing was changed. Deploy first.`,
      );
    }
  }
  return { client, deployment };
}

async function reachNode(client: PublicClient, rpcUrl: string): Promise<[number, Hex]> {
  try {
    const [chainId, block] = await Promise.all([client.getChainId(), client.getBlock({ blockNumber: 0n })]);
    return [chainId, block.hash];
  } catch (cause) {
    // Only the origin is told: an RPC URL's path often holds an API key.
    const origin = new URL(rpcUrl).origin;
    throw new Failure(
      "unavailable",
      `No chain answers at ${origin}. Nothing was changed. Start the node and try again.`,
      { cause },
    );
  }
}
