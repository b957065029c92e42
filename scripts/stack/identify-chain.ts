// Which chain answers at an address. Two development chains share a chain id and even addresses; their first block
// tells them apart.

import { z } from "zod";
import { Failure } from "#protocol/failure.ts";

/** What makes a chain this one and no other. */
export type ChainIdentity = { chainId: number; genesisHash: `0x${string}` };

const quantity = z.string().regex(/^0x[0-9a-f]+$/i);
const digest = z.custom<`0x${string}`>((value) => typeof value === "string" && /^0x[0-9a-f]{64}$/i.test(value));

/**
 * Asks a node for its chain id and the hash of its first block.
 * @throws {Failure} "unavailable" when it does not answer, or not as a node does
 */
export async function identifyChain(rpcUrl: string): Promise<ChainIdentity> {
  const chainId = Number(quantity.parse(await askNode(rpcUrl, { method: "eth_chainId", params: [] })));
  const genesis = z
    .object({ hash: digest })
    .safeParse(await askNode(rpcUrl, { method: "eth_getBlockByNumber", params: ["0x0", false] }));
  if (!genesis.success) {
    throw new Failure("unavailable", `The node at ${nameNode(rpcUrl)} does not know its first block.`);
  }
  return { chainId, genesisHash: genesis.data.hash };
}

async function askNode(rpcUrl: string, call: { method: string; params: unknown[] }): Promise<unknown> {
  try {
    const answer = await fetch(rpcUrl, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ jsonrpc: "2.0", id: 1, ...call }),
      signal: AbortSignal.timeout(10_000),
    });
    return z.object({ result: z.unknown() }).parse(await answer.json()).result;
  } catch (cause) {
    throw new Failure("unavailable", `No Ethereum node answers at ${nameNode(rpcUrl)}. Nothing was changed.`, {
      cause,
    });
  }
}

/** The node's host only: an RPC address often carries an access key in its path. */
function nameNode(rpcUrl: string): string {
  return URL.canParse(rpcUrl) ? new URL(rpcUrl).origin : rpcUrl;
}
