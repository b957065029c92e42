// The shapes that come back again and again, checked at the edge.
import { getAddress, type Address, type Hex } from "viem";
import { z } from "zod";

/** An address; comes out checksummed (EIP-55). */
export const addressShape = z
  .string()
  .regex(/^0x[0-9a-fA-F]{40}$/)
  .transform((text): Address => getAddress(text.toLowerCase()));

/** 32 bytes as lower-case hex. */
export const digestShape = z
  .string()
  .regex(/^0x[0-9a-fA-F]{64}$/)
  .transform((text): Hex => text.toLowerCase() as Hex);

/** Unix seconds. */
export const timeShape = z.number().int().nonnegative();
