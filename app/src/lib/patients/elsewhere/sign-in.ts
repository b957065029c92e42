// Signing in to another gateway: one signature of the wallet, for a session key of its own, good as long as the session here.
// Rule: the key cannot leave this browser, names that one gateway, and goes with the session when one signs out; the nonce is
// that gateway's own, so that nobody gets a sign-in signed ahead of its time.
import { withReach } from "#app/reach/index.ts";
import { forgetHere, gatewayInfo, keepHere, readHere } from "#app/service/index.ts";
import { session } from "#app/session/index.ts";
import { signText } from "#app/wallet/index.ts";
import { equalBytes } from "#protocol/bytes.ts";
import { isFailure } from "#protocol/failure.ts";
import { createSessionKey, type SessionKey } from "#protocol/keys/index.ts";
import { readElsewhereSignIn, writeElsewhereSignIn, type SignInElsewhere } from "#protocol/receipts/index.ts";
import { isAddressEqual, type Hex } from "viem";
import { z } from "zod";
import type { TrustedGateway } from "./trusted-gateways.ts";

/** A sign-in to another gateway, and the key that it names. */
export type ElsewhereKey = { key: SessionKey; signIn: SignInElsewhere };

const keptShape = z.object({
  privateKey: z.instanceof(CryptoKey),
  publicKey: z.instanceof(Uint8Array<ArrayBuffer>),
  message: z.string().max(4_000),
  signature: z.custom<Hex>((text) => typeof text === "string" && /^0x([0-9a-f]{2})+$/.test(text)),
});

/** As a gateway makes it: what a wallet shows of it is nothing but digits. */
const nonceShape = z.object({ nonce: z.string().regex(/^[0-9a-f]{42}$/) });

const nameOf = (gateway: TrustedGateway): string => `${session.account} ${gateway.address}`;
const now = (): number => Math.floor(Date.now() / 1000);

/** The sign-in that this browser holds for a gateway; undefined where there is none that is good now. */
export async function recallSignIn(gateway: TrustedGateway): Promise<ElsewhereKey | undefined> {
  const kept = keptShape.safeParse(await readHere("session-keys", nameOf(gateway)).catch(() => undefined)).data;
  if (!kept) return undefined;
  const { privateKey, publicKey, message, signature } = kept;
  const { chainId } = await gatewayInfo();
  try {
    const { address, names } = readElsewhereSignIn(message, {
      gateway: gateway.address,
      origins: [gateway.url],
      chainId,
      now: now(),
    });
    const readsFor = names.organisation ?? address;
    const ours = isAddressEqual(address, session.account) && isAddressEqual(readsFor, session.organisation ?? address);
    if (!ours || !equalBytes(names.publicKey, publicKey)) return undefined;
  } catch (error) {
    if (isFailure(error)) return undefined;
    throw error;
  }
  return { key: { privateKey, publicKey }, signIn: { message, signature } };
}

/** Forgets the sign-in to a gateway: that one does not take it any more. */
export function forgetSignIn(gateway: TrustedGateway): Promise<void> {
  return forgetHere("session-keys", nameOf(gateway));
}

/** Asks a gateway for a nonce and the wallet to sign in there. Throws Failure("rejected-by-user" | "unavailable" | ...). */
export async function signInElsewhere(gateway: TrustedGateway): Promise<ElsewhereKey> {
  const { organisation } = session;
  const { address, url } = gateway;
  const [{ chainId }, key, { nonce }] = await Promise.all([
    gatewayInfo(),
    createSessionKey(),
    withReach(url, (ask) => ask("/api/entrusted/nonce", { schema: nonceShape })),
  ]);
  const message = writeElsewhereSignIn({
    account: session.account,
    chainId,
    host: location.host,
    url,
    nonce,
    names: { publicKey: key.publicKey, gateway: address, ...(organisation === null ? {} : { organisation }) },
    now: now(),
    until: session.expiresAt,
  });
  const signature = (await signText(message)).toLowerCase() as Hex;
  await keepHere("session-keys", nameOf(gateway), { ...key, message, signature });
  return { key, signIn: { message, signature } };
}
