import { hkdfSync } from "node:crypto";
import { fc } from "../../support/fast-check.ts";
import { describe, expect, it } from "vitest";
import { toHex, utf8 } from "#protocol/bytes.ts";
import {
  compartmentKey,
  createCompartments,
  deriveEncryptionKey,
  deriveVaultAccount,
  fingerprint,
  keyId,
  LAST_EPOCH,
  walkBack,
} from "#protocol/keys/index.ts";
import vectors from "../../vectors/keys-derive.json" with { type: "json" };
import { ana, anaKey, document, failureOf, filled, lena } from "./samples.ts";

const root = filled(1);
const epochs = fc.integer({ min: 0, max: LAST_EPOCH });

describe("A patient's root", () => {
  it("gives the frozen keys", () => {
    expect(toHex(deriveEncryptionKey(root).secretKey)).toBe(vectors.encryptionSecretKey);
    expect(toHex(deriveEncryptionKey(root).publicKey)).toBe(vectors.encryptionPublicKey);
    expect(deriveVaultAccount(root)).toBe(vectors.vaultAccount);
    for (const { category, epoch, key } of vectors.categories) {
      expect(toHex(compartmentKey(root, { category, epoch }))).toBe(key);
    }
    for (const { epoch, key } of vectors.documents) {
      expect(toHex(compartmentKey(root, { document, epoch }))).toBe(key);
    }
    expect(keyId(anaKey.publicKey)).toBe(vectors.keyId);
    expect(fingerprint({ account: ana, publicKey: anaKey.publicKey })).toBe(vectors.fingerprint);
  });

  it("gives by another implementation of HKDF what docs/formats.md says", () => {
    const hkdf = (ikm: Uint8Array, info: Uint8Array, length = 32) =>
      Buffer.from(hkdfSync("sha256", ikm, "", info, length));
    expect(toHex(hkdf(root, utf8("placet/1/encryption")))).toBe(vectors.encryptionSecretKey);
    const order = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n;
    const wide = BigInt(toHex(hkdf(root, utf8("placet/1/vault-account"), 48)));
    expect(BigInt(deriveVaultAccount(root))).toBe((wide % (order - 1n)) + 1n);
    let key = hkdf(root, utf8("placet/1/category-chain/labs"));
    for (let epoch = LAST_EPOCH; epoch > 4000; epoch--) key = hkdf(key, utf8("placet/1/earlier-epoch"));
    expect(toHex(compartmentKey(root, { category: "labs", epoch: 4000 }))).toBe(toHex(key));
  });

  it("gives the same key at an epoch, whichever was asked for before", () => {
    const straight = new Map<number, string>();
    const expected = (epoch: number): string => {
      const known = straight.get(epoch) ?? toHex(compartmentKey(root, { category: "labs", epoch }));
      straight.set(epoch, known);
      return known;
    };
    fc.assert(
      fc.property(fc.array(epochs, { minLength: 1, maxLength: 4 }), (asked) => {
        const compartments = createCompartments(root);
        for (const epoch of asked) expect(toHex(compartments.keyOf("labs", epoch))).toBe(expected(epoch));
        compartments.wipe();
      }),
      { numRuns: 20, examples: [[[0, LAST_EPOCH, 64, 63, 65]], [[4032, 4033, 4031]]] },
    );
  });

  it("gives other keys for other categories, documents, epochs and roots", () => {
    const keys = [
      compartmentKey(root, { category: "labs", epoch: 3000 }),
      compartmentKey(root, { category: "labs", epoch: 3001 }),
      compartmentKey(root, { category: "imaging", epoch: 3000 }),
      compartmentKey(root, { document, epoch: 3000 }),
      compartmentKey(filled(2), { category: "labs", epoch: 3000 }),
    ].map(toHex);
    expect(new Set(keys).size).toBe(keys.length);
  });

  it("forgets its chains when it is locked", () => {
    const compartments = createCompartments(root);
    const before = toHex(compartments.keyOf("labs", 4000));
    compartments.wipe();
    expect(toHex(compartments.keyOf("labs", 4000))).not.toBe(before);
  });
});

describe("A grantee with the key of an epoch", () => {
  it("has every earlier one", () => {
    fc.assert(
      fc.property(fc.integer({ min: 4000, max: LAST_EPOCH }), fc.integer({ min: 0, max: 60 }), (from, back) => {
        const key = walkBack(compartmentKey(root, { category: "labs", epoch: from }), { from, to: from - back });
        expect(toHex(key)).toBe(toHex(compartmentKey(root, { category: "labs", epoch: from - back })));
      }),
      { numRuns: 10 },
    );
  });

  it("has no later one", async () => {
    const key = compartmentKey(root, { category: "labs", epoch: 10 });
    expect(await failureOf(() => walkBack(key, { from: 10, to: 11 }))).toBe("wrong-key/later-epoch");
    expect(await failureOf(() => walkBack(key, { from: 10, to: -1 }))).toBe("bad-input/epoch");
    expect(await failureOf(() => walkBack(key, { from: 4096, to: 1 }))).toBe("bad-input/epoch");
  });
});

describe("Two people who compare a key by voice", () => {
  it("see thirty digits that change with key and account", () => {
    const mine = fingerprint({ account: ana, publicKey: anaKey.publicKey });
    expect(mine).toMatch(/^(\d{5} ){5}\d{5}$/);
    expect(fingerprint({ account: lena, publicKey: anaKey.publicKey })).not.toBe(mine);
    expect(fingerprint({ account: ana, publicKey: filled(9) })).not.toBe(mine);
  });
});
