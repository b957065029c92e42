// What a vault keeps of the gateways that its owner trusts besides the first.

import { describe, expect, it } from "vitest";
import {
  addGateway,
  dropGateway,
  MOST_GATEWAYS,
  noteGatewayRoots,
  readGateways,
  writeMemory,
  type AddedGateway,
  type VaultSettings,
} from "#protocol/keys/index.ts";
import { ledger, someone, word } from "./samples.ts";

const gateway = (digit: string): AddedGateway => ({
  url: `https://${digit}.example`,
  address: someone(digit),
  encryptionKey: word(digit),
  addedAt: 1_800_000_000,
  roots: 1,
});

describe("A vault that knows gateways", () => {
  it("gives back those that were added for this ledger, beside everything else that it keeps", () => {
    const memory = { epoch: 3, keys: {}, granted: [] };
    const before = writeMemory({ idleMinutes: 5 }, ledger, memory);
    const settings = addGateway(addGateway(before, ledger, gateway("b")), ledger, gateway("c"));
    expect(readGateways(settings, ledger)).toEqual([gateway("b"), gateway("c")]);
    expect(settings).toMatchObject(before);
    // And what else changes leaves them alone.
    expect(readGateways(writeMemory(settings, ledger, memory), ledger)).toHaveLength(2);
    expect(readGateways({ ...settings, sealedRoots: 2 }, ledger)).toHaveLength(2);
    expect(readGateways(settings, { ...ledger, ledger: someone("9") })).toEqual([]);
  });

  it("keeps what two devices added, one change on top of the other", () => {
    const phone = (settings: VaultSettings) => addGateway(settings, ledger, gateway("b"));
    const tablet = (settings: VaultSettings) => addGateway(settings, ledger, gateway("c"));
    const kept = readGateways(tablet(phone({})), ledger).map(({ address }) => address);
    expect(kept.toSorted()).toEqual([someone("b"), someone("c")]);
    // The tablet drops one that the phone knows under another spelling; the phone's own stays.
    const upper = `0x${"C".repeat(40)}` as const;
    expect(readGateways(dropGateway(tablet(phone({})), ledger, upper), ledger)).toEqual([gateway("b")]);
  });

  it("has one entry for one account, the newest, and no more than it has room for", () => {
    const anew = { ...gateway("b"), url: "https://moved.example" };
    expect(readGateways(addGateway(addGateway({}, ledger, gateway("b")), ledger, anew), ledger)).toEqual([anew]);
    const full = ["2", "3", "4", "5"].reduce((all, each) => addGateway(all, ledger, gateway(each)), {});
    expect(readGateways(full, ledger)).toHaveLength(MOST_GATEWAYS);
    expect(() => addGateway(full, ledger, gateway("6"))).toThrowError(expect.objectContaining({ code: "too-large" }));
  });

  it("notes a newer root for one gateway alone, and never an older one", () => {
    const two = addGateway(addGateway({}, ledger, gateway("b")), ledger, gateway("c"));
    const noted = noteGatewayRoots(two, ledger, { address: someone("b"), roots: 3 });
    const later = noteGatewayRoots(noted, ledger, { address: someone("b"), roots: 2 });
    expect(readGateways(later, ledger).map(({ roots }) => roots)).toEqual([3, 1]);
  });

  it("refuses a list of a later version, as going on without it would forget who holds seals", () => {
    const later: VaultSettings = { addedGateways: { version: 2, ledgers: {} } };
    for (const work of [readGateways, (one: VaultSettings) => dropGateway(one, ledger, someone("b"))])
      expect(() => work(later, ledger)).toThrowError(expect.objectContaining({ code: "tampered" }));
  });
});
