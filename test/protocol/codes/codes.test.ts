// The codes that everybody must read alike.

import { fc } from "../../support/fast-check.ts";
import { describe, expect, it } from "vitest";
import {
  areGrantableOps,
  areKnownOps,
  categories,
  CONTRIBUTE,
  findCategory,
  hasOp,
  MANAGE,
  opNames,
  ops,
  purposeCodes,
  purposeCovers,
  purposes,
  READ,
  roleMay,
} from "#protocol/codes/index.ts";

describe("A patient who consents to a purpose", () => {
  it("consents to everything below it (is-a), and to nothing above or beside it", () => {
    expect(purposeCovers(["TREAT"], "COC")).toBe(true);
    expect(purposeCovers(["TREAT"], "ERTREAT")).toBe(true);
    expect(purposeCovers(["COC"], "TREAT")).toBe(false);
    expect(purposeCovers(["TREAT"], "HPAYMT")).toBe(false);
    expect(purposeCovers(["HPAYMT"], "ELIGVER")).toBe(true);
    expect(purposeCovers(["HRESCH"], "PRECLINTRCH")).toBe(true);
  });

  it("never consents to breaking the glass unless it says so itself", () => {
    const others = purposeCodes.filter((code) => code !== "BTG");
    expect(purposeCovers(others, "BTG")).toBe(false);
    expect(purposeCovers(["BTG"], "BTG")).toBe(true);
  });

  it("consents to nothing that is not in the standard", () => {
    expect(purposeCovers(["TREAT", "NONSENSE"], "NONSENSE")).toBe(false);
    expect(purposeCovers(["TREAT"], "treat")).toBe(false);
  });

  it("finds in the tree only parents that exist, and no circle", () => {
    for (const { code } of purposes) {
      const above = (at: string, depth: number): void => {
        expect(depth).toBeLessThan(5);
        for (const parent of purposes.find((purpose) => purpose.code === at)?.parents ?? []) {
          expect(purposeCodes).toContain(parent);
          above(parent, depth + 1);
        }
      };
      above(code, 0);
    }
  });
});

describe("A grantee", () => {
  it("gets from an unknown op nothing, and from a known one only its own bit", () => {
    expect(areKnownOps(READ + CONTRIBUTE)).toBe(true);
    expect(areKnownOps(READ + 32)).toBe(false);
    expect(areKnownOps(0)).toBe(false);
    expect(areKnownOps(-1)).toBe(false);
    expect(areKnownOps(2 ** 32)).toBe(false);
    expect(areGrantableOps(MANAGE)).toBe(false);
    fc.assert(
      fc.property(fc.subarray(ops.map(({ bit }) => bit)), (bits) => {
        const value = bits.reduce((sum, bit) => sum + bit, 0);
        expect(ops.filter(({ bit }) => hasOp(value, bit)).map(({ bit }) => bit)).toEqual(bits);
        expect(opNames(value)).toHaveLength(bits.length);
      }),
    );
  });
});

describe("The categories", () => {
  it("set five apart as specially protected, three of them with the standard's label", () => {
    const apart = categories.filter((category) => category.protected);
    expect(apart.map(({ id }) => id)).toEqual(["mental-health", "reproductive", "substance-use", "hiv", "genomics"]);
    expect(apart.map(({ securityLabel }) => securityLabel)).toEqual(["PSY", null, "ETH", "HIV", null]);
    expect(new Set(categories.map(({ id }) => id)).size).toBe(17);
    expect(findCategory("constructor")).toBeUndefined();
  });

  it("are open to a clerk only where the profile is meant", () => {
    expect(categories.filter(({ id }) => roleMay(3, id)).map(({ id }) => id)).toEqual(["profile"]);
    expect(categories.every(({ id }) => roleMay(1, id) && roleMay(2, id) && !roleMay(0, id))).toBe(true);
  });
});
