// Anybody who folds the logs: whoever lands on the stored heads and roll has all acts, unaltered, in order and in time.
// (That every test's acts fold to the stored heads is checked after each test: support/stage.ts.)

import { setTimeout as sleep } from "node:timers/promises";
import { expect } from "chai";
import { concat, dataSlice, getAddress, keccak256, toBeHex, type Log, zeroPadValue, ZeroHash } from "ethers";
import { granted } from "./support/consents.ts";
import { foldLogs, logsOf } from "./support/history.ts";
import { openClinic } from "./support/providers.ts";
import { ethers, read, send, setStage, word } from "./support/stage.ts";

describe("Somebody who folds the logs", () => {
  const stage = setStage();

  /** A history with several accounts. */
  async function live(): Promise<void> {
    await send(stage.ledger, stage.lena, "request", stage.ana.address, word("note"));
    const draft = await granted(stage);
    await send(stage.ledger, stage.ben, "anchor", word("document"), word("manifest"), 1);
    await send(stage.ledger, stage.ana, "revoke", draft.grantee, draft.scope);
  }

  it("finds each account once in the roll, in the order of first acts, and no other account", async () => {
    await live();
    const { heads, roll } = foldLogs(await logsOf(stage.ledger));
    expect([...heads.keys()]).to.deep.equal([stage.lena.address, stage.ana.address, stage.ben.address]);
    const link = (before: string, account: string): string => keccak256(concat([before, zeroPadValue(account, 32)]));
    const expected = [...heads.keys()].reduce(link, ZeroHash);
    expect(roll).to.equal(expected);
    expect(await read(stage.ledger, "roll")).to.equal(expected);
    expect(await read(stage.ledger, "headOf", stage.relayer.address)).to.equal(ZeroHash);
  });

  it("lands elsewhere when a log was dropped, added, altered, reordered, re-timed or re-addressed", async () => {
    await live();
    const logs = await logsOf(stage.ledger);
    const stored = await Promise.all(
      [stage.ana, stage.ben, stage.lena].map(({ address }) => read<string>(stage.ledger, "headOf", address)),
    );
    const [asked, grantLog, anchored, revoked] = logs;
    if (!asked || !grantLog || !anchored || !revoked) throw new Error("Four acts were sent.");
    const edit = (log: Log, data: string, topics = [...log.topics]): Pick<Log, "topics" | "data"> => ({ topics, data });
    const flip = (log: Log, at: number): string => {
      const byte = Number(dataSlice(log.data, at, at + 1)) ^ 1;
      return concat([dataSlice(log.data, 0, at), toBeHex(byte, 1), dataSlice(log.data, at + 1)]);
    };
    const length = (log: Log): number => (log.data.length - 2) / 2;
    const forgeries: Record<string, Pick<Log, "topics" | "data">[]> = {
      dropped: [asked, grantLog, anchored],
      added: [asked, grantLog, grantLog, anchored, revoked],
      altered: [asked, edit(grantLog, flip(grantLog, 3)), anchored, revoked],
      reordered: [asked, revoked, anchored, grantLog],
      "re-timed": [asked, grantLog, anchored, edit(revoked, flip(revoked, length(revoked) - 41))],
      "re-addressed": [
        asked,
        edit(grantLog, grantLog.data, [
          grantLog.topics[0] ?? "",
          grantLog.topics[1] ?? "",
          zeroPadValue(stage.tomas.address, 32),
          grantLog.topics[3] ?? "",
        ]),
        anchored,
        revoked,
      ],
    };
    for (const [name, forged] of Object.entries(forgeries)) {
      const heads = foldWithoutLooking(forged);
      const landed = [stage.ana, stage.ben, stage.lena].map(({ address }) => heads.get(address));
      expect(landed, name).to.not.deep.equal(stored);
    }
    const honest = foldWithoutLooking(logs);
    expect([stage.ana, stage.ben, stage.lena].map(({ address }) => honest.get(address))).to.deep.equal(stored);
  });

  it("skips nothing but OpenZeppelin's two events, which have no data and each stand beside an act of ours", async () => {
    await openClinic(stage);
    await send(stage.registry, stage.rosa, "transferOwnership", stage.sam.address);
    await send(stage.registry, stage.sam, "acceptOwnership");
    const names = (await logsOf(stage.registry)).map(
      (log) => [stage.registry.interface.parseLog(log)?.name, log.data === "0x"] as const,
    );
    const empty = names.filter(([, isEmpty]) => isEmpty).map(([name]) => name);
    expect(empty).to.deep.equal(["OwnershipTransferred", "OwnershipTransferStarted", "OwnershipTransferred"]);
    const owners = names.filter(([name]) => name?.startsWith("Owner") === true).map(([name]) => name);
    expect(owners).to.deep.equal([
      "OwnershipTransferred",
      "OwnerAccepted",
      "OwnershipTransferStarted",
      "OwnerProposed",
      "OwnershipTransferred",
      "OwnerAccepted",
    ]);
  });

  it("can follow several acts in one block, each with the block's stamp", async () => {
    await ethers.provider.send("evm_setAutomine", [false]);
    try {
      const ask = (note: string): Promise<unknown> =>
        stage.ledger
          .connect(stage.lena)
          .getFunction("request")
          .send(stage.ana.address, word(note), { gasLimit: 200_000 });
      await Promise.all([ask("one"), ask("two"), ask("three")]);
      await ethers.provider.send("evm_mine", []);
    } finally {
      await ethers.provider.send("evm_setAutomine", [true]);
    }
    const logs = await logsOf(stage.ledger);
    expect(new Set(logs.map((log) => log.blockNumber)).size).to.equal(1);
    expect(logs).to.have.length(3);
  });

  it("can follow acts that were sent before the last was mined, each in its block, one second after the last", async () => {
    const names = Array.from({ length: 12 }, (_, index) => `note ${index}`);
    await Promise.all(
      names.map(async (name, index) => {
        await sleep(index);
        await send(stage.ledger, stage.lena, "request", stage.ana.address, word(name));
      }),
    );
    const times = await Promise.all((await logsOf(stage.ledger)).map(async (log) => (await log.getBlock()).timestamp));
    expect(times).to.deep.equal(names.map((_, index) => (times[0] ?? 0) + index));
  });
});

/** The fold of a forger, who also forges the heads in the logs: only the stored heads can tell. */
function foldWithoutLooking(logs: readonly Pick<Log, "topics" | "data">[]): Map<string, string> {
  const heads = new Map<string, string>();
  for (const { topics, data } of logs) {
    const account = getAddress(dataSlice(topics[1] ?? "0x", 12));
    heads.set(account, keccak256(concat([heads.get(account) ?? ZeroHash, ...topics, dataSlice(data, 0, -32)])));
  }
  return heads;
}
