// The session key: a P-256 key that never leaves the browser's key store, named in the sign-in message and used to sign
// each read. Rule: a signature is accepted only from the key that the wallet's own signature names.

import { getAddress, isAddress } from "viem";
import type { Address } from "viem";
import { fromBase64Url, toBase64Url, toBytes, type Bytes } from "../bytes.ts";
import { Failure } from "../failure.ts";

const ALGORITHM = { name: "ECDSA", namedCurve: "P-256" } as const;
const SIGNING = { name: "ECDSA", hash: "SHA-256" } as const;
const PUBLIC_KEY_BYTES = 65;

/** A session lasts 12 hours at most. */
export const MAX_SESSION_SECONDS = 12 * 60 * 60;

/** A key pair of one session. It can be kept in IndexedDB: the private half cannot be read out even so. */
export type SessionKey = { privateKey: CryptoKey; publicKey: Bytes };

/** What a sign-in names: the session key, the gateway that it speaks to, the organisation that it reads for. */
export type SessionNames = { publicKey: Bytes; gateway: Address; organisation?: Address };

/** Makes a key pair whose private half cannot be extracted; the public half is an uncompressed point (65 bytes). */
export async function createSessionKey(): Promise<SessionKey> {
  const pair = await crypto.subtle.generateKey(ALGORITHM, false, ["sign", "verify"]);
  return {
    privateKey: pair.privateKey,
    publicKey: new Uint8Array(await crypto.subtle.exportKey("raw", pair.publicKey)),
  };
}

/** Signs bytes: ECDSA over SHA-256, 64 bytes r ‖ s. */
export async function signWithSession(key: SessionKey, bytes: Uint8Array): Promise<Bytes> {
  return new Uint8Array(await crypto.subtle.sign(SIGNING, key.privateKey, toBytes(bytes)));
}

/** True where the signature is this public key's over these bytes; false for a bad key too. */
export async function verifySession(
  publicKey: Uint8Array,
  options: { signature: Uint8Array; bytes: Uint8Array },
): Promise<boolean> {
  try {
    const key = await crypto.subtle.importKey("raw", toBytes(publicKey), ALGORITHM, false, ["verify"]);
    return await crypto.subtle.verify(SIGNING, key, toBytes(options.signature), toBytes(options.bytes));
  } catch {
    // WebCrypto throws for what is no point on the curve: such a key has signed nothing.
    return false;
  }
}

const KEY_PREFIX = "urn:placet:session-key:";
const GATEWAY_PREFIX = "urn:placet:gateway:";
const ORGANISATION_PREFIX = "urn:placet:organisation:";

/** The `resources` lines of the sign-in message (EIP-4361). */
export function sessionResources(names: SessionNames): string[] {
  return [
    KEY_PREFIX + toBase64Url(names.publicKey),
    GATEWAY_PREFIX + getAddress(names.gateway),
    ...(names.organisation === undefined ? [] : [ORGANISATION_PREFIX + getAddress(names.organisation)]),
  ];
}

/** Reads them back. Throws Failure("bad-input") where one is missing, doubled, unknown or malformed. */
export function readSessionResources(resources: readonly string[]): SessionNames {
  const refuse = () =>
    new Failure(
      "bad-input",
      "This sign-in does not name its session as it should. Nothing was changed. Sign in again.",
    );
  const only = (prefix: string): string | undefined => {
    const found = resources.filter((line) => line.startsWith(prefix));
    if (found.length > 1) throw refuse();
    return found[0]?.slice(prefix.length);
  };
  const key = only(KEY_PREFIX);
  const gateway = only(GATEWAY_PREFIX);
  const organisation = only(ORGANISATION_PREFIX);
  const known = [key, gateway, organisation].filter((part) => part !== undefined).length;
  if (key === undefined || gateway === undefined || !isAddress(gateway) || known !== resources.length) throw refuse();
  if (organisation !== undefined && !isAddress(organisation)) throw refuse();
  return {
    publicKey: fromBase64Url(key, PUBLIC_KEY_BYTES),
    gateway,
    ...(organisation === undefined ? {} : { organisation }),
  };
}
