// Asking a contract for many heads in one call, and reading bloom filters, on a real chain.

import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Address, Hex } from "viem";
import { getAddress, keccak256, toHex } from "viem";
import { ledgerAbi } from "#protocol/contracts/index.ts";
import { bloomBits, bloomMayHold } from "#indexer/sync/bloom.ts";
import { readHeadsAtOnce } from "#indexer/sync/heads.ts";
import type { RpcCall } from "#indexer/sync/heads.ts";
import { people, startChain } from "../support/chain.ts";
import type { TestChain } from "../support/chain.ts";

let chain: TestChain;
beforeAll(async () => {
  chain = await startChain();
  for (const person of [people.ana, people.ben])
    await chain.act(person, {
      name: "request",
      args: { grantee: person.address, subject: people.lena.address, note: keccak256("0x01") },
    });
});
afterAll(() => chain.stop());

const ask = (call: RpcCall): Promise<unknown> =>
  chain.client.request(call as Parameters<typeof chain.client.request>[0]);

describe("A service that asks for the heads of many accounts", () => {
  it("gets in one call what the contract says of each, in their order, strangers included", async () => {
    const strangers = Array.from({ length: 1_500 }, (_, at) => getAddress(toHex(at + 1, { size: 20 })));
    const accounts: Address[] = [people.ana.address, ...strangers, people.ben.address];
    const heads = await readHeadsAtOnce(ask, { contract: chain.deployment.ledger, accounts, block: "latest" as Hex });
    const headOf = (account: Address) =>
      chain.client.readContract({
        address: chain.deployment.ledger,
        abi: ledgerAbi,
        functionName: "headOf",
        args: [account],
      });
    expect(heads).toHaveLength(accounts.length);
    expect(heads[0]).toBe(await headOf(people.ana.address));
    expect(heads.at(-1)).toBe(await headOf(people.ben.address));
    expect(heads[0]).not.toBe(heads.at(-1));
    expect(new Set(heads.slice(1, -1))).toEqual(new Set([toHex(0, { size: 32 })]));
  });

  it("refuses an answer that is not one word for each account", async () => {
    const at = { contract: chain.deployment.ledger, accounts: [people.ana.address], block: "0x1" as Hex };
    for (const answer of ["0x", null, `0x${"00".repeat(32)}`, `0x${"00".repeat(96)}`, `0x${"zz".repeat(64)}`])
      await expect(readHeadsAtOnce(() => Promise.resolve(answer), at)).rejects.toMatchObject({ code: "unavailable" });
  });
});

describe("A block's bloom filter", () => {
  it("speaks of the contract and the topics of every log that the block has, and of nothing where it is empty", async () => {
    const logs = await chain.client.getLogs({ address: chain.deployment.ledger, fromBlock: 0n });
    expect(logs.length).toBeGreaterThan(0);
    for (const log of logs) {
      const { logsBloom } = await chain.client.getBlock({ blockHash: log.blockHash });
      for (const value of [log.address, ...log.topics])
        expect(bloomMayHold(logsBloom ?? "0x", bloomBits(value))).toBe(true);
    }
    expect(bloomMayHold(`0x${"00".repeat(256)}`, bloomBits(chain.deployment.ledger))).toBe(false);
    const { logsBloom } = await chain.client.getBlock({ blockHash: logs[0]?.blockHash ?? "0x" });
    const others = Array.from({ length: 200 }, (_, at) => toHex(at + 1, { size: 20 }));
    // Few logs set few bits: hardly any address that is not there is spoken of.
    expect(others.filter((other) => bloomMayHold(logsBloom ?? "0x", bloomBits(other))).length).toBeLessThan(20);
  });
});
