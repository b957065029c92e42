// A block's hash from its fields: the quick one must say what the auditors' says, for blocks of every fork.

import { fc } from "../../support/fast-check.ts";
import { describe, expect, it } from "vitest";
import type { Hex } from "viem";
import { hashHeader } from "#protocol/history/index.ts";
import type { Header } from "#protocol/history/index.ts";
import { hashBlock } from "#indexer/sync/header-hash.ts";
import { growChain } from "../sim/follower.ts";
import { branchOf, makeGenesis } from "../sim/generated-chain.ts";

const bytes = (least: number, most = least) =>
  fc.uint8Array({ minLength: least, maxLength: most }).map((list): Hex => `0x${Buffer.from(list).toString("hex")}`);
const word = bytes(32);
const quantity = fc.oneof(fc.constantFrom(0n, 1n, 127n, 128n, 255n, 256n), fc.bigInt(0n, 2n ** 64n - 1n));
const always = fc.record({
  parentHash: word,
  sha3Uncles: word,
  miner: bytes(20),
  stateRoot: word,
  transactionsRoot: word,
  receiptsRoot: word,
  logsBloom: bytes(256),
  difficulty: quantity,
  number: quantity,
  gasLimit: quantity,
  gasUsed: quantity,
  timestamp: quantity,
  // Longer ones are written by chains that sign their blocks there.
  extraData: bytes(0, 700),
  mixHash: word,
  nonce: bytes(8),
});
const later = fc.tuple(quantity, word, quantity, quantity, word, word, word);
const names = [
  "baseFeePerGas",
  "withdrawalsRoot",
  "blobGasUsed",
  "excessBlobGas",
  "parentBeaconBlockRoot",
  "requestsHash",
  "blockAccessListHash",
] as const;

const asJson = (header: object) =>
  Object.fromEntries(
    Object.entries(header).map(([name, value]) => [
      name,
      typeof value === "bigint" ? `0x${value.toString(16)}` : value,
    ]),
  );

describe("The hash of a block's fields", () => {
  it("is the one that an auditor computes, whichever fork the block is of", () => {
    fc.assert(
      fc.property(always, later, fc.integer({ min: 0, max: names.length }), (first, rest, forks) => {
        const header = { ...first, ...Object.fromEntries(names.slice(0, forks).map((name, at) => [name, rest[at]])) };
        expect(hashBlock(asJson(header))).toBe(hashHeader(header as Omit<Header, "hash">));
      }),
    );
  });

  it("is the block's own on a chain, and another one as soon as any field is another", () => {
    for (const { json, hash } of branchOf(growChain(makeGenesis(), 5))) {
      expect(hashBlock(json)).toBe(hash);
      expect(hashBlock({ ...json, timestamp: "0x7" })).not.toBe(hash);
      expect(hashBlock({ ...json, extraData: `${json["extraData"] as string}00` })).not.toBe(hash);
    }
  });

  it("is none where a field is missing, or holds what is no hex", () => {
    const { json } = makeGenesis();
    for (const stateRoot of [undefined, null, 7, "0xzz", "12", "0x123"])
      expect(hashBlock({ ...json, stateRoot })).toBeNull();
  });
});
