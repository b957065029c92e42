// Whoever reads a consent: the same scope for the same words, the same key, and the same fields of a record, as frozen.

import type { Address, Hex } from "viem";
import { describe, expect, it } from "vitest";
import { checkOpening, consentKey, packConsent, scopeOf, unpackConsent } from "#protocol/consent/index.ts";
import vectors from "../../vectors/consent.json" with { type: "json" };

describe("Whoever reads a consent", () => {
  for (const { opening, subject, grantee, scope, key, word, record } of vectors.consents) {
    it(`finds the frozen scope, key and record of ${scope.slice(0, 10)}`, () => {
      expect(scopeOf(checkOpening(opening, { scope: scope as Hex }))).toBe(scope);
      const parties = { subject: subject as Address, grantee: grantee as Address, scope: scope as Hex };
      expect(consentKey(parties)).toBe(key);
      expect(unpackConsent(BigInt(word))).toEqual(record);
      expect(packConsent(record)).toBe(BigInt(word));
    });
  }
});
