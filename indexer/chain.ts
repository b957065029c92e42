// The chain that this service belongs to: its contracts' addresses, as scripts/deploy.ts wrote them down, and a client
// that has checked that the node behind the URL really serves that chain.

import { readFile } from "node:fs/promises";
import { createPublicClient, getAddress, keccak256 } from "viem";
import type { Address, Hex, PublicClient } from "viem";
import { z } from "zod";
import { Failure, isFailure } from "#protocol/failure.ts";
import { extensionOf } from "#protocol/history/index.ts";
import type { Config } from "./config.ts";
import type { Metrics } from "./metrics.ts";
import { createNodes, nodesTransport } from "./rpc/index.ts";
import type { Nodes } from "./rpc/index.ts";

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
  buildHashes: z.object({ ledger: hash, ledgerExtension: hash, providerRegistry: hash }),
});

/** What deployment.json says. */
export type Deployment = z.output<typeof deploymentSchema>;

/** A checked way to the chain. */
export type Chain = {
  /** For single questions: fails over from node to node. */
  client: PublicClient;
  deployment: Deployment;
  /** The nodes themselves, for whoever must know that answers come from one and the same. */
  nodes: Nodes;
};

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

/**
 * Connects to the nodes and checks chain id, genesis, and that both contracts (the ledger with its extension) have the
 * code that was deployed; throws
 * `wrong-chain` or `unavailable`. One node that answers is enough: the others are checked before they are first asked.
 * Calls that a node fails, now and later, are counted in `metrics`.
 */
export async function connectChain(
  config: Pick<Config, "rpcUrls" | "rpcTimeoutMs" | "pollMs" | "deploymentFile">,
  { metrics }: { metrics?: Metrics } = {},
): Promise<Chain> {
  const deployment = await readDeployment(config.deploymentFile);
  const nodes = createNodes({
    urls: config.rpcUrls,
    timeoutMs: config.rpcTimeoutMs,
    identity: deployment,
    leastRestMs: config.pollMs,
    onTrouble: () => metrics?.count("rpc_errors"),
  });
  await nodes.choose().catch((error: unknown) => {
    throw isFailure(error, "wrong-chain") ? error : noAnswer(config.rpcUrls, error);
  });
  const client = createPublicClient({ transport: nodesTransport(nodes), cacheTime: 0, pollingInterval: 500 });
  const { ledger, providerRegistry } = deployment;
  const places = { ledger, ledgerExtension: extensionOf(ledger), providerRegistry };
  for (const name of ["ledger", "ledgerExtension", "providerRegistry"] as const) {
    const contract = places[name];
    const code = (await client.getCode({ address: contract })) ?? "0x";
    if (code === "0x") {
      throw new Failure(
        "wrong-chain",
        `There is no contract at ${contract} on chain ${deployment.chainId}. Nothing was changed. Deploy first.`,
      );
    }
    if (keccak256(code) !== deployment.buildHashes[name]) {
      throw new Failure(
        "wrong-chain",
        `The contract at ${contract} does not have the code that was deployed there. Nothing was changed. Check ` +
          "PLACET_DEPLOYMENT and the node.",
        { reason: "wrong-code" },
      );
    }
  }
  return { client, deployment, nodes };
}

const PACE_BLOCKS = 100;
const LEAST_LAG_SECONDS = 60;
const MOST_LAG_SECONDS = 900;

/**
 * How old (seconds) the newest block may be before the ledger's answers are too old to release anything on: what the
 * operator set, else five times the chain's mean gap between its latest blocks, at least a minute and at most fifteen.
 */
export async function measureMaxLag({ client }: Chain, config: Pick<Config, "maxLagSeconds">): Promise<number> {
  if (config.maxLagSeconds !== null) return config.maxLagSeconds;
  const head = await client.getBlock({ blockTag: "latest" });
  const back = head.number < PACE_BLOCKS ? head.number : BigInt(PACE_BLOCKS);
  if (back === 0n) return LEAST_LAG_SECONDS;
  const earlier = await client.getBlock({ blockNumber: head.number - back });
  const gap = Number(head.timestamp - earlier.timestamp) / Number(back);
  return Math.min(MOST_LAG_SECONDS, Math.max(LEAST_LAG_SECONDS, Math.ceil(5 * gap)));
}

function noAnswer(urls: readonly string[], cause: unknown): Failure {
  // Only origins are told: an RPC URL's path often holds an API key.
  const origins = [...new Set(urls.map((url) => new URL(url).origin))].join(", ");
  return new Failure(
    "unavailable",
    `No chain answers at ${origins}. Nothing was changed. Start the node and try again.`,
    {
      cause,
    },
  );
}
