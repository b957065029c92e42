// Small shapes that many formats share. Rule: addresses come out checksummed (ERC-55) and are written in lower case;
// 32-byte words are lower-case hex.

import { getAddress } from "viem";
import type { Hex } from "viem";
import { z } from "zod";

/** An account: any case in, checksummed out. */
export const addressShape = z
  .string()
  .regex(/^0x[0-9a-fA-F]{40}$/)
  .transform((text) => getAddress(text.toLowerCase()));

/** 32 bytes in lower-case hex: a digest, a document id, a scope, a salt. */
export const wordShape = z
  .string()
  .regex(/^0x[0-9a-f]{64}$/)
  .transform((text) => text as Hex);

/** The same structure with every address in it in lower case: the one spelling that is hashed and signed. */
export function lowerAddresses(value: unknown): unknown {
  if (typeof value === "string") return /^0x[0-9a-fA-F]{40}$/.test(value) ? value.toLowerCase() : value;
  if (Array.isArray(value)) return value.map(lowerAddresses);
  if (typeof value === "object" && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, lowerAddresses(member)]));
  }
  return value;
}
