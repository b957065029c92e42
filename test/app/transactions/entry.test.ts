import { fc } from "../../support/fast-check.ts";
import { describe, expect, test } from "vitest";
import {
  advance,
  digestAct,
  isOver,
  leavesAlone,
  readEntries,
  reviveEntry,
  secondsToStay,
  writeEntries,
  type Entry,
  type EntryState,
} from "../../../app/src/lib/transactions/entry.ts";

const entry = (state: EntryState, more: Partial<Entry> = {}): Entry => ({
  id: "a",
  account: "0x3C44CdDdB6a900fa2b585dd299e03d12FA4293BC",
  name: "revoke",
  title: "Revoke",
  state,
  since: 100,
  ...more,
});
const states = ["waiting-for-wallet", "sent", "on-the-ledger", "indexed", "rejected", "failed"] as const;

describe("An act under way", () => {
  test("walks forward and notes when it came into each state", () => {
    const sent = advance(entry("waiting-for-wallet"), { state: "sent" }, 110);
    expect(sent).toMatchObject({ state: "sent", since: 110 });
    expect(advance(sent, { state: "indexed", hash: "0xab", block: 7 }, 120)).toMatchObject({
      state: "indexed",
      since: 120,
      hash: "0xab",
      block: 7,
    });
  });

  test("does not fall back when old news come late", () => {
    expect(advance(entry("on-the-ledger"), { state: "sent", hash: "0xab" }, 200)).toMatchObject({
      state: "on-the-ledger",
      since: 100,
      hash: "0xab",
    });
  });

  test("keeps the time of a state that is told twice", () => {
    expect(advance(entry("sent"), { state: "sent" }, 300).since).toBe(100);
  });

  test("ends once: nothing that comes after an end changes it, in whatever order news arrive", () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...states), { maxLength: 12 }), (news) => {
        let now = entry("waiting-for-wallet");
        let rank = 0;
        for (const state of news) {
          const next = advance(now, { state }, 200);
          if (isOver(now)) expect(next).toEqual(now);
          const nextRank = states.indexOf(next.state);
          expect(nextRank).toBeGreaterThanOrEqual(rank);
          rank = nextRank;
          now = next;
        }
      }),
    );
  });
});

describe("An act that went well", () => {
  test("stays for six seconds from when it did, however often the page is loaded meanwhile", () => {
    expect([100.9, 101, 104, 106.5, 107, 5_000].map((now) => secondsToStay({ since: 100 }, now))).toEqual([
      6, 6, 3, 0.5, 0, 0,
    ]);
  });

  test("stays no longer where the device's clock was put back", () => {
    expect(secondsToStay({ since: 100 }, 20)).toBe(6);
  });

  test("leaves alone, as one that was called off does; one that failed stays until it was read", () => {
    expect(states.filter((state) => leavesAlone(entry(state)))).toEqual(["indexed", "rejected"]);
  });
});

describe("A person who reloads the page", () => {
  test("finds their acts again, with what the page needs to go on", () => {
    const kept = [entry("sent", { relayId: "r", context: { step: "sign" } }), entry("indexed")];
    expect(readEntries(writeEntries(kept))).toEqual(kept);
  });

  test("is told that what waited for the wallet was not sent", () => {
    expect(reviveEntry(entry("waiting-for-wallet"), { words: "Not sent.", now: 500 })).toMatchObject({
      state: "failed",
      problem: "Not sent.",
      since: 500,
    });
    expect(reviveEntry(entry("sent"), { words: "Not sent.", now: 500 })).toEqual(entry("sent"));
  });

  test("is not told so of what was signed and on its way to the service: that is looked for", () => {
    const signed = entry("waiting-for-wallet", { handedIn: digestAct({ name: "revoke", args: {} }) });
    expect(reviveEntry(signed, { words: "Not sent.", now: 500 })).toEqual(signed);
    expect(readEntries(writeEntries([signed]))).toEqual([signed]);
  });

  test("is told apart by every word of it, however an address is written", () => {
    const digest = digestAct({ name: "mute", args: { account: "0xAb", grantee: "0xCd", deadline: 5 } });
    expect(digestAct({ name: "mute", args: { deadline: 5, grantee: "0xcd", account: "0xab" } })).toBe(digest);
    expect(digestAct({ name: "mute", args: { account: "0xAb", grantee: "0xCd", deadline: 6 } })).not.toBe(digest);
    expect(digestAct({ name: "unmute", args: { account: "0xAb", grantee: "0xCd", deadline: 5 } })).not.toBe(digest);
  });

  test("is not troubled by what another page left under the same name", () => {
    expect(readEntries("not json")).toEqual([]);
    expect(readEntries('[{"id":1},"x"]')).toEqual([]);
    expect(readEntries(null)).toEqual([]);
  });
});
