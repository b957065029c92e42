// What this service is: its gateway, its chain, its contracts. Asked once, kept for the page's life.
import type { Address } from "viem";
import { z } from "zod";
import { request } from "./request.ts";
import { addressShape, digestShape } from "./shapes.ts";

const gatewayShape = z.object({
  address: addressShape,
  encryptionKey: digestShape,
  chainId: z.number().int().positive(),
  ledger: addressShape,
  providerRegistry: addressShape,
  genesisHash: digestShape,
  demo: z.boolean(),
});

/** The service's own description. */
export type GatewayInfo = z.infer<typeof gatewayShape>;

let known: Promise<GatewayInfo> | undefined;

/** Reads the description; a failed read is tried again by the next call. */
export function gatewayInfo(): Promise<GatewayInfo> {
  known ??= request("/api/gateway", { schema: gatewayShape }).catch((error: unknown) => {
    known = undefined;
    throw error;
  });
  return known;
}

/** Where keys and signatures are valid: the chain and the Ledger. */
export async function place(): Promise<{ chainId: number; ledger: Address }> {
  const { chainId, ledger } = await gatewayInfo();
  return { chainId, ledger };
}
