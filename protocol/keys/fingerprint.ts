// Names for public keys: one that machines compare, one that two people can read to each other.
// Rule: the readable one is bound to the account, so that one search for a look-alike serves against one person only.

import type { Address, Hex } from "viem";
import { concat, fromHex, sha256, toHex, utf8 } from "../bytes.ts";

const GROUPS = 6;
const GROUP_DIGITS = 5;

/** The machine's name of a public encryption key: SHA-256 of "placet/1/key-id" ‖ key. */
export function keyId(publicKey: Uint8Array): Hex {
  return toHex(sha256(concat(utf8("placet/1/key-id"), publicKey)));
}

/**
 * Thirty digits in six groups, for two people to compare by voice: each group is five bytes of
 * SHA-256("placet/1/fingerprint" ‖ account ‖ key), modulo 100,000 (about 99 bits together).
 */
export function fingerprint(options: { account: Address; publicKey: Uint8Array }): string {
  const digest = sha256(concat(utf8("placet/1/fingerprint"), fromHex(options.account, 20), options.publicKey));
  const groups = Array.from({ length: GROUPS }, (_, index) => {
    const value = BigInt(toHex(digest.subarray(index * 5, index * 5 + 5)));
    return String(value % 100_000n).padStart(GROUP_DIGITS, "0");
  });
  return groups.join(" ");
}
