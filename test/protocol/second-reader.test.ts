// What docs/formats.md promises: a reader that was written from that page alone opens our documents, from the owner's wrap
// and from a capsule with a release, and refuses what was altered.

import { describe, expect, it } from "vitest";
import { createOpening, scopeOf } from "#protocol/consent/index.ts";
import { encryptDocument, manifestCid, makeSeal, openSealAtGateway, releaseToJson } from "#protocol/documents/index.ts";
import { compartmentKey, makeCapsule } from "#protocol/keys/index.ts";
import { fromBase64Url } from "#protocol/bytes.ts";
import { canonicalBytes } from "#protocol/canonical.ts";
import {
  dekOfOwner,
  dekOfRelease,
  encryptionKeyOf,
  openDocument,
  readManifest,
  Refused,
} from "../second-reader/reader.ts";
import vectors from "../vectors/documents-manifest.json" with { type: "json" };
import { sampleBytes, sampleMetadata } from "./documents/samples.ts";
import { ana, anaKey, filled, flip, gateway, gatewayKey, lena, lenaKey, place } from "./keys/samples.ts";

const where = { chainId: place.chainId, ledger: place.ledger.toLowerCase(), subject: ana.toLowerCase() };
const anaSecret = encryptionKeyOf(filled(1));
const lenaSecret = encryptionKeyOf(filled(2));

async function add(size: number) {
  const plain = sampleBytes(size);
  const blocks = new Map<string, Uint8Array>();
  const made = await encryptDocument({
    place,
    subject: ana,
    author: ana,
    subjectKey: anaKey.publicKey,
    source: new Blob([plain]),
    metadata: sampleMetadata(size),
    onBlock: async ({ cid, bytes }) => void blocks.set(cid, bytes),
  });
  const fetchBlock = (cid: string): Uint8Array => blocks.get(cid) ?? new Uint8Array(0);
  const manifest = readManifest(made.manifestBytes, made.digest);
  return { plain, blocks, fetchBlock, made, manifest };
}

/** What a gateway that holds the document's seal releases, and the capsule of the grantee. */
function release(made: Awaited<ReturnType<typeof add>>["made"], keyedBy: "category" | "document") {
  const root = filled(1);
  const { document, version } = made.manifest;
  const chain = keyedBy === "category" ? { category: "labs" } : { document };
  const seal = makeSeal(
    { place, subject: ana, document, gateway },
    {
      version,
      category: "labs",
      epoch: 3,
      keyedBy,
      key: compartmentKey(root, { ...chain, epoch: 3 }),
      dek: made.dek,
      gatewayKey: gatewayKey.publicKey,
    },
  );
  const opened = openSealAtGateway(
    { place, subject: ana, document, gateway },
    { secretKey: gatewayKey.secretKey, seal },
  );
  const opening = createOpening({ categories: ["labs"], purposes: ["TREAT"], salt: `0x${"07".repeat(32)}` });
  const scope = scopeOf(opening);
  const capsule = makeCapsule(
    { place, subject: ana, scope },
    {
      grantee: { address: lena, key: lenaKey.publicKey },
      subjectKey: anaKey.publicKey,
      gateways: [{ address: gateway, key: gatewayKey.publicKey }],
      content: {
        epoch: 5,
        categories: [{ category: "labs", key: compartmentKey(root, { category: "labs", epoch: 5 }) }],
        documents: [{ document, key: compartmentKey(root, { document, epoch: 5 }) }],
        opening,
      },
    },
  );
  const by = { secret: lenaSecret, where, grantee: lena.toLowerCase(), scope, capsule: capsule.bytes };
  return { release: releaseToJson(opened), by };
}

describe("A stranger who read docs/formats.md", () => {
  it("opens the frozen document as its owner", () => {
    const manifest = readManifest(canonicalBytes(vectors.manifest), vectors.digest);
    const dek = dekOfOwner(manifest, { secret: anaSecret, where });
    const fetchBlock = (cid: string) => fromBase64Url(vectors.blocks.find((block) => block.cid === cid)?.bytes ?? "");
    const { metadata, body } = openDocument(manifest, { dek, fetchBlock });
    expect(metadata).toEqual(vectors.metadata);
    expect(body.toString()).toBe(vectors.text);
  });

  it.each([0, 1, 4096, 524_272, 524_273, 2_500_000])("opens %i bytes of ours as their owner", async (size) => {
    const { plain, manifest, fetchBlock } = await add(size);
    const dek = dekOfOwner(manifest, { secret: anaSecret, where });
    const { metadata, body } = openDocument(manifest, { dek, fetchBlock });
    expect(metadata).toEqual(sampleMetadata(size));
    expect(body.equals(plain)).toBe(true);
  });

  it.each(["category", "document"] as const)(
    "opens one as a grantee, by the %s's key and a release",
    async (keyedBy) => {
      const { plain, made, manifest, fetchBlock } = await add(700_000);
      const { release: released, by } = release(made, keyedBy);
      const dek = dekOfRelease(released, by);
      expect(openDocument(manifest, { dek, fetchBlock }).body.equals(plain)).toBe(true);
      // The gateway's half is bound to its place: another document's, another epoch's or another's key is refused.
      for (const other of [{ epoch: 2 }, { version: 2 }, { wrappedDek: `A${released.wrappedDek.slice(1)}` }]) {
        expect(() => dekOfRelease({ ...released, ...other }, by)).toThrow(Refused);
      }
      expect(() => dekOfRelease(released, { ...by, secret: anaSecret })).toThrow(Refused);
    },
  );

  it("is not taken in by what was altered, in any block, or by another key", async () => {
    const { made, manifest, blocks, fetchBlock } = await add(1_200_000);
    const dek = dekOfOwner(manifest, { secret: anaSecret, where });
    for (const cid of blocks.keys()) {
      if (cid === manifestCid(made.digest)) continue;
      const lying = (asked: string) => (asked === cid ? flip(fetchBlock(asked), 20) : fetchBlock(asked));
      expect(() => openDocument(manifest, { dek, fetchBlock: lying })).toThrow(Refused);
    }
    expect(() => openDocument(manifest, { dek: Buffer.from(filled(9)), fetchBlock })).toThrow(Refused);
    expect(() => dekOfOwner(manifest, { secret: lenaSecret, where })).toThrow(Refused);
    expect(() => readManifest(flip(made.manifestBytes, 40), made.digest)).toThrow(Refused);
  });
});
