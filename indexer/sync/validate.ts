// From what a node answered to what may be believed of it: numbers in order, hashes that link, logs that belong to the
// blocks that were asked for, in order, once, of our contracts, and none missing that a block's bloom speaks of. Rule:
// every word from outside is read here by hand, and what does not fit is named and thrown, never mended.

import type { Address, Hex } from "viem";
import type { RawLog } from "#protocol/history/index.ts";
import { rpcFailure } from "../rpc/index.ts";
import { bloomBits, bloomMayHold, bloomOf } from "./bloom.ts";
import { hashBlock } from "./header-hash.ts";

/** What is kept of a block. */
export type Header = { number: number; hash: Hex; parentHash: Hex; time: number; bloom: Hex };

/** A stretch of the chain: its headers without a gap, and the logs of our contracts in them, in order. */
export type Stretch = { headers: Header[]; logs: RawLog[] };

/** A stretch as it came from the node, nothing looked at. */
export type RawStretch = { from: number; to: number; blocks: readonly unknown[]; logs: readonly unknown[] };

const WORD = /^0x[0-9a-f]{64}$/;
const WORD_ANY_CASE = /^0x[0-9a-fA-F]{64}$/;
const QUANTITY = /^0x(?:0|[1-9a-fA-F][0-9a-fA-F]{0,12})$/;
const DATA = /^0x[0-9a-f]*$/;
const DATA_ANY_CASE = /^0x[0-9a-fA-F]*$/;
const BLOOM_LENGTH = 2 + 512;
const NO_BLOOM: Hex = `0x${"0".repeat(512)}`;

/** Makes the checks for the logs of two contracts; `trustsHeaders` for a chain whose blocks are hashed in a way of its own. */
export function createValidator(contracts: readonly [Address, Address], options: { trustsHeaders?: boolean } = {}) {
  const { trustsHeaders = false } = options;
  const known = new Map(contracts.map((address) => [address.toLowerCase(), address]));
  const bits = contracts.map((address) => ({ address, bits: bloomBits(address) }));

  function readLog(json: unknown): RawLog {
    const log = objectOf(json, "a log that is none");
    if (log["removed"] === true) throw inconsistent("it gave a log that was removed from the chain");
    const told = log["address"];
    const address = typeof told === "string" ? (known.get(told) ?? known.get(told.toLowerCase())) : undefined;
    if (address === undefined) throw inconsistent("it gave a log of another contract");
    const topics = log["topics"];
    if (!Array.isArray(topics) || topics.length > 4) throw inconsistent("it gave a log without topics");
    return {
      address,
      topics: topics.map(readWord),
      data: readData(log["data"]),
      blockNumber: BigInt(readQuantity(log["blockNumber"])),
      blockHash: readWord(log["blockHash"]),
      transactionHash: readWord(log["transactionHash"]),
      logIndex: readQuantity(log["logIndex"]),
    };
  }

  /** Reads a block's header as JSON-RPC gives it; throws the trouble `inconsistent-node` when it is none, or not its own. */
  function readHeader(json: unknown): Header {
    const block = objectOf(json, "a block that is none");
    if (block["number"] === null || block["hash"] === null) throw inconsistent("it gave a block that is not mined");
    const bloom = block["logsBloom"];
    const header = {
      number: readQuantity(block["number"]),
      hash: readWord(block["hash"]),
      parentHash: readWord(block["parentHash"]),
      time: readQuantity(block["timestamp"]),
      // A chain whose headers have no bloom tells nothing by it.
      bloom: typeof bloom === "string" && bloom.length === BLOOM_LENGTH ? readData(bloom) : NO_BLOOM,
    };
    if (!trustsHeaders && hashBlock(block) !== header.hash) {
      throw inconsistent(
        `the fields of its block ${header.number} do not hash to ${header.hash}: it altered them, or this chain hashes its ` +
          "blocks in a way that is not known here (then set PLACET_TRUST_HEADERS=1)",
      );
    }
    return header;
  }

  return {
    readHeader,
    /** Reads the logs of blocks whose hashes are known: in order, none twice, none of another block. */
    readLogs(list: readonly unknown[], headers: readonly Header[]): RawLog[] {
      const first = headers[0]?.number ?? 0;
      let lastBlock = -1;
      let lastIndex = -1;
      return list.map((json) => {
        const log = readLog(json);
        const number = Number(log.blockNumber);
        const header = headers[number - first];
        if (header === undefined) throw inconsistent(`it gave a log of block ${number}, which was not asked for`);
        if (header.hash !== log.blockHash) throw inconsistent(`it gave a log of another block ${number}`);
        if (number < lastBlock) throw inconsistent("it gave logs out of order");
        if (number === lastBlock && log.logIndex <= lastIndex)
          throw inconsistent(
            log.logIndex === lastIndex ? "it gave a log twice" : "it gave logs out of order in one block",
          );
        [lastBlock, lastIndex] = [number, log.logIndex];
        return log;
      });
    },
    /** Reads the headers of `from` to `to`: none missing, each the child of the one before. */
    readHeaders({ from, to, blocks }: Pick<RawStretch, "from" | "to" | "blocks">): Header[] {
      if (blocks.length !== to - from + 1) throw inconsistent("it gave another number of blocks than was asked for");
      let before: Header | null = null;
      return blocks.map((json, at) => {
        if (json === null || json === undefined) throw inconsistent(`it has no block ${from + at}`);
        const header = readHeader(json);
        if (header.number !== from + at) throw inconsistent(`it gave block ${header.number} for block ${from + at}`);
        if (before !== null && header.parentHash !== before.hash)
          throw inconsistent(`it gave block ${header.number} with another parent`);
        before = header;
        return header;
      });
    },
    /** Blocks whose bloom speaks of a contract of ours while none of its logs came. */
    findSilent({ headers, logs }: Stretch): { header: Header; contract: Address }[] {
      const came = new Set(logs.map((log) => `${log.blockNumber} ${log.address}`));
      return headers.flatMap((header) =>
        header.bloom === NO_BLOOM
          ? []
          : bits
              .filter((each) => bloomMayHold(header.bloom, each.bits) && !came.has(`${header.number} ${each.address}`))
              .map(({ address }) => ({ header, contract: address })),
      );
    },
    /** Blocks whose bloom speaks of a contract of ours and of more than what the logs that came explain. */
    findUnexplained({ headers, logs }: Stretch): { header: Header; contract: Address }[] {
      const byBlock = Map.groupBy(logs, (log) => log.blockHash);
      return headers.flatMap((header) =>
        header.bloom === NO_BLOOM || header.bloom === bloomOf(byBlock.get(header.hash) ?? [])
          ? []
          : bits
              .filter((each) => bloomMayHold(header.bloom, each.bits))
              .map(({ address }) => ({ header, contract: address })),
      );
    },
  };
}

/** A contradiction in what a node said. */
export function inconsistent(what: string) {
  return rpcFailure("inconsistent-node", what);
}

function objectOf(json: unknown, otherwise: string): Record<string, unknown> {
  if (typeof json !== "object" || json === null) throw inconsistent(`it gave ${otherwise}`);
  return json as Record<string, unknown>;
}

function readWord(value: unknown): Hex {
  if (typeof value === "string") {
    if (WORD.test(value)) return value as Hex;
    if (WORD_ANY_CASE.test(value)) return value.toLowerCase() as Hex;
  }
  throw inconsistent("it gave a hash that is none");
}

function readData(value: unknown): Hex {
  if (typeof value === "string" && value.length % 2 === 0) {
    if (DATA.test(value)) return value as Hex;
    if (DATA_ANY_CASE.test(value)) return value.toLowerCase() as Hex;
  }
  throw inconsistent("it gave bytes that are none");
}

function readQuantity(value: unknown): number {
  if (typeof value === "string" && QUANTITY.test(value)) {
    const number = Number(value);
    if (Number.isSafeInteger(number)) return number;
  }
  throw inconsistent("it gave a number that is none");
}
