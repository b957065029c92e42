// viem's public client, apart from everything else: it is the largest thing in the app, and the first page does without.
import { createPublicClient, http, type Chain, type PublicClient } from "viem";

/** A client that reads through /rpc. */
export function createChainClient(chain: Chain): PublicClient {
  return createPublicClient({
    chain,
    transport: http(undefined, { batch: { wait: 5, batchSize: 100 }, fetchOptions: { headers: { "x-placet": "1" } } }),
    pollingInterval: 1000,
  });
}
