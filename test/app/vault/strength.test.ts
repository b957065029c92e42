import { fc } from "../../support/fast-check.ts";
import { describe, expect, test } from "vitest";
import { estimateStrength } from "../../../app/src/lib/vault/strength.ts";

describe("A person who chooses a passphrase", () => {
  test.each([
    "password",
    "P4ssw0rd!",
    "qwertyuiop",
    "aaaaaaaaaaaaaaaa",
    "abcabcabcabcabc",
    "12345678",
    "19841984",
    "Summer2026",
    "password password password password",
    "iloveyou1",
  ])("is told that %s is easy to guess", (passphrase) => {
    expect(estimateStrength(passphrase).enough).toBe(false);
  });

  test.each([
    "correct horse battery staple",
    "tulip gravel seventeen marmalade",
    "vK7#pq!zR2m&",
    "девять синих лошадей танцуют",
  ])("may take %s", (passphrase) => {
    expect(estimateStrength(passphrase).enough).toBe(true);
  });

  test("does not get more for the same word again", () => {
    const once = estimateStrength("marmalade gravel").bits;
    expect(estimateStrength("marmalade gravel marmalade gravel").bits - once).toBeLessThanOrEqual(2);
  });

  test("never loses by adding another word, and never gets more than its length can hold", () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 60 }), (text) => {
        const { bits } = estimateStrength(text);
        expect(bits).toBeGreaterThanOrEqual(0);
        expect(bits).toBeLessThanOrEqual([...text.normalize("NFKC")].length * 11 + 12);
      }),
    );
    const words = ["tulip", "gravel", "seventeen", "marmalade", "otter"];
    const bits = words.map((_, index) => estimateStrength(words.slice(0, index + 1).join(" ")).bits);
    expect(bits).toEqual([...bits].sort((a, b) => a - b));
  });
});
