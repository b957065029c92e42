// The words of a sign-in (EIP-4361). Rule: they name the site, the chain, a nonce that the service gave, and the session
// key; twelve hours later they are worth nothing.
import type { Address } from "viem";
import { createSiweMessage } from "viem/siwe";
import { MAX_SESSION_SECONDS, sessionResources } from "#protocol/keys/index.ts";

/** The message that the wallet shows and signs. `now` in unix seconds. */
export function writeSignInMessage(options: {
  account: Address;
  chainId: number;
  /** Where the page stands: its host and origin. */
  site: { host: string; origin: string };
  nonce: string;
  statement: string;
  /** The session key's public half (65 bytes). */
  publicKey: Uint8Array;
  gateway: Address;
  organisation?: Address | undefined;
  now: number;
}): string {
  const { account, chainId, site, nonce, statement, publicKey, gateway, organisation, now } = options;
  return createSiweMessage({
    address: account,
    chainId,
    domain: site.host,
    uri: site.origin,
    version: "1",
    nonce,
    statement,
    issuedAt: new Date(now * 1000),
    expirationTime: new Date((now + MAX_SESSION_SECONDS) * 1000),
    resources: sessionResources({
      publicKey: Uint8Array.from(publicKey),
      gateway,
      ...(organisation === undefined ? {} : { organisation }),
    }),
  });
}
