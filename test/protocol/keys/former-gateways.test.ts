// What a vault keeps of the gateways that its owner dropped.

import { describe, expect, it } from "vitest";
import {
  forgetFormerGateway,
  noteFormerGateway,
  readFormerGateways,
  type FormerGateway,
  type VaultSettings,
} from "#protocol/keys/index.ts";
import { ledger, someone } from "./samples.ts";

const dropped = (digit: string, droppedAt = 1_800_000_000): FormerGateway => ({
  url: `https://${digit}.example`,
  address: someone(digit),
  droppedAt,
});

describe("A vault that knows gateways that were dropped", () => {
  it("gives them back for this ledger, the last one first, once each, and no end of them", () => {
    const noted = ["b", "c", "b"].reduce(
      (all: VaultSettings, each, at) => noteFormerGateway(all, ledger, dropped(each, 1_800_000_000 + at)),
      { idleMinutes: 5 },
    );
    expect(readFormerGateways(noted, ledger)).toEqual([dropped("b", 1_800_000_002), dropped("c", 1_800_000_001)]);
    expect(noted).toMatchObject({ idleMinutes: 5 });
    expect(readFormerGateways(noted, { ...ledger, ledger: someone("9") })).toEqual([]);
    const many = [..."0123456789"].reduce((all, each) => noteFormerGateway(all, ledger, dropped(each)), {});
    expect(readFormerGateways(many, ledger).map(({ url }) => url)).toEqual(
      [..."98765432"].map((each) => `https://${each}.example`),
    );
  });

  it("forgets one, however its account is spelt, and leaves alone what a later version wrote", () => {
    const two = noteFormerGateway(noteFormerGateway({}, ledger, dropped("b")), ledger, dropped("c"));
    expect(readFormerGateways(forgetFormerGateway(two, ledger, `0x${"C".repeat(40)}`), ledger)).toEqual([dropped("b")]);
    const later = { formerGateways: { version: 2, places: [] } };
    expect(readFormerGateways(later, ledger)).toEqual([]);
    expect(noteFormerGateway(later, ledger, dropped("b"))).toEqual(later);
  });
});
