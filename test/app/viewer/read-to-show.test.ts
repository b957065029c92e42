// A large document as somebody reads it by a release: through the worker's own calls, from the blocks that hold what they
// look at.
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { readToShow, type Readable } from "#app/viewer/read-to-show.ts";
import type { PartSource } from "#app/viewer/messages.ts";
import { documentCalls } from "#app/vault/worker/documents.ts";
import { dropOrganisation, dropVault, holdOrganisation, holdVault, openRing } from "#app/vault/worker/keyring.ts";
import { capsuleCalls } from "#app/vault/worker/open-capsules.ts";
import { fromBase64Url, randomBytes, toHex } from "#protocol/bytes.ts";
import { createOpening, scopeOf } from "#protocol/consent/index.ts";
import { encryptDocument, layoutOf, openSealAtGateway, type EncryptedDocument } from "#protocol/documents/index.ts";
import { compartmentKey, deriveEncryptionKey, makeCapsule } from "#protocol/keys/index.ts";
import type { Address } from "viem";
import { ana, lena, place, tomas } from "../../protocol/keys/samples.ts";
import { sampleBytes, sampleMetadata, streamOf } from "../../protocol/documents/samples.ts";

const SIZE = 3 * 1_048_576;
const largestWhole = 1_048_576;
const content = sampleBytes(SIZE);
const context = { signal: new AbortController().signal, progress: () => undefined };
const roots = { patient: randomBytes(32), doctor: randomBytes(32), clinic: randomBytes(32) };
const gateway = deriveEncryptionKey(randomBytes(32));
const opening = createOpening({ categories: ["labs"], purposes: ["TREAT"], salt: toHex(randomBytes(32)) });

const hold = (account: Address, root: Uint8Array) =>
  holdVault({
    ...{ account, vaultId: "00".repeat(16), revision: 1, unlockers: [], kits: [], tagKeys: {}, settings: {} },
    roots: [Uint8Array.from(root)],
  });

describe("Somebody who reads a large document by a release", () => {
  const blocks = new Map<string, Uint8Array<ArrayBuffer>>();
  let made: EncryptedDocument;
  let fetched = 0;
  /** Whoever waits for a block waits for this, too. */
  let gate = Promise.resolve();

  /** The document as its reader has it: one release, under the consent of whose root that is. */
  async function release(grantee: Address, root: Uint8Array): Promise<Readable> {
    const { manifest, manifestBytes } = made;
    const { document, version } = manifest;
    const consent = { subject: ana, grantee, scope: scopeOf(opening) };
    hold(ana, roots.patient);
    const order = { subject: ana, document, version, category: "labs", epoch: 0, manifestBytes };
    const gateways = [{ address: tomas, key: toHex(gateway.publicKey) }];
    const [sealed] = await documentCalls.makeSeals({ place, orders: [order], gateways }, context);
    const released = openSealAtGateway(
      { place, subject: ana, document, gateway: tomas },
      { secretKey: gateway.secretKey, seal: fromBase64Url(sealed?.seal ?? "") },
    );
    const capsule = makeCapsule(
      { place, subject: ana, scope: consent.scope },
      {
        grantee: { address: grantee, key: deriveEncryptionKey(root).publicKey },
        subjectKey: deriveEncryptionKey(roots.patient).publicKey,
        gateways: [],
        content: {
          ...{ epoch: 0, opening, documents: [] },
          categories: [{ category: "labs", key: compartmentKey(roots.patient, { category: "labs", epoch: 0 }) }],
        },
      },
    );
    const ring = hold(lena, roots.doctor);
    if (grantee !== lena) holdOrganisation(ring, grantee, [deriveEncryptionKey(root)]);
    const capsules = [{ ...consent, bytes: capsule.bytes }];
    expect(await capsuleCalls.openCapsules({ place, capsules }, context)).toMatchObject([{ ok: true }]);
    const given = { place, manifestBytes, via: { scope: consent.scope, grantee, release: released } };
    return {
      mediaType: "application/pdf",
      size: SIZE,
      readWhole: async () => (await documentCalls.readDocument(given, context)).blob,
      readPart: async (start, end) => documentCalls.readRange({ ...given, start, end }, context),
    };
  }

  async function open(document: Readable, signal?: AbortSignal): Promise<PartSource> {
    const { bytes, blob } = await readToShow(document, { ...(signal && { signal }), largestWhole });
    if (!bytes || !("read" in bytes)) throw new Error("It is not read in parts.");
    expect(blob).toBeUndefined();
    return bytes;
  }

  beforeEach(async () => {
    blocks.clear();
    fetched = 0;
    gate = Promise.resolve();
    made = await encryptDocument({
      ...{ place, subject: ana, author: ana, subjectKey: deriveEncryptionKey(roots.patient).publicKey },
      ...{ source: streamOf(content), metadata: sampleMetadata(SIZE) },
      onBlock: async ({ cid, bytes }) => void blocks.set(cid, Uint8Array.from(bytes)),
    });
    vi.stubGlobal("fetch", async (path: string) => {
      fetched += 1;
      await gate;
      const bytes = blocks.get(path.replace("/api/blocks/", ""));
      return new Response(bytes ?? null, { status: bytes ? 200 : 404 });
    });
  });
  afterEach(() => {
    vi.unstubAllGlobals();
    dropVault();
  });

  it("gets the parts that they look at from the blocks that hold these, and from no other", async () => {
    const { size, read } = await open(await release(lena, roots.doctor));
    expect(size).toBe(SIZE);
    const { plainChunk, chunks } = layoutOf(SIZE);
    expect(chunks).toBeGreaterThan(5);
    // The list of blocks, and the first one.
    expect(fetched).toBe(2);
    expect(await read(10, 50)).toEqual(content.slice(10, 50));
    expect(await read(3 * plainChunk - 9, 3 * plainChunk + 9)).toEqual(
      content.slice(3 * plainChunk - 9, 3 * plainChunk + 9),
    );
    expect(fetched).toBe(2 + 1 + 2);
  });

  it("gets no part once it was closed, not even one that was on its way", async () => {
    const closing = new AbortController();
    const { read } = await open(await release(lena, roots.doctor), closing.signal);
    let arrive = (): void => undefined;
    gate = new Promise((resolve) => (arrive = resolve));
    const onItsWay = read(0, 100);
    await vi.waitFor(() => expect(fetched).toBe(3));
    closing.abort();
    arrive();
    await expect(onItsWay).rejects.toThrow("aborted");
    await expect(read(0, 100)).rejects.toThrow("aborted");
    expect(fetched).toBe(3);
  });

  it("gets no part once the vault is locked", async () => {
    const { read } = await open(await release(lena, roots.doctor));
    dropVault();
    await expect(read(0, 100)).rejects.toMatchObject({ code: "locked" });
  });

  it("gets no part as a member of an organisation for which they read no longer", async () => {
    const { read } = await open(await release(tomas, roots.clinic));
    expect(await read(0, 100)).toEqual(content.slice(0, 100));
    expect(openRing().organisation?.address).toBe(tomas);
    dropOrganisation();
    await expect(read(0, 100)).rejects.toMatchObject({ code: "wrong-key", reason: "no-capsule" });
  });

  it("is told that nobody has it before anything of it is shown", async () => {
    const document = await release(lena, roots.doctor);
    blocks.clear();
    await expect(open(document)).rejects.toMatchObject({ code: "not-found" });
  });

  it("gets nothing of what is too large to be shown, and can still save it", async () => {
    const picture = { ...(await release(lena, roots.doctor)), mediaType: "image/png" };
    expect(await readToShow(picture, { largestWhole })).toEqual({ bytes: undefined, blob: undefined });
    expect(fetched).toBe(0);
    expect(new Uint8Array(await (await picture.readWhole()).arrayBuffer())).toEqual(content);
  });

  it("gets all of what is no larger than may be handed over as a whole", async () => {
    const { bytes, blob } = await readToShow(await release(lena, roots.doctor));
    expect(bytes).toEqual(content);
    expect(blob?.size).toBe(SIZE);
  });
});
