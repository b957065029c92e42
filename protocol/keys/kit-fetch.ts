// Fetching a vault's copy by its recovery kit alone, for somebody whose wallet is lost: they cannot sign in as who they
// were. Rule: what the service keeps of the kit is a hash of something made from its code, so that nobody finds the code
// by it; and what it hands out opens only with the passphrase as well, or by a passkey or guardians.

import type { Address } from "viem";
import { fromHex, sha256, toBase64Url, type Bytes } from "../bytes.ts";
import { deriveBytes } from "./hkdf.ts";

/** The most kits by which a vault can be fetched: the newest count. */
export const MOST_KIT_TAGS = 8;

/** What is shown to the service by who has the kit: HKDF of the code (16 bytes) over the account, base64url. */
export function kitFetchSecret(code: Uint8Array, account: Address): string {
  return toBase64Url(fetchSecret(code, account));
}

/** What is left at the service: the SHA-256 of that, base64url. */
export function kitFetchTag(code: Uint8Array, account: Address): string {
  return toBase64Url(sha256(fetchSecret(code, account)));
}

function fetchSecret(code: Uint8Array, account: Address): Bytes {
  return deriveBytes(code, { label: "kit-fetch/", parts: [fromHex(account, 20)] });
}
