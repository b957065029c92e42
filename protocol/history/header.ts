// A block's header, and its hash computed from its fields. Rule: what a node says about a block counts only when the
// fields hash to the block's hash; fields of later forks are taken as far as they are there.

import type { Hex } from "viem";
import { keccak256, toRlp } from "viem/utils";
import { z } from "zod";
import { Failure } from "../failure.ts";

const data = z
  .string()
  .regex(/^0x([0-9a-fA-F]{2})*$/)
  .transform((text) => text.toLowerCase() as Hex);
const word = data.refine((text) => text.length === 66);
const quantity = z
  .string()
  .regex(/^0x[0-9a-fA-F]{1,64}$/)
  .transform((text) => BigInt(text));

const headerSchema = z.object({
  hash: word,
  parentHash: word,
  sha3Uncles: word,
  miner: data,
  stateRoot: word,
  transactionsRoot: word,
  receiptsRoot: word,
  logsBloom: data,
  difficulty: quantity,
  number: quantity,
  gasLimit: quantity,
  gasUsed: quantity,
  timestamp: quantity,
  extraData: data,
  mixHash: word,
  nonce: data,
  baseFeePerGas: quantity.nullish(), // London (EIP-1559)
  withdrawalsRoot: word.nullish(), // Shanghai (EIP-4895)
  blobGasUsed: quantity.nullish(), // Cancun (EIP-4844)
  excessBlobGas: quantity.nullish(),
  parentBeaconBlockRoot: word.nullish(), // Cancun (EIP-4788)
  requestsHash: word.nullish(), // Prague (EIP-7685); Osaka adds none
  blockAccessListHash: word.nullish(), // Amsterdam (EIP-7928)
});

/** A block's header, its numbers read. */
export type Header = z.output<typeof headerSchema>;

const order = [
  "parentHash",
  "sha3Uncles",
  "miner",
  "stateRoot",
  "transactionsRoot",
  "receiptsRoot",
  "logsBloom",
  "difficulty",
  "number",
  "gasLimit",
  "gasUsed",
  "timestamp",
  "extraData",
  "mixHash",
  "nonce",
  "baseFeePerGas",
  "withdrawalsRoot",
  "blobGasUsed",
  "excessBlobGas",
  "parentBeaconBlockRoot",
  "requestsHash",
  "blockAccessListHash",
] as const;

/** An integer as RLP has it: big-endian without leading zeros, nothing for zero. */
function integer(value: bigint): Hex {
  if (value === 0n) return "0x";
  const hex = value.toString(16);
  return `0x${hex.length % 2 === 0 ? hex : `0${hex}`}`;
}

/** keccak256 of the RLP of a header's fields, as far as the fork had them. */
export function hashHeader(header: Omit<Header, "hash">): Hex {
  const fields: Hex[] = [];
  for (const name of order) {
    const value = header[name];
    if (value === undefined || value === null) break;
    fields.push(typeof value === "bigint" ? integer(value) : value);
  }
  return keccak256(toRlp(fields));
}

/**
 * Reads a block as JSON-RPC gives it and checks that its fields hash to its hash. Throws Failure("bad-input") for what
 * is no block and Failure("tampered") when the hash differs.
 */
export function parseHeader(json: unknown): Header {
  const parsed = headerSchema.safeParse(json);
  if (!parsed.success) {
    throw new Failure("bad-input", "The node answered with something that is not a block. Ask another node.", {
      cause: parsed.error,
    });
  }
  const header = parsed.data;
  if (hashHeader(header) !== header.hash) {
    throw new Failure(
      "tampered",
      `The fields of block ${header.number} do not hash to ${header.hash}: the node altered them, or its chain has a kind of block that is not known here. Nothing was concluded from it.`,
      { reason: "bad-header" },
    );
  }
  return header;
}
