// A log as the chain gives it, and how an act is read out of it without any ABI. Rule (contracts/interfaces/IHistory):
// topic 1 is the account whose head advances, the last data word is the new head, the word before it the stamp.

import type { Address, Hex } from "viem";
import { getAddress, hexToBigInt, isHex, size, slice } from "viem/utils";
import { z } from "zod";
import { Failure } from "../failure.ts";

/** A log; viem's own logs fit. */
export type RawLog = {
  readonly address: Address;
  readonly topics: readonly Hex[];
  readonly data: Hex;
  readonly blockNumber: bigint;
  readonly blockHash: Hex;
  readonly transactionHash: Hex;
  readonly logIndex: number;
};

/** 32 zero bytes: the head of an account that never acted, and the roll before anyone did. */
export const ZERO_WORD: Hex = `0x${"00".repeat(32)}`;

/** When an act happened: block time (Unix seconds) and block number. */
export type Stamp = { readonly time: number; readonly number: number };

/** Reads the ledger's stamp: bits 0 to 63 the block number, 64 to 127 the block time. */
export function unpackStamp(word: bigint): Stamp {
  return { time: Number((word >> 64n) & 0xffff_ffff_ffff_ffffn), number: Number(word & 0xffff_ffff_ffff_ffffn) };
}

/** An account's act, taken apart without an ABI. */
export type SplitLog = {
  readonly account: Address;
  /** The head that the log itself states. */
  readonly head: Hex;
  readonly stamp: Stamp;
  /** The data without its last word. */
  readonly body: Hex;
};

/**
 * False for the only logs that are no acts: those without data, which OpenZeppelin's Ownable leaves beside the registry's
 * own events. An act has data of at least two words, so nothing can hide here.
 */
export function isAct(log: Pick<RawLog, "data">): boolean {
  return log.data !== "0x";
}

/** Takes a log apart. Throws Failure("tampered", reason "unreadable") when it cannot be an act. */
export function splitLog(log: Pick<RawLog, "topics" | "data">): SplitLog {
  const account = log.topics[1];
  const bytes = isHex(log.data) ? size(log.data) : -1;
  const words = log.topics.every((topic) => isHex(topic) && size(topic) === 32);
  if (
    account === undefined ||
    !words ||
    log.topics.length > 4 ||
    bytes < 64 ||
    bytes % 32 !== 0 ||
    !/^0x0{24}/.test(account)
  ) {
    throw new Failure("tampered", "This log is not an act of the ledger. It was left out.", { reason: "unreadable" });
  }
  return {
    account: getAddress(slice(account, 12)),
    head: slice(log.data, bytes - 32).toLowerCase() as Hex,
    stamp: unpackStamp(hexToBigInt(slice(log.data, bytes - 64, bytes - 32))),
    body: bytes === 32 ? "0x" : slice(log.data, 0, bytes - 32),
  };
}

const quantity = z.string().regex(/^0x(0|[1-9a-fA-F][0-9a-fA-F]{0,15})$/);
const word = z.string().regex(/^0x[0-9a-fA-F]{64}$/);
const rpcLog = z.object({
  address: z.string().regex(/^0x[0-9a-fA-F]{40}$/),
  topics: z.array(word).max(4),
  data: z.string().regex(/^0x([0-9a-fA-F]{2})*$/),
  blockNumber: quantity,
  blockHash: word,
  transactionHash: word,
  logIndex: quantity,
  removed: z.boolean().optional(),
});

/** Reads a log as JSON-RPC gives it. Throws Failure("bad-input"). */
export function parseLog(json: unknown): RawLog {
  const parsed = rpcLog.safeParse(json);
  if (!parsed.success) {
    throw new Failure("bad-input", "The node answered with a log that is malformed. Ask another node.", {
      cause: parsed.error,
    });
  }
  const { address, topics, data, blockNumber, blockHash, transactionHash, logIndex } = parsed.data;
  const lower = (text: string) => text.toLowerCase() as Hex;
  return {
    address: getAddress(address),
    topics: topics.map(lower),
    data: lower(data),
    blockNumber: BigInt(blockNumber),
    blockHash: lower(blockHash),
    transactionHash: lower(transactionHash),
    logIndex: Number(logIndex),
  };
}

/** Chain order: by block, then by place in the block. */
export function compareLogs(a: RawLog, b: RawLog): number {
  return a.blockNumber < b.blockNumber ? -1 : a.blockNumber > b.blockNumber ? 1 : a.logIndex - b.logIndex;
}
