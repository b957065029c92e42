// A clinic's list of consents, opened as its screen opens it: by the worker's own call, from capsules that patients made.
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { randomBytes, toHex, utf8 } from "#protocol/bytes.ts";
import { createOpening, scopeOf } from "#protocol/consent/index.ts";
import { manifestCid } from "#protocol/documents/index.ts";
import { compartmentKey, deriveEncryptionKey, makeCapsule, makeEnvelope } from "#protocol/keys/index.ts";
import { createCapsuleOpener } from "#app/patients/open-capsules.ts";
import { dropVault, fastKeys, holdVault, openRing } from "#app/vault/worker/keyring.ts";
import { capsuleCalls } from "#app/vault/worker/open-capsules.ts";
import type { Address, Hex } from "viem";
import { anaKey, flip, lena, place, tomasKey } from "../../protocol/keys/samples.ts";

const MANY = 90;
const context = { signal: new AbortController().signal, progress: () => undefined };
const former = randomBytes(32);
const present = randomBytes(32);

/** One patient's consent to the clinic; the keys in it are those of a root made up for the test. */
function giveConsent(at: number, { key }: { key: Uint8Array }) {
  const subject: Address = `0x${at.toString(16).padStart(40, "0")}`;
  const opening = createOpening({ categories: ["labs"], purposes: ["TREAT"], salt: toHex(randomBytes(32)) });
  const scope = scopeOf(opening);
  const categories = [{ category: "labs", key: compartmentKey(present, { category: "labs", epoch: at }) }];
  const capsule = makeCapsule(
    { place, subject, scope },
    {
      grantee: { address: lena, key },
      subjectKey: anaKey.publicKey,
      gateways: [],
      content: { epoch: at, opening, categories, documents: [] },
    },
  );
  return { consent: { subject, grantee: lena, scope, capsule: capsule.digest }, opening, bytes: capsule.bytes };
}

describe("A clinic that holds many consents", () => {
  const made = Array.from({ length: MANY }, (_, at) =>
    // Some patients wrapped for the key that the clinic had before it changed its root.
    giveConsent(at, { key: deriveEncryptionKey(at % 10 === 0 ? former : present).publicKey }),
  );
  const blocks = new Map<string, Uint8Array>(made.map(({ consent, bytes }) => [manifestCid(consent.capsule), bytes]));
  let fetched = 0;
  let onTheWay = 0;
  let mostOnTheWay = 0;

  const createOpener = () =>
    createCapsuleOpener({
      async fetchBlock(cid) {
        fetched += 1;
        mostOnTheWay = Math.max(mostOnTheWay, (onTheWay += 1));
        await new Promise((resume) => setTimeout(resume));
        onTheWay -= 1;
        const bytes = blocks.get(cid);
        if (!bytes) throw new Error("nobody has it");
        return bytes;
      },
      openCapsules: async (capsules) => capsuleCalls.openCapsules({ place, capsules }, context),
    });

  beforeEach(() => {
    fetched = 0;
    mostOnTheWay = 0;
    const roots = [former, present].map((root) => Uint8Array.from(root));
    const vault = { account: lena, vaultId: "00".repeat(16), revision: 1, unlockers: [], kits: [], tagKeys: {} };
    holdVault({ ...vault, roots, settings: {} });
  });
  afterEach(() => {
    dropVault();
    vi.restoreAllMocks();
  });

  it("has every one opened by the platform's X25519, many at once, with a key that nobody can take out", async () => {
    const { subtle } = crypto;
    const deriveBits = subtle.deriveBits.bind(subtle);
    const keys: CryptoKey[] = [];
    let now = 0;
    let most = 0;
    vi.spyOn(subtle, "deriveBits").mockImplementation(async (algorithm, key, length) => {
      keys.push(key);
      most = Math.max(most, (now += 1));
      return deriveBits(algorithm, key, length).finally(() => (now -= 1));
    });
    const opened = await createOpener()(made.map(({ consent }) => consent));
    expect(opened).toEqual(made.map(({ opening }, epoch) => ({ opening, epoch })));
    expect(keys).toHaveLength(MANY);
    expect(most).toBeGreaterThan(8);
    expect(new Set(keys)).toEqual(new Set((await fastKeys(lena))?.map(({ key }) => key)));
    for (const key of keys) expect(key).toMatchObject({ extractable: false, algorithm: { name: "X25519" } });
    expect(openRing().capsules.size).toBe(MANY);
  });

  it("fetches six at a time, and opens and fetches none of them twice", async () => {
    const open = createOpener();
    const consents = made.slice(0, 20).map(({ consent }) => consent);
    const before = await open(consents);
    expect(fetched).toBe(20);
    expect(mostOnTheWay).toBe(6);
    expect(await open(consents)).toEqual(before);
    expect(fetched).toBe(20);
  });

  it("is told of each that does not open what is wrong with it, and has all the others", async () => {
    const [one, two, three] = made as [(typeof made)[0], (typeof made)[0], (typeof made)[0]];
    const others = giveConsent(500, { key: tomasKey.publicKey });
    blocks.set(manifestCid(others.consent.capsule), others.bytes);
    const spoilt: Hex = `0x${"5b".repeat(32)}`;
    blocks.set(manifestCid(spoilt), flip(two.bytes, two.bytes.length - 1));
    // A patient who wrote a capsule that exhausts the stack of whoever walks through it.
    const deep = makeEnvelope({
      ...{ place, kind: "capsule", subject: two.consent.subject, ref: two.consent.scope },
      letters: [
        {
          kind: "capsule",
          recipient: lena,
          recipientKey: deriveEncryptionKey(present).publicKey,
          bytes: utf8(
            `{"categories":[],"documents":[],"epoch":0,"opening":${"[".repeat(60_000)}${"]".repeat(60_000)}}`,
          ),
        },
      ],
    });
    blocks.set(manifestCid(deep.digest), deep.bytes);
    const opened = await createOpener()([
      one.consent,
      { ...two.consent, capsule: spoilt },
      { ...two.consent, capsule: deep.digest },
      others.consent,
      { ...two.consent, capsule: null },
      { ...two.consent, capsule: `0x${"00".repeat(32)}` },
      // Another patient's consent with this one's capsule beside it.
      { ...one.consent, capsule: three.consent.capsule },
      three.consent,
    ]);
    expect(opened).toMatchObject([
      { epoch: 0 },
      { problem: "tampered" },
      { problem: "tampered" },
      { problem: "not-ours" },
      { problem: "missing" },
      { problem: "missing" },
      { problem: "tampered" },
      { epoch: 2 },
    ]);
  });

  it("keeps nothing that was opened for a vault which was locked meanwhile, and holds no key of it", async () => {
    const ring = openRing();
    const opening = createOpener()(made.map(({ consent }) => consent));
    await fastKeys(lena);
    dropVault();
    expect(new Set((await opening).map((one) => ("problem" in one ? one.problem : "opened")))).toEqual(
      new Set(["locked"]),
    );
    expect(ring.fast).toBeUndefined();
    expect(ring.capsules.size).toBe(0);
  });

  it("is served by a browser whose WebCrypto does not know X25519, too", async () => {
    const refuse = () => Promise.reject(new DOMException("X25519", "NotSupportedError"));
    vi.spyOn(crypto.subtle, "importKey").mockImplementation(refuse);
    const derive = vi.spyOn(crypto.subtle, "deriveBits");
    const opened = await createOpener()(made.slice(0, 12).map(({ consent }) => consent));
    expect(opened).toEqual(made.slice(0, 12).map(({ opening }, epoch) => ({ opening, epoch })));
    expect(derive).not.toHaveBeenCalled();
  });
});
