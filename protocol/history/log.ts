// A log as the chain gives it, and how an act is read out of it without any ABI. Rule (contracts/interfaces/IHistory):
// topic 1 is the account whose head advances, the last data word is the new head, the word before it the stamp.

import type { Address, Hex } from "viem";
import { getAddress } from "viem/utils";
import { z } from "zod";
import { Failure } from "../failure.ts";
import { addressInWord } from "./checksum.ts";

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

const topicShape = /^0x[0-9a-fA-F]{64}$/;
const accountShape = /^0x0{24}[0-9a-fA-F]{40}$/;
const dataShape = /^0x[0-9a-fA-F]*$/;
/** How a topic begins that is an address. */
const noughts = `0x${"0".repeat(24)}`;

/** True for a log that has the form of an act: two to four topics, the second an address; whole words of data, at least two. */
function isShapedAsAct({ topics, data }: Pick<RawLog, "topics" | "data">): boolean {
  if (topics.length < 2 || topics.length > 4 || !accountShape.test(topics[1] ?? "")) return false;
  const words = (data.length - 2) / 64;
  return words >= 2 && Number.isInteger(words) && dataShape.test(data) && topics.every((each) => topicShape.test(each));
}

/** The data without its last word. Throws Failure("tampered", reason "unreadable") when the log cannot be an act. */
export function bodyOf(log: Pick<RawLog, "topics" | "data">): Hex {
  if (!isShapedAsAct(log)) {
    throw new Failure("tampered", "This log is not an act of the ledger. It was left out.", { reason: "unreadable" });
  }
  return log.data.slice(0, -64) as Hex;
}

/** Takes a log apart. Throws Failure("tampered", reason "unreadable") when it cannot be an act. */
export function splitLog(log: Pick<RawLog, "topics" | "data">): SplitLog {
  const body = bodyOf(log);
  return takeApart(log, body);
}

/** The same for topics of 32 bytes and for data that are known to be lower-case hex of whole bytes; null where it cannot be an act. */
export function splitHexLog(log: Pick<RawLog, "topics" | "data">): SplitLog | null {
  const { topics, data } = log;
  const isAccount = topics[1]?.startsWith(noughts) ?? false;
  const words = (data.length - 2) / 64;
  if (topics.length < 2 || topics.length > 4 || !isAccount || words < 2 || !Number.isInteger(words)) return null;
  return takeApart(log, data.slice(0, -64) as Hex);
}

function takeApart({ topics, data }: Pick<RawLog, "topics" | "data">, body: Hex): SplitLog {
  return {
    account: addressInWord((topics[1] ?? "").toLowerCase()),
    head: `0x${data.slice(-64).toLowerCase()}`,
    stamp: {
      time: Number.parseInt(data.slice(-96, -80), 16),
      number: Number.parseInt(data.slice(-80, -64), 16),
    },
    body,
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
