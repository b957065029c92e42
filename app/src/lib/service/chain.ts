// The node, reached through the service's own address. Reads only: whatever is signed goes through wallet or relay.
import type { Chain, PublicClient } from "viem";
import { Failure } from "#protocol/failure.ts";
import { gatewayInfo } from "./gateway.ts";

/** The chain as a wallet would be told of it. */
export async function placetChain(): Promise<Chain> {
  const { chainId } = await gatewayInfo();
  return {
    id: chainId,
    name: "Placet ledger",
    nativeCurrency: { name: "Ether", symbol: "ETH", decimals: 18 },
    rpcUrls: { default: { http: [new URL("/rpc", location.origin).href] } },
  };
}

let client: Promise<PublicClient> | undefined;

/** A viem client that reads through /rpc; loaded and made once. */
export function chainClient(): Promise<PublicClient> {
  client ??= Promise.all([placetChain(), import("./chain-client.ts")]).then(([chain, { createChainClient }]) =>
    createChainClient(chain),
  );
  client.catch(() => (client = undefined));
  return client;
}

/** One JSON-RPC call. Throws Failure("unavailable"). */
export async function rpc(method: string, params: readonly unknown[] = []): Promise<unknown> {
  try {
    // The node's own methods go beyond viem's typed list (eth_getProof with any block, for one).
    return await (await chainClient()).request({ method, params } as never);
  } catch (cause) {
    if (cause instanceof Failure) throw cause;
    throw new Failure("unavailable", "The ledger's node did not answer. Nothing was changed. Try again in a moment.", {
      cause,
    });
  }
}
