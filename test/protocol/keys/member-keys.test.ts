import { describe, expect, it } from "vitest";
import { fromBase64Url, randomBytes, toBase64Url, toHex } from "#protocol/bytes.ts";
import { canonicalBytes } from "#protocol/canonical.ts";
import {
  deriveEncryptionKey,
  findInBundle,
  makeBundle,
  makeCapsule,
  makeMemberKey,
  MEMBER_KEY_BOX_BYTES,
  openCapsule,
  openMemberKey,
  wrap,
} from "#protocol/keys/index.ts";
import vectors from "../../vectors/keys-member.json" with { type: "json" };
import { keysOfOrganisation } from "../../second-reader/reader.ts";
import {
  ana,
  anaKey,
  failureOf,
  filled,
  flip,
  gateway,
  lena,
  lenaKey,
  place,
  sampleOpening,
  tomas,
  tomasKey,
} from "./samples.ts";
import { scopeOf } from "#protocol/consent/index.ts";

const clinic = gateway;
const before = deriveEncryptionKey(filled(8));
const present = deriveEncryptionKey(filled(9));
const member = { address: lena, key: lenaKey.publicKey };
const share = (secretKeys: readonly Uint8Array[] = [before.secretKey, present.secretKey]) =>
  makeMemberKey({ place, organisation: clinic, member, secretKeys });
const name = { place, organisation: clinic, member: lena, key: toHex(present.publicKey) };
const open = (box: Uint8Array, changed: Partial<typeof name> = {}, secretKey: Uint8Array = lenaKey.secretKey) =>
  openMemberKey({ ...name, ...changed }, { secretKey, box });

describe("an organisation's key for a member", () => {
  it("opens for that member, the present key last, and is of one size whatever is in it", () => {
    const { key, box } = share();
    expect(key).toBe(name.key);
    expect(box).toHaveLength(MEMBER_KEY_BOX_BYTES);
    expect(open(box)).toEqual([before, present]);
    expect(share([present.secretKey]).box).toHaveLength(MEMBER_KEY_BOX_BYTES);
  });

  it("holds the newest 32 where there are more, and is not made of none", async () => {
    const many = Array.from({ length: 40 }, (_, at) => deriveEncryptionKey(filled(at + 20)));
    const { key, box } = share(many.map(({ secretKey }) => secretKey));
    expect(box).toHaveLength(MEMBER_KEY_BOX_BYTES);
    expect(open(box, { key })).toEqual(many.slice(-32));
    expect(await failureOf(() => share([]))).toBe("bad-input");
  });

  it("opens what patients wrapped for the organisation: a capsule of before, a fresh one of today", async () => {
    const [old, now] = open(share().box);
    const opening = sampleOpening();
    const consent = { place, subject: ana, grantee: clinic, scope: scopeOf(opening) };
    const content = { epoch: 3, opening, categories: [{ category: "labs", key: randomBytes(32) }], documents: [] };
    const grantee = { address: clinic, key: before.publicKey };
    const { bytes } = makeCapsule(consent, { grantee, subjectKey: anaKey.publicKey, gateways: [], content });
    expect(openCapsule(consent, { secretKey: old?.secretKey ?? filled(0), bytes }).categories).toEqual(
      content.categories,
    );
    const { index, parts } = makeBundle([{ consent, granteeKey: present.publicKey, content }]);
    const part = (digest: string) => parts.find((one) => one.digest === digest)?.bytes ?? filled(0);
    const find = (secretKey: Uint8Array) =>
      findInBundle(consent, { secretKey, index: index.bytes, fetchPart: async (digest) => part(digest) });
    expect((await find(now?.secretKey ?? filled(0)))?.categories).toEqual(content.categories);
    // Whoever left before the key changed has the old one, and nothing in the bundle is for it.
    expect(await find(old?.secretKey ?? filled(0))).toBeNull();
  });

  it("opens for nobody else, nowhere else, and not altered", async () => {
    const { box } = share();
    expect(await failureOf(() => open(box, {}, tomasKey.secretKey))).toBe("wrong-key");
    expect(await failureOf(() => open(flip(box, 100)))).toBe("wrong-key");
    expect(await failureOf(() => open(box, { organisation: tomas }))).toBe("tampered/wrong-place");
    expect(await failureOf(() => open(box, { member: tomas }))).toBe("tampered/wrong-place");
    expect(await failureOf(() => open(box, { key: toHex(before.publicKey) }))).toBe("tampered/wrong-place");
    expect(await failureOf(() => open(box, { place: { ...place, chainId: 1 } }))).toBe("tampered/wrong-place");
  });

  it("is refused where its last key is not the one that it is named by, or where it is spelled otherwise", async () => {
    const context = { ...place, kind: "member-key", subject: clinic, recipient: lena, ref: name.key } as const;
    const make = (content: unknown) =>
      wrap(context, { recipientKey: lenaKey.publicKey, bytes: canonicalBytes(content), padTo: 4096 });
    const [old, now] = [before, present].map(({ secretKey }) => toBase64Url(secretKey));
    expect(open(make({ v: 1, keys: [old, now] }))).toHaveLength(2);
    expect(await failureOf(() => open(make({ v: 1, keys: [now, old] })))).toBe("tampered/other-key");
    expect(await failureOf(() => open(make({ v: 1, keys: [] })))).toBe("bad-input");
    expect(await failureOf(() => open(make({ v: 2, keys: [now] })))).toBe("bad-input");
    expect(await failureOf(() => open(make({ v: 1, keys: [now], root: old })))).toBe("bad-input");
  });

  it("reads the frozen box, as the second reader does", async () => {
    const { place: where, organisation, member: whom, key, box, memberSecret, keys } = vectors;
    const named = { place: where, organisation, member: whom, key } as typeof name;
    const secretKey = fromBase64Url(memberSecret, 32);
    expect(open(fromBase64Url(box), named, secretKey).map((pair) => toBase64Url(pair.secretKey))).toEqual(keys);
    const organisationThere = { ...where, subject: organisation };
    const read = { box: Buffer.from(box, "base64url"), where: organisationThere, member: whom, key };
    expect(keysOfOrganisation(secretKey, read).map((one) => one.toString("base64url"))).toEqual(keys);
  });
});
