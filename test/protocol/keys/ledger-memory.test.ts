// What a vault keeps of the ledger between two visits.

import { describe, expect, it } from "vitest";
import {
  noteEpoch,
  noteOffered,
  readMemory,
  writeMemory,
  type GrantedScope,
  type LedgerMemory,
  type VaultSettings,
} from "#protocol/keys/index.ts";
import { ledger, someone, word } from "./samples.ts";

const memory: LedgerMemory = {
  epoch: 3,
  keys: { [someone("2")]: word("b") },
  granted: [{ grantee: someone("2"), scope: word("c"), epoch: 3 }],
};

describe("A vault that remembers a ledger", () => {
  it("gives back what it was told, beside the person's other settings", () => {
    const settings = writeMemory({ idleMinutes: 5 }, ledger, memory);
    expect(settings["idleMinutes"]).toBe(5);
    expect(readMemory(settings, ledger)).toEqual(memory);
  });

  it("never lets the epoch go down", () => {
    const settings = writeMemory({}, ledger, memory);
    expect(readMemory(writeMemory(settings, ledger, { ...memory, epoch: 1 }), ledger).epoch).toBe(3);
  });

  it("knows nothing of another ledger, on another chain or at another address", () => {
    const settings = writeMemory({}, ledger, memory);
    const nothing = { epoch: 0, keys: {}, granted: [] };
    expect(readMemory(settings, { ...ledger, ledger: someone("9") })).toEqual(nothing);
    expect(readMemory(settings, { ...ledger, genesisHash: word("9") })).toEqual(nothing);
    expect(readMemory(settings, { ...ledger, chainId: 1 })).toEqual(nothing);
  });

  it("takes over the keys that an earlier version kept, once", () => {
    const earlier: VaultSettings = { confirmedKeys: { [someone("A")]: word("b") } };
    expect(readMemory(earlier, ledger).keys).toEqual({ [someone("a")]: word("b") });
    const next = writeMemory(earlier, ledger, readMemory(earlier, ledger));
    expect(next["confirmedKeys"]).toBeUndefined();
    expect(readMemory(next, ledger).keys).toEqual({ [someone("a")]: word("b") });
  });

  it("refuses a memory of a later version, as going on without it would be a roll-back", () => {
    expect(() => readMemory({ ledgerMemory: { version: 2, ledgers: {} } }, ledger)).toThrowError(
      expect.objectContaining({ code: "tampered" }),
    );
  });

  it("knows who was offered fresh keys, also where the act that names them never reached the ledger", () => {
    const at = (digit: string, epoch: number): GrantedScope => ({
      grantee: someone(digit),
      scope: word(digit),
      epoch,
    });
    const [ana, ben] = [at("2", 4), at("3", 4)];
    // Both are offered the keys of epoch 4; the act is lost; Ben loses access; Ana is offered them again, and that lands.
    const lost = noteOffered(memory, [ana, ben]);
    expect(lost.epoch).toBe(3);
    const landed = noteEpoch(noteOffered(lost, [ana]), 4);
    expect(landed.epoch).toBe(4);
    expect(landed.granted).toEqual([ben, ana]);
    // So Ben is known to hold present keys, and the next ones are taken: of those he has none.
    expect(noteEpoch(noteOffered(landed, [at("2", 5)]), 5).granted).toEqual([at("2", 5)]);
  });

  it("forgets the oldest grants before it outgrows the vault", () => {
    const granted = Array.from({ length: 250 }, (_, epoch) => ({ grantee: someone("2"), scope: word("c"), epoch }));
    const kept = readMemory(writeMemory({}, ledger, { ...memory, granted }), ledger).granted;
    expect(kept).toHaveLength(200);
    expect(kept[0]?.epoch).toBe(50);
  });
});
