// What every gateway that a patient trusts should hold: as much as whoever has her consent can open by the service's own.
import { describe, expect, it } from "vitest";
import type { ChartRecord } from "#app/records/record.ts";
import { createOlderReader, wantedOfNewest } from "#app/records/sealed-elsewhere.ts";
import type { Hex } from "viem";

const ana = "0x3C44CdDdB6a900fa2b585dd299e03d12FA4293BC";
const lab = "0x976EA74026E726554dB657fA54763abd0C3a0aa9";
const id = (digit: string): Hex => `0x${digit.repeat(64)}`;

function record(digit: string, changes: Partial<ChartRecord> = {}): ChartRecord {
  return {
    ...{
      document: id(digit),
      version: 1,
      manifest: id("f"),
      manifestBytes: new Uint8Array(1),
      author: ana,
      subject: ana,
    },
    ...{ status: 1, at: 1, problem: undefined, sealedByOwner: true, sealedSingly: false, seals: [] },
    metadata: { category: "labs" } as ChartRecord["metadata"],
    ...changes,
  };
}
const seal = (version: number, keyedBy: "category" | "document" = "category") => ({ version, keyedBy });
const named = (wanted: { document: string; version: number; keyedBy: string; category: string }[]) =>
  wanted.map(({ document, version, keyedBy, category }) => `${document[2]} ${version} ${keyedBy} ${category}`);

describe("A gateway that a patient trusts", () => {
  it("should hold each record of hers, by itself as well where a consent names it, and what she has not accepted as it is held", () => {
    const records = [
      record("a"),
      record("b"),
      record("c", { author: lab, sealedByOwner: false, seals: [seal(1)] }),
      record("d", { author: lab, sealedByOwner: false }),
      record("e", { status: 2, seals: [seal(1)] }),
      record("9", { metadata: undefined, problem: "cannot-open" }),
    ];
    expect(named(wantedOfNewest(records, new Set([id("b")])))).toEqual([
      "a 1 category labs",
      "b 1 category labs",
      "b 1 document labs",
      "c 1 category labs",
    ]);
  });

  it("should hold older versions of which the first holds a seal, each under its own category, looked up once", async () => {
    let asked = 0;
    const read = createOlderReader(async (one) => {
      asked += 1;
      const imaging = { category: "imaging" } as ChartRecord["metadata"];
      return [record("a", { version: 3 }), { ...one, version: 2, metadata: imaging }, record("a", { version: 1 })];
    });
    const records = [
      record("a", { version: 3, seals: [seal(3), seal(2), seal(1), seal(1, "document")] }),
      record("b", { seals: [seal(1)] }),
      record("c", { version: 2, status: 3, seals: [seal(1)] }),
    ];
    const wanted = ["a 2 category imaging", "a 1 category labs", "a 1 document labs"];
    expect(named(await read(records))).toEqual(wanted);
    expect(named(await read(records))).toEqual(wanted);
    expect(asked).toBe(1);
    // What cannot be looked up now is wanted the next time.
    let away = true;
    const later = createOlderReader(async () => {
      if (away) throw new Error("away");
      return [record("a")];
    });
    expect(await later([record("a", { version: 2, seals: [seal(1)] })])).toEqual([]);
    // Not so where all of them are due: what was not looked up must not count as done.
    await expect(later([record("a", { version: 2, seals: [seal(1)] })], { orThrow: true })).rejects.toThrow("away");
    away = false;
    expect(named(await later([record("a", { version: 2, seals: [seal(1)] })]))).toEqual(["a 1 category labs"]);
  });
});
