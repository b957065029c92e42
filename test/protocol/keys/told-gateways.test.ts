// The gateways that a patient tells those who hold a consent of hers.

import { describe, expect, it } from "vitest";
import { fromUtf8 } from "#protocol/bytes.ts";
import { canonicalBytes } from "#protocol/canonical.ts";
import {
  areGatewaysTold,
  compartmentKey,
  findInBundle,
  isGatewayOrigin,
  makeBundle,
  makeCapsule,
  makeEnvelope,
  noteGatewaysTold,
  openCapsule,
  openEnvelope,
  type CapsuleContent,
  type ToldGateway,
} from "#protocol/keys/index.ts";
import {
  anaKey,
  failureOf,
  filled,
  gateway,
  gatewayKey,
  ledger,
  lena,
  lenaKey,
  sampleConsent,
  someone,
} from "./samples.ts";

const { opening, name } = sampleConsent();
const content: CapsuleContent = {
  epoch: 3,
  categories: ["imaging", "labs"].map((category) => ({
    category,
    key: compartmentKey(filled(1), { category, epoch: 3 }),
  })),
  documents: [],
  opening,
};
const told = (digit: string): ToldGateway => ({ address: someone(digit), url: `https://${digit}.example` });
const gateways = [{ address: gateway.toLowerCase() as typeof gateway, url: "https://a.example:8443" }, told("b")];
const parties = {
  grantee: { address: lena, key: lenaKey.publicKey },
  subjectKey: anaKey.publicKey,
  gateways: [{ address: gateway, key: gatewayKey.publicKey }],
};
const { secretKey } = lenaKey;
/** The content of a capsule that tells gateways, as its grantee finds it. */
const encoded = openEnvelope({
  ...{ place: name.place, kind: "capsule", letterKind: "capsule", subject: name.subject, ref: name.scope },
  ...{ recipient: lena, secretKey, bytes: makeCapsule(name, { ...parties, content: { ...content, gateways } }).bytes },
});

describe("A grantee whose patient trusts several gateways", () => {
  it("is told of them by the capsule, in their order, and by the bundle of a re-keying", async () => {
    const { bytes } = makeCapsule(name, { ...parties, content: { ...content, gateways } });
    expect(openCapsule(name, { secretKey, bytes }).gateways).toEqual(gateways);
    const fresh = { ...content, epoch: 4, gateways: [gateways[1] ?? told("b")] };
    const { index, parts } = makeBundle([{ consent: name, granteeKey: lenaKey.publicKey, content: fresh }]);
    const part = (digest: string) => parts.find((one) => one.digest === digest)?.bytes ?? new Uint8Array(0);
    const found = await findInBundle(name, {
      secretKey,
      index: index.bytes,
      fetchPart: async (digest) => part(digest),
    });
    expect(found?.gateways).toEqual(fresh.gateways);
  });

  it("is told of none where there is nothing to tell: such a capsule is as it always was", () => {
    for (const none of [content, { ...content, gateways: [] }, { ...content, gateways: undefined }]) {
      const { bytes } = makeCapsule(name, { ...parties, content: none });
      expect(openCapsule(name, { secretKey, bytes })).toEqual(content);
    }
  });

  it("is never led to what is no origin, to no account, or to very many", async () => {
    const wrong = [
      [{ ...told("b"), url: "http://b.example" }],
      [{ ...told("b"), url: "https://b.example/path" }],
      [{ ...told("b"), url: "javascript:alert(1)" }],
      [{ ...told("b"), address: "0xb" as typeof gateway }],
      ["1", "2", "3", "4", "5", "6"].map(told),
    ];
    for (const list of wrong) {
      expect(() => makeCapsule(name, { ...parties, content: { ...content, gateways: list } })).toThrow();
      // Nor by whoever made one all the same.
      const { gateways: _, ...plain } = JSON.parse(fromUtf8(encoded)) as Record<string, unknown>;
      const bytes = canonicalBytes({ ...plain, gateways: list });
      const letter = { kind: "capsule" as const, recipient: lena, recipientKey: lenaKey.publicKey, bytes };
      const { place, subject, scope: ref } = name;
      const made = makeEnvelope({ place, kind: "capsule", subject, ref, letters: [letter] });
      expect(await failureOf(() => openCapsule(name, { secretKey, bytes: made.bytes }))).toBe("bad-input");
    }
  });

  it.each([
    ["https://b.example", true],
    ["http://127.0.0.1:8080", true],
    ["https://B.example", false],
    ["https://b.example/", false],
    ["https://u@b.example", false],
    ["http://b.example", false],
    ["", false],
  ])("takes %j for an origin: %s", (text, is) => expect(isGatewayOrigin(text)).toBe(is));
});

describe("A vault that remembers whom its owner's grantees were told of", () => {
  it("knows that nobody needs to be told of none, and what was told for one ledger alone", () => {
    expect(areGatewaysTold({}, ledger, [])).toBe(true);
    expect(areGatewaysTold({}, ledger, gateways)).toBe(false);
    const settings = noteGatewaysTold({ idleMinutes: 5 }, ledger, gateways);
    expect(settings).toMatchObject({ idleMinutes: 5 });
    expect(areGatewaysTold(settings, ledger, gateways.toReversed())).toBe(true);
    expect(areGatewaysTold(settings, ledger, [told("b")])).toBe(false);
    expect(areGatewaysTold(settings, ledger, [])).toBe(false);
    expect(areGatewaysTold(settings, { ...ledger, ledger: someone("9") }, [])).toBe(true);
    expect(areGatewaysTold(noteGatewaysTold(settings, ledger, []), ledger, [])).toBe(true);
    // What a later version wrote counts as not told.
    expect(areGatewaysTold({ toldGateways: { version: 2 } }, ledger, gateways)).toBe(false);
  });
});
