import { fc } from "../../support/fast-check.ts";
import { describe, expect, it } from "vitest";
import { fromBase64Url, fromUtf8, toHex, utf8 } from "#protocol/bytes.ts";
import { canonicalBytes } from "#protocol/canonical.ts";
import {
  compartmentKey,
  decodeEnvelope,
  findInBundle,
  importSecretKey,
  keyForRelease,
  keyId,
  makeBundle,
  makeCapsule,
  makeEnvelope,
  openCapsule,
  openCapsuleFast,
  openNote,
  openOpening,
  requestRef,
  walkBack,
  wrapNote,
} from "#protocol/keys/index.ts";
import { encodeCapsuleContent } from "#protocol/keys/capsule.ts";
import type { CapsuleContent, NoteName } from "#protocol/keys/index.ts";
import { digestOfCid, rawCid } from "#protocol/documents/index.ts";
import vectors from "../../vectors/keys-capsule.json" with { type: "json" };
import {
  ana,
  anaKey,
  document,
  failureOf,
  filled,
  flip,
  gateway,
  gatewayKey,
  lena,
  lenaKey,
  place,
  sampleConsent,
  tomas,
  tomasKey,
} from "./samples.ts";

const epoch = 4000;
const { opening, name } = sampleConsent();
const content: CapsuleContent = {
  epoch,
  categories: ["imaging", "labs"].map((category) => ({
    category,
    key: compartmentKey(filled(1), { category, epoch }),
  })),
  documents: [{ document, key: compartmentKey(filled(1), { document, epoch }) }],
  opening,
};
const parties = {
  grantee: { address: lena, key: lenaKey.publicKey },
  subjectKey: anaKey.publicKey,
  gateways: [{ address: gateway, key: gatewayKey.publicKey }],
};
const capsule = makeCapsule(name, { ...parties, content });

describe("A grantee who receives a capsule", () => {
  it("finds the keys of the compartments and what the patient signed", () => {
    expect(openCapsule(name, { secretKey: lenaKey.secretKey, bytes: capsule.bytes })).toEqual(content);
    expect(digestOfCid(rawCid(capsule.digest))).toBe(capsule.digest);
  });

  it("opens a frozen capsule", () => {
    const bytes = canonicalBytes(vectors.capsule);
    const opened = openCapsule(name, { secretKey: lenaKey.secretKey, bytes });
    expect(opened).toEqual(content);
    expect(openOpening(name, { recipient: gateway, secretKey: gatewayKey.secretKey, bytes })).toEqual(opening);
  });

  it("gets the key for a release at or before the capsule's epoch, and none for what it does not cover", async () => {
    const at = { keyedBy: "category" as const, category: "labs", document, epoch: 3990 };
    const key = keyForRelease(content, at);
    expect(key).toEqual(compartmentKey(filled(1), { category: "labs", epoch: 3990 }));
    expect(keyForRelease(content, { ...at, keyedBy: "document" })).toEqual(
      walkBack(compartmentKey(filled(1), { document, epoch }), { from: epoch, to: 3990 }),
    );
    expect(keyForRelease(content, { ...at, category: "hiv" })).toBeNull();
    expect(await failureOf(() => keyForRelease(content, { ...at, epoch: 4001 }))).toBe("wrong-key/later-epoch");
  });

  it("is refused a capsule of another consent, subject, ledger, or one that was altered", async () => {
    const open = (other: object) => () =>
      openCapsule({ ...name, ...other }, { secretKey: lenaKey.secretKey, bytes: capsule.bytes });
    expect(await failureOf(open({ scope: sampleConsent(8).name.scope }))).toBe("tampered/wrong-place");
    expect(await failureOf(open({ subject: tomas }))).toBe("tampered/wrong-place");
    expect(await failureOf(open({ place: { ...place, chainId: 1 } }))).toBe("tampered/wrong-place");
    const hers = fromUtf8(capsule.bytes).indexOf(keyId(lenaKey.publicKey));
    // Her box comes before its name in canonical order: 100 bytes back is inside it.
    const altered = flip(capsule.bytes, hers - 100);
    expect(await failureOf(() => openCapsule(name, { secretKey: lenaKey.secretKey, bytes: altered }))).toMatch(
      /wrong-key|bad-input/,
    );
  });

  it("is refused an opening that does not hash to the scope, even from the patient", async () => {
    const other = sampleConsent(8).opening;
    expect(await failureOf(() => makeCapsule(name, { ...parties, content: { ...content, opening: other } }))).not.toBe(
      "none",
    );
  });
});

describe("A grantee who opens many by the platform's own cryptography", () => {
  /** A capsule in which this text stands where the keys and the words should be. */
  const makeWith = (text: string) =>
    makeEnvelope({
      place,
      kind: "capsule",
      subject: ana,
      ref: name.scope,
      letters: [
        { kind: "capsule", recipient: lena, recipientKey: lenaKey.publicKey, bytes: utf8(text) },
        { kind: "opening", recipient: ana, recipientKey: anaKey.publicKey, bytes: utf8("{}") },
      ],
    }).bytes;

  async function outcomeOf(open: () => unknown): Promise<unknown> {
    let opened: unknown;
    const failure = await failureOf(async () => (opened = await open()));
    return failure === "none" ? opened : failure;
  }

  /** What comes of a capsule, which must be the same either way. */
  async function openBothWays(bytes: Uint8Array): Promise<unknown> {
    const slow = await outcomeOf(() => openCapsule(name, { secretKey: lenaKey.secretKey, bytes }));
    const keys = [{ keyId: keyId(lenaKey.publicKey), key: await importSecretKey(lenaKey.secretKey) }];
    expect(await outcomeOf(() => openCapsuleFast(name, { keys, bytes }))).toEqual(slow);
    return slow;
  }

  const said = fromUtf8(encodeCapsuleContent(content));
  const pieces = ['"', "\\", "\\u0061", "\\ud800", " ", "é", "{", "[", ",", "0", "A", '"a":1,', "TREAT", ""];
  const spliced = fc.record({ at: fc.nat(), out: fc.nat({ max: 3 }), piece: fc.constantFrom(...pieces) });
  const splice = (text: string, { at, out, piece }: { at: number; out: number; piece: string }) => {
    const from = at % (text.length + 1);
    return text.slice(0, from) + piece + text.slice(from + out);
  };

  it("finds what eciesjs finds, or is refused as by it, whatever a patient wrote into one", async () => {
    const seen = new Set<unknown>();
    await fc.assert(
      fc.asyncProperty(spliced, async (change) => {
        const found = await openBothWays(makeWith(splice(said, change)));
        seen.add(typeof found === "string" ? found.split("/")[0] : "opened");
      }),
      { numRuns: 60 },
    );
    expect([...seen].filter((one) => one !== "opened").toSorted()).toEqual(["bad-input", "tampered"]);
    expect(await openBothWays(makeWith(said))).toEqual(content);
  });

  it("and whatever became of it on its way", async () => {
    await fc.assert(
      fc.asyncProperty(spliced, async (change) => {
        const spoilt = splice(fromUtf8(capsule.bytes), change);
        const found = await openBothWays(utf8(spoilt));
        // One box of three is hers: what is altered in another's does not keep her from her own.
        if (typeof found === "string") expect(found).toMatch(/^(bad-input|tampered|wrong-key)/);
        else expect(found).toEqual(content);
      }),
      { numRuns: 40 },
    );
  });

  it("is refused one that is nested without an end, like any other that is no capsule", async () => {
    const deep = said.replace('"opening":{', `"opening":{"a":${"[".repeat(100_000)}${"]".repeat(100_000)},`);
    expect(await openBothWays(makeWith(deep))).toBe("bad-input");
  });
});

describe("A gateway that receives a capsule", () => {
  it("reads what was consented to, and no key", async () => {
    const { bytes } = capsule;
    expect(openOpening(name, { recipient: gateway, secretKey: gatewayKey.secretKey, bytes })).toEqual(opening);
    expect(openOpening(name, { recipient: ana, secretKey: anaKey.secretKey, bytes })).toEqual(opening);
    expect(await failureOf(() => openCapsule(name, { secretKey: gatewayKey.secretKey, bytes }))).toBe(
      "tampered/wrong-place",
    );
    expect(
      await failureOf(() => openCapsule({ ...name, grantee: gateway }, { secretKey: gatewayKey.secretKey, bytes })),
    ).toBe("tampered/wrong-place");
  });
});

describe("Somebody who finds a capsule on IPFS", () => {
  it("sees boxes of one size, and no word of what they hold", async () => {
    const text = fromUtf8(capsule.bytes);
    for (const word of ["labs", "imaging", "TREAT", "consent", lena.slice(2), ana.slice(2)]) {
      expect(text.toLowerCase()).not.toContain(word.toLowerCase());
    }
    const { wraps } = decodeEnvelope("capsule", capsule.bytes);
    expect(new Set(wraps.map(({ box }) => fromBase64Url(box).length))).toEqual(new Set([4096 + 60]));
    expect(await failureOf(() => openCapsule(name, { secretKey: tomasKey.secretKey, bytes: capsule.bytes }))).toBe(
      "wrong-key",
    );
  });
});

describe("A patient who re-keys", () => {
  const other = sampleConsent(9);
  const fresh = { ...content, epoch: 4001 };
  const bundle = makeBundle([
    { consent: name, granteeKey: lenaKey.publicKey, content: fresh },
    { consent: other.name, granteeKey: lenaKey.publicKey, content: { ...fresh, opening: other.opening } },
    { consent: { ...name, grantee: tomas }, granteeKey: tomasKey.publicKey, content: fresh },
  ]);
  const parts = new Map<string, Uint8Array>(bundle.parts.map((part) => [part.digest, part.bytes]));
  const fetchPart = async (digest: string) => parts.get(digest) ?? new Uint8Array(0);
  const index = bundle.index.bytes;

  it("reaches each grantee, also one who has two consents", async () => {
    expect(await findInBundle(name, { secretKey: lenaKey.secretKey, index, fetchPart })).toEqual(fresh);
    const second = await findInBundle(other.name, { secretKey: lenaKey.secretKey, index, fetchPart });
    expect(second?.opening).toEqual(other.opening);
    const third = await findInBundle({ ...name, grantee: tomas }, { secretKey: tomasKey.secretKey, index, fetchPart });
    expect(third).toEqual(fresh);
  });

  it("reaches nobody else", async () => {
    expect(await findInBundle(name, { secretKey: tomasKey.secretKey, index, fetchPart })).toBeNull();
    expect(await findInBundle(sampleConsent(10).name, { secretKey: lenaKey.secretKey, index, fetchPart })).toBeNull();
  });

  it("does not show how many remain", () => {
    const count = (made: ReturnType<typeof makeBundle>) =>
      made.parts.flatMap((part) =>
        decodeEnvelope("bundle", part.bytes).wraps.map(({ box }) => fromBase64Url(box).length),
      );
    const none = count(makeBundle([]));
    expect(none).toEqual(new Array(8).fill(4156));
    expect(count(bundle)).toEqual(none);
    const many = Array.from({ length: 70 }, () => ({ consent: name, granteeKey: lenaKey.publicKey, content: fresh }));
    expect(count(makeBundle(many)).length).toBe(128);
  });

  it("is not spoken for by a part that was exchanged", async () => {
    const wrong = async () => makeBundle([]).parts[0]?.bytes ?? new Uint8Array(0);
    expect(await failureOf(() => findInBundle(name, { secretKey: lenaKey.secretKey, index, fetchPart: wrong }))).toBe(
      "tampered",
    );
  });
});

describe("A doctor who asks a patient", () => {
  const asking: NoteName<"request"> = { place, kind: "request", subject: ana, ref: requestRef(lena) };
  const note = {
    categories: ["labs"],
    purposes: ["TREAT"],
    ops: 1,
    days: 30,
    reason: "Before your operation",
    name: "Dr Lena Lindqvist",
  };
  const recipients = [
    { address: ana, key: anaKey.publicKey },
    { address: lena, key: lenaKey.publicKey },
  ];
  const sealed = wrapNote(asking, { recipients, note });

  it("is read by the patient and by herself", () => {
    expect(openNote(asking, { recipient: ana, secretKey: anaKey.secretKey, bytes: sealed.bytes })).toEqual(note);
    expect(openNote(asking, { recipient: lena, secretKey: lenaKey.secretKey, bytes: sealed.bytes })).toEqual(note);
  });

  it("is read by nobody else, and not as something else", async () => {
    const { bytes } = sealed;
    expect(await failureOf(() => openNote(asking, { recipient: tomas, secretKey: tomasKey.secretKey, bytes }))).toBe(
      "wrong-key",
    );
    const decline: NoteName<"decline"> = { ...asking, kind: "decline" };
    expect(await failureOf(() => openNote(decline, { recipient: ana, secretKey: anaKey.secretKey, bytes }))).toBe(
      "tampered",
    );
    const fromTomas = { ...asking, ref: requestRef(tomas) };
    expect(await failureOf(() => openNote(fromTomas, { recipient: ana, secretKey: anaKey.secretKey, bytes }))).toBe(
      "tampered/wrong-place",
    );
    expect(await failureOf(() => wrapNote(asking, { recipients, note: { ...note, days: 0 } }))).toBe("bad-input");
    expect(toHex(bytes.subarray(0, 1))).toBe("0x7b");
  });
});
