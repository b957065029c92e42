// Whole capsules a second, as the app opens those of a clinic: the envelope read, the box opened, the words checked and hashed
// to their scope. Against the same done with eciesjs, one after the other.

import { randomBytes, toHex } from "#protocol/bytes.ts";
import { categoryIds } from "#protocol/codes/index.ts";
import { createOpening, scopeOf, templates } from "#protocol/consent/index.ts";
import {
  deriveEncryptionKey,
  importSecretKey,
  keyId,
  makeCapsule,
  openCapsule,
  openCapsuleFast,
  type ConsentName,
} from "#protocol/keys/index.ts";
import { quickenKeccak } from "#protocol/quick-keccak.ts";
import { AT_ONCE, place } from "./boxes.ts";

/** So many different ones are made, and opened over and over. */
const DIFFERENT = 60;

/** The contenders. Each opens so many capsules. */
export type Capsules = { openOurs(count: number): Promise<void>; openEciesjs(count: number): void };

/** Makes capsules of every template, every other one with between one and fourteen categories. */
export async function makeCapsules(): Promise<Capsules> {
  await quickenKeccak();
  const { secretKey, publicKey } = deriveEncryptionKey(new Uint8Array(32).fill(2));
  const other = deriveEncryptionKey(new Uint8Array(32).fill(3)).publicKey;
  const keys = [{ keyId: keyId(publicKey), key: await importSecretKey(secretKey) }];
  const grantee = toHex(randomBytes(20));
  const made = Array.from({ length: DIFFERENT }, (_, at) => {
    const { purposes, terms, ...template } = templates[at % templates.length] ?? { purposes: ["TREAT"], terms: {} };
    const few = "categories" in template && at % 2 === 0 ? template.categories : categoryIds.slice(0, 1 + (at % 14));
    const opening = createOpening({ categories: few, purposes, terms, salt: toHex(randomBytes(32)) });
    const consent: ConsentName = { place, subject: toHex(randomBytes(20)), grantee, scope: scopeOf(opening) };
    const categories = few.map((category) => ({ category, key: randomBytes(32) }));
    const { bytes } = makeCapsule(consent, {
      grantee: { address: grantee, key: publicKey },
      subjectKey: other,
      gateways: [{ address: toHex(randomBytes(20)), key: other }],
      content: { epoch: at, opening, categories, documents: [] },
    });
    return { consent, bytes };
  });
  function* take(count: number): Generator<(typeof made)[number]> {
    for (let index = 0; index < count; index++) {
      const one = made[index % DIFFERENT];
      if (one) yield one;
    }
  }
  return {
    async openOurs(count) {
      const waiting = take(count);
      const work = async (): Promise<void> => {
        for (const { consent, bytes } of waiting) await openCapsuleFast(consent, { keys, bytes });
      };
      await Promise.all(Array.from({ length: AT_ONCE }, work));
    },
    openEciesjs(count) {
      for (const { consent, bytes } of take(count)) openCapsule(consent, { secretKey, bytes });
    },
  };
}
