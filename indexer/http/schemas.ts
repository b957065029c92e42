// The shapes that come in and go out again and again. Addresses are accepted in any case and leave checksummed.

import { getAddress } from "viem";
import type { Address, Hex } from "viem";
import { z } from "zod";

/** An address from outside, made checksummed (EIP-55). */
export const addressIn = z
  .string()
  .regex(/^0x[0-9a-fA-F]{40}$/, "must be an address: 0x and 40 hexadecimal digits")
  .transform((text): Address => getAddress(text.toLowerCase()))
  .meta({ id: "AddressIn", description: "An Ethereum address, in any case." });

/** 32 bytes from outside, made lower-case. */
export const digestIn = z
  .string()
  .regex(/^0x[0-9a-fA-F]{64}$/, "must be 32 bytes: 0x and 64 hexadecimal digits")
  .transform((text) => text.toLowerCase() as Hex)
  .meta({ id: "DigestIn", description: "32 bytes as 0x and hexadecimal digits." });

/** An address in an answer. */
export const addressOut = z
  .string()
  .regex(/^0x[0-9a-fA-F]{40}$/)
  .meta({ id: "Address", description: "A checksummed Ethereum address (EIP-55)." });

/** 32 bytes in an answer. */
export const digestOut = z
  .string()
  .regex(/^0x[0-9a-f]{64}$/)
  .meta({ id: "Digest", description: "32 bytes, lower-case hexadecimal." });

/** A moment in an answer. */
export const timeOut = z.number().int().nonnegative().meta({ id: "Time", description: "Unix seconds." });

/** A block number in an answer. */
export const blockOut = z.number().int().nonnegative().meta({ id: "BlockNumber" });

/** Whether what a row says is final, in an answer. */
export const finalOut = z.boolean().meta({
  id: "Final",
  description:
    "True when all that the row says of the ledger comes from blocks at or below the index's final one (Placet-Final): it is never taken back. False: pending.",
});

/** An integer that may pass 2^53, in an answer. */
export const bigOut = z
  .string()
  .regex(/^\d+$/)
  .meta({ id: "BigInteger", description: "A decimal integer of any size." });

/** The query fields of every list: how many, and where to go on. */
export const pageQuery = {
  limit: z.coerce.number().int().min(1).max(200).default(50),
  cursor: z.string().max(400).optional(),
};

/** The same of lists that are short for most: as many as a page may hold, unless fewer are asked for. */
export const fullPageQuery = { ...pageQuery, limit: z.coerce.number().int().min(1).max(200).default(200) };

/** A list's answer: its items, and the cursor of the next ones (null at the end). */
export function pageOf<T extends z.ZodType>(item: T) {
  return z.object({ items: z.array(item), next: z.string().nullable() });
}
