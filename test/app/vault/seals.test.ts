// Seals as the vault's worker makes them from a list that the service gave: the service may pair things wrongly on purpose.
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { fromBase64Url, randomBytes, toHex } from "#protocol/bytes.ts";
import { encryptDocument, openRelease, openSealAtGateway, type EncryptedDocument } from "#protocol/documents/index.ts";
import { createOpening, scopeOf } from "#protocol/consent/index.ts";
import { compartmentKey, deriveEncryptionKey, makeCapsule } from "#protocol/keys/index.ts";
import { documentCalls } from "#app/vault/worker/documents.ts";
import { capsuleCalls } from "#app/vault/worker/open-capsules.ts";
import { dropVault, holdVault, openRing } from "#app/vault/worker/keyring.ts";
import type { SealOrder } from "#app/vault/calls.ts";
import { ana, lena, place } from "../../protocol/keys/samples.ts";
import { sampleBytes, sampleMetadata, streamOf } from "../../protocol/documents/samples.ts";

describe("A patient whose app seals what the service lists", () => {
  const root = randomBytes(32);
  const gateway = deriveEncryptionKey(randomBytes(32));
  let named: EncryptedDocument;
  let secret: EncryptedDocument;

  async function add(category: string): Promise<EncryptedDocument> {
    return encryptDocument({
      place,
      subject: ana,
      author: ana,
      subjectKey: deriveEncryptionKey(root).publicKey,
      source: streamOf(sampleBytes(100)),
      metadata: { ...sampleMetadata(100), category },
      onBlock: async () => undefined,
    });
  }

  const orderOf = (made: EncryptedDocument, wish: Partial<SealOrder> = {}): SealOrder => ({
    subject: ana,
    document: made.manifest.document,
    version: made.manifest.version,
    category: "labs",
    epoch: 0,
    manifestBytes: made.manifestBytes,
    ...wish,
  });

  const seal = async (order: SealOrder) =>
    documentCalls.makeSeals(
      { place, orders: [order], gateways: [{ address: lena, key: toHex(gateway.publicKey) }] },
      { signal: new AbortController().signal, progress: () => undefined },
    );

  beforeEach(async () => {
    holdVault({
      account: ana,
      vaultId: "00".repeat(16),
      revision: 1,
      roots: [Uint8Array.from(root)],
      unlockers: [],
      kits: [],
      tagKeys: {},
      settings: {},
    });
    [named, secret] = await Promise.all([add("labs"), add("hiv")]);
  });
  afterEach(dropVault);

  it("hands over the key of that document, under the key of its own category", async () => {
    const [made] = await seal(orderOf(named));
    const { document } = named.manifest;
    const release = openSealAtGateway(
      { place, subject: ana, document, gateway: lena },
      { secretKey: gateway.secretKey, seal: fromBase64Url(made?.seal ?? "") },
    );
    const key = compartmentKey(root, { category: "labs", epoch: 0 });
    expect(openRelease({ place, subject: ana }, { release, key })).toEqual(named.dek);
  });

  it("seals nothing where the service pairs one document with the manifest of another", async () => {
    const paired = orderOf(named, { manifestBytes: secret.manifestBytes, keyedBy: "document" });
    await expect(seal(paired)).rejects.toMatchObject({ code: "tampered", reason: "other-document" });
    await expect(seal(orderOf(named, { version: 2 }))).rejects.toMatchObject({ reason: "other-document" });
    await expect(seal(orderOf(named, { subject: lena }))).rejects.toMatchObject({ reason: "other-document" });
  });

  it("seals nothing under a category that the document's own description does not name", async () => {
    await expect(seal(orderOf(secret))).rejects.toMatchObject({ code: "tampered", reason: "other-document" });
    expect(await seal(orderOf(secret, { category: "hiv" }))).toHaveLength(1);
  });
});

describe("A doctor whose app seals what they filed", () => {
  const roots = { patient: randomBytes(32), doctor: randomBytes(32), liar: randomBytes(32) };
  const gateway = deriveEncryptionKey(randomBytes(32));
  const opening = createOpening({ categories: ["labs"], purposes: ["TREAT"], salt: toHex(randomBytes(32)) });
  const consent = { subject: ana, grantee: lena, scope: scopeOf(opening) };
  /** A capsule of that consent with keys of this root: whoever knows the opening, as the gateway does, can make one. */
  const capsuleBy = (root: Uint8Array) => {
    const key = compartmentKey(root, { category: "labs", epoch: 0 });
    return makeCapsule(
      { place, subject: ana, scope: consent.scope },
      {
        grantee: { address: lena, key: deriveEncryptionKey(roots.doctor).publicKey },
        subjectKey: deriveEncryptionKey(roots.patient).publicKey,
        gateways: [],
        content: { epoch: 0, opening, categories: [{ category: "labs", key }], documents: [] },
      },
    ).bytes;
  };
  const context = { signal: new AbortController().signal, progress: () => undefined };
  afterEach(dropVault);

  it("seals with the keys that were compared with the ledger, not with those that a service's list had opened", async () => {
    holdVault({
      ...{ account: lena, vaultId: "00".repeat(16), revision: 1, unlockers: [], kits: [], tagKeys: {}, settings: {} },
      roots: [Uint8Array.from(roots.doctor)],
    });
    const listed = { ...consent, bytes: capsuleBy(roots.liar) };
    const [opened] = await capsuleCalls.openCapsules({ place, capsules: [listed] }, context);
    expect(opened).toMatchObject({ ok: true });
    const { manifest, dek } = await encryptDocument({
      ...{ place, subject: ana, author: lena, subjectKey: deriveEncryptionKey(roots.patient).publicKey },
      ...{ source: streamOf(sampleBytes(100)), metadata: { ...sampleMetadata(100), category: "labs" } },
      onBlock: async () => undefined,
    });
    const { document, version } = manifest;
    openRing().deks.set(`${document}|${version}`, dek);
    const from = { capsule: capsuleBy(roots.patient) };
    const order = { subject: ana, document, version, category: "labs", epoch: 0 };
    const [seal] = await documentCalls.makeSeals(
      {
        place,
        orders: [{ ...order, consent: { grantee: lena, scope: consent.scope, from } }],
        gateways: [{ address: lena, key: toHex(gateway.publicKey) }],
      },
      context,
    );
    const release = openSealAtGateway(
      { place, subject: ana, document, gateway: lena },
      { secretKey: gateway.secretKey, seal: fromBase64Url(seal?.seal ?? "") },
    );
    const openBy = (root: Uint8Array) =>
      openRelease({ place, subject: ana }, { release, key: compartmentKey(root, { category: "labs", epoch: 0 }) });
    expect(openBy(roots.patient)).toEqual(dek);
    expect(() => openBy(roots.liar)).toThrow();
  });
});
