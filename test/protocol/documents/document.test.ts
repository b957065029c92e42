import { gcm } from "@noble/ciphers/aes.js";
import { importer } from "ipfs-unixfs-importer";
import { fixedSize } from "ipfs-unixfs-importer/chunker";
import { balanced } from "ipfs-unixfs-importer/layout";
import { describe, expect, it } from "vitest";
import { equalBytes, fromBase64Url, fromUtf8, sha256, toBase64Url, toHex, utf8 } from "#protocol/bytes.ts";
import { canonicalBytes } from "#protocol/canonical.ts";
import * as documents from "#protocol/documents/index.ts";
import type { Manifest } from "#protocol/documents/index.ts";
import { deriveEncryptionKey, importSecretKey } from "#protocol/keys/index.ts";
import { ana, anaKey, document, failureOf, filled, flip, lena, lenaKey, place } from "../keys/samples.ts";
import vectors from "../../vectors/documents-manifest.json" with { type: "json" };
import { sampleBytes, sampleMetadata, streamOf } from "./samples.ts";

const { encryptDocument, openDocument, openOwner, readBody, readBodyRange, decodeManifest, encodeManifest, collect } =
  documents;

async function add(size: number) {
  const plain = sampleBytes(size);
  const blocks = new Map<string, Uint8Array>();
  const made = await encryptDocument({
    place,
    subject: ana,
    author: lena,
    subjectKey: anaKey.publicKey,
    source: streamOf(plain),
    metadata: sampleMetadata(size),
    async onBlock({ cid, bytes }) {
      await documents.verifyBlock(cid, bytes);
      blocks.set(cid, bytes);
    },
  });
  const fetchBlock = async (cid: string) => {
    const bytes = blocks.get(cid);
    if (bytes === undefined) throw new Error(`nobody has ${cid}`);
    return bytes;
  };
  return { plain, blocks, fetchBlock, ...made };
}

describe("A patient who adds a document", () => {
  it("opens it from the manifest with the root alone, whole or in part", async () => {
    const size = 5_000_000;
    const { plain, fetchBlock, digest } = await add(size);
    const manifest = decodeManifest(await fetchBlock(documents.manifestCid(digest)));
    const { version } = manifest;
    const name = { place, subject: ana, document: manifest.document, version };
    const dek = openOwner(name, { secretKey: anaKey.secretKey, owner: manifest.owner });
    const key = await importSecretKey(anaKey.secretKey);
    expect(await documents.openOwnerFast(name, { key, owner: manifest.owner })).toEqual(dek);
    const open = openDocument(manifest, dek);
    expect(open.metadata).toEqual(sampleMetadata(size));
    expect(equalBytes(await collect(readBody(open, { fetchBlock })), plain)).toBe(true);
    const part = await readBodyRange(open, { fetchBlock, start: 4_194_000, end: 4_196_000 });
    expect(part).toEqual(plain.slice(4_194_000, 4_196_000));
  });

  it("opens a frozen document", async () => {
    const manifestBytes = canonicalBytes(vectors.manifest);
    expect(documents.manifestDigest(manifestBytes)).toBe(vectors.digest);
    expect(documents.manifestCid(documents.manifestDigest(manifestBytes))).toBe(vectors.manifestCid);
    const manifest = decodeManifest(manifestBytes);
    const name = { place, subject: ana, document: manifest.document, version: manifest.version };
    const dek = openOwner(name, { secretKey: anaKey.secretKey, owner: manifest.owner });
    expect(toBase64Url(dek)).toBe(vectors.dek);
    const open = openDocument(manifest, dek);
    expect(open.metadata).toEqual(vectors.metadata);
    const fetchBlock = async (cid: string) =>
      fromBase64Url(vectors.blocks.find((block) => block.cid === cid)?.bytes ?? "");
    expect(fromUtf8(await collect(readBody(open, { fetchBlock })))).toBe(vectors.text);
  });

  it("leaves nothing readable in any block", async () => {
    const { blocks, dek, plain } = await add(100_000);
    const all = Buffer.concat([...blocks.values()]);
    const needles = [
      "labs",
      "Blood count",
      "blood-count",
      "fasting",
      "Observation",
      "application/pdf",
      toBase64Url(dek),
    ];
    for (const needle of needles) expect(all.includes(needle), needle).toBe(false);
    expect(all.includes(Buffer.from(dek))).toBe(false);
    expect(all.includes(Buffer.from(plain.subarray(5000, 5016)))).toBe(false);
  });

  it("makes two documents of one file, that share nothing", async () => {
    const [first, second] = [await add(10_000), await add(10_000)];
    const cids = new Set([...first.blocks.keys()]);
    expect([...second.blocks.keys()].filter((cid) => cids.has(cid))).toEqual([]);
  });

  it("is told of a failed upload, and the file is not read on", async () => {
    let cancelled = false;
    const endless = new ReadableStream<Uint8Array>({
      pull: (controller) => controller.enqueue(new Uint8Array(1_048_576)),
      cancel() {
        cancelled = true;
      },
    });
    const adding = encryptDocument({
      place,
      subject: ana,
      author: lena,
      subjectKey: anaKey.publicKey,
      source: endless,
      metadata: sampleMetadata(2 ** 34),
      async onBlock() {
        throw new Error("the line is dead");
      },
    });
    await expect(adding).rejects.toThrow("the line is dead");
    await expect.poll(() => cancelled).toBe(true); // through two pipes, some ticks later
  });

  it("may stop in the middle", async () => {
    const controller = new AbortController();
    const adding = encryptDocument({
      place,
      subject: ana,
      author: lena,
      subjectKey: anaKey.publicKey,
      source: streamOf(sampleBytes(9_000_000)),
      metadata: sampleMetadata(9_000_000),
      signal: controller.signal,
      async onBlock() {
        controller.abort();
      },
    });
    await expect(adding).rejects.toThrow();
  });
});

describe("Any IPFS node that is given a body", () => {
  it("has the same CID for it as we have", async () => {
    for (const [size, leafSize] of [
      [1, 1_048_576],
      [1_048_576, 1_048_576],
      [1_048_577, 1_048_576],
      [3_500_000, 524_288],
    ] as const) {
      const bytes = sampleBytes(size);
      const leaves = [];
      for (let at = 0; at < size; at += leafSize) {
        const leaf = bytes.subarray(at, at + leafSize);
        leaves.push({ cid: await documents.cidOfBlock(leaf), size: leaf.length });
      }
      const root = await documents.makeRoot(leaves);
      const store = { async *put() {}, async *get() {} };
      const entries = importer([{ content: [bytes] }], { ...store, put: async (cid: unknown) => cid } as never, {
        cidVersion: 1,
        rawLeaves: true,
        reduceSingleLeafToSelf: false,
        chunker: fixedSize({ chunkSize: leafSize }),
        layout: balanced({ maxChildrenPerNode: 16_384 }),
      });
      for await (const entry of entries) expect(root.cid).toBe(entry.cid.toString());
      expect((await documents.readRoot(root.cid, { bytes: root.bytes, leafSize })).size).toBe(size);
    }
  });

  it("is not believed when it delivers other bytes, or a root cut in another way", async () => {
    const { fetchBlock, manifest, dek, blocks } = await add(3_000_000);
    const open = openDocument(manifest, dek);
    for (const cid of blocks.keys()) {
      if (cid === documents.manifestCid(documents.manifestDigest(encodeManifest(manifest)))) continue;
      const lying = async (asked: string) => (asked === cid ? flip(await fetchBlock(asked), 9) : fetchBlock(asked));
      expect(await failureOf(() => collect(readBody(open, { fetchBlock: lying })))).toBe("tampered/cid");
    }
    const leafSize = 1_048_576;
    const leaf = await documents.cidOfBlock(utf8("x"));
    const odd = await documents.makeRoot([
      { cid: leaf, size: 1 },
      { cid: leaf, size: 1 },
    ]);
    expect(await failureOf(() => documents.readRoot(odd.cid, { bytes: odd.bytes, leafSize }))).toBe("bad-input");
    expect(await failureOf(() => documents.readRoot(leaf, { bytes: utf8("x"), leafSize }))).toBe("bad-input");
  });

  it("is found out keeping less or more of a body than its author made, before a byte of it is shown", async () => {
    const { fetchBlock, manifest, dek, blocks } = await add(1_500_000);
    const leafSize = documents.leafSizeOf(manifest.body.chunkSize);
    const rootBytes = await fetchBlock(manifest.body.cid);
    const { leaves } = await documents.readRoot(manifest.body.cid, { bytes: rootBytes, leafSize });
    const first = leaves.at(0);
    if (first === undefined) throw new Error("unreachable");
    for (const [other, failure] of [
      [leaves.slice(0, 2), "tampered/truncated"],
      [[first, ...leaves], "tampered/extended"],
    ] as const) {
      const root = await documents.makeRoot(other);
      blocks.set(root.cid, root.bytes);
      const open = openDocument({ ...manifest, body: { ...manifest.body, cid: root.cid } }, dek);
      expect(await failureOf(() => collect(readBody(open, { fetchBlock })))).toBe(failure);
    }
  });

  it("is asked again for a root that it did not have the first time", async () => {
    const { fetchBlock, manifest, dek } = await add(10);
    let asked = 0;
    const body = documents.openBody(openDocument(manifest, dek), {
      fetchBlock: async (cid) => {
        if (asked++ === 0) throw new Error("the line is dead");
        return fetchBlock(cid);
      },
    });
    await expect(body.read(0, 10)).rejects.toThrow("the line is dead");
    expect((await body.read(0, 10)).length).toBe(10);
  });

  it("is asked under a CID of the kind that we use, or not at all", async () => {
    const digest = toHex(sha256(utf8("x")));
    expect(documents.parseCid(documents.rawCid(digest))).toEqual({ codec: "raw", digest });
    expect(documents.parseCid(documents.fileCid(digest))).toEqual({ codec: "dag-pb", digest });
    for (const cid of [
      "",
      "QmYwAPJzv5CZsnA625s3Xf2nemtYgPpHdWEz79ojWnPbdG",
      documents.rawCid(digest).toUpperCase(),
      "../../etc/passwd",
    ]) {
      expect(await failureOf(() => documents.parseCid(cid)), cid).toBe("bad-input");
    }
  });
});

describe("A reader who is given a manifest", () => {
  it("believes it only where it is what the ledger says", async () => {
    const { manifestBytes, digest, manifest } = await add(10);
    const { version } = manifest;
    const anchored = { digest, document: manifest.document, version, subject: ana, author: lena };
    expect(decodeManifest(manifestBytes, anchored)).toEqual(manifest);
    for (const other of [{ digest: document }, { document }, { version: 2 }, { subject: lena }, { author: ana }]) {
      expect(await failureOf(() => decodeManifest(manifestBytes, { ...anchored, ...other }))).toBe("tampered");
    }
  });

  it("refuses fields that are unknown, missing, out of bounds, or spelled in another way", async () => {
    const { manifest, manifestBytes } = await add(10);
    const decode = (value: unknown) => failureOf(() => decodeManifest(canonicalBytes(value)));
    const plain = JSON.parse(fromUtf8(manifestBytes)) as Manifest;
    expect(await decode({ ...plain, extra: 1 })).toBe("bad-input");
    expect(await decode({ ...plain, commitment: undefined })).toBe("bad-input");
    expect(await decode({ ...plain, version: 0 })).toBe("bad-input");
    expect(await decode({ ...plain, body: { ...plain.body, chunkSize: 2 ** 30 } })).toBe("bad-input");
    expect(await decode({ ...plain, body: { ...plain.body, cid: documents.rawCid(document) } })).toBe("bad-input");
    expect(await failureOf(() => decodeManifest(utf8(JSON.stringify(plain, null, 1))))).toBe("tampered");
    expect(encodeManifest(manifest)).toEqual(manifestBytes);
  });

  it("finds every altered part of it: key, description, sizes", async () => {
    const { manifest, dek } = await add(10);
    const other = deriveEncryptionKey(filled(9));
    const name = { place, subject: ana, document: manifest.document, version: 1 };
    const { owner } = manifest;
    expect(await failureOf(() => openOwner(name, { secretKey: other.secretKey, owner }))).toBe("wrong-key");
    expect(await failureOf(() => openOwner({ ...name, version: 2 }, { secretKey: anaKey.secretKey, owner }))).toBe(
      "tampered",
    );
    expect(await failureOf(() => openOwner({ ...name, document }, { secretKey: anaKey.secretKey, owner }))).toBe(
      "tampered/wrong-place",
    );
    expect(await failureOf(() => openDocument(manifest, filled(1)))).toBe("wrong-key/commitment");
    expect(await failureOf(() => openDocument({ ...manifest, version: 2 }, dek))).toBe("wrong-key/commitment");
    const metadata = fromBase64Url(manifest.metadata);
    for (const at of [0, 12, 2000, metadata.length - 1]) {
      const altered = { ...manifest, metadata: toBase64Url(flip(metadata, at)) };
      expect(await failureOf(() => openDocument(altered, dek))).toBe("tampered");
    }
    const resized = { ...manifest, body: { ...manifest.body, size: manifest.body.size + 4096 } };
    expect(await failureOf(() => openDocument(resized, dek))).toBe("tampered");
  });

  it("is not shown a second text by a ciphertext that opens under two keys", async () => {
    // AES-GCM does not commit to its key: one ciphertext block can be chosen so that one tag fits under two keys.
    const [first, second] = [filled(0x11), filled(0x22)];
    const version = 1;
    const [one, two] = [first, second].map((dek) => documents.deriveDocumentKeys(dek, { document, version }));
    if (one === undefined || two === undefined) throw new Error("unreachable");
    const nonce = new Uint8Array(12);
    const { ciphertext, tag } = collide(one.metadataKey, two.metadataKey, nonce);
    const box = Buffer.concat([ciphertext, tag]);
    // Both keys open it, without complaint, as two texts: the attack is real.
    const texts = [one, two].map((keys) => toHex(gcm(keys.metadataKey, nonce).decrypt(box)));
    expect(texts[0]).not.toBe(texts[1]);
    // The commitment lets one of them pass alone.
    const commitment = toHex(one.commitment);
    expect(documents.openDocumentKeys(first, { document, version, commitment })).toEqual(one);
    expect(await failureOf(() => documents.openDocumentKeys(second, { document, version, commitment }))).toBe(
      "wrong-key/commitment",
    );
  });
});

/** A two-block ciphertext and tag that AES-GCM accepts under both keys (Dodis et al. 2018; Albertini et al. 2020). */
function collide(keyA: Uint8Array, keyB: Uint8Array, nonce: Uint8Array): { ciphertext: Uint8Array; tag: Uint8Array } {
  const R = 0xe1n << 120n;
  const multiply = (x: bigint, y: bigint): bigint => {
    let [product, value] = [0n, y];
    for (let bit = 127n; bit >= 0n; bit--) {
      if ((x >> bit) & 1n) product ^= value;
      value = value & 1n ? (value >> 1n) ^ R : value >> 1n;
    }
    return product;
  };
  const invert = (x: bigint): bigint => {
    let [result, power] = [1n << 127n, x];
    // x^(2^128 - 2)
    for (let step = 0; step < 127; step++) {
      power = multiply(power, power);
      result = multiply(result, power);
    }
    return result;
  };
  const number = (bytes: Uint8Array): bigint => BigInt(toHex(bytes));
  const bytes = (value: bigint): Uint8Array => new Uint8Array(Buffer.from(value.toString(16).padStart(32, "0"), "hex"));
  // With an all-zero ciphertext of one block the tag is lengths·H ⊕ S, and decrypting zeros shows the key stream: so H
  // and S of each key come from two empty-handed encryptions.
  const parts = [keyA, keyB].map((key) => {
    const tagOf = (plain: Uint8Array) => gcm(key, nonce).encrypt(plain).slice(-16);
    const stream = gcm(key, nonce).encrypt(new Uint8Array(32)).slice(0, 32);
    const mask = number(tagOf(new Uint8Array(0))); // no blocks, lengths zero: GHASH is zero, the tag is S
    const oneBlock = number(tagOf(stream.slice(0, 16))) ^ mask; // ciphertext zero: GHASH = 128·H
    return { mask, h: multiply(oneBlock, invert(128n)) };
  });
  const [a, b] = parts;
  if (a === undefined || b === undefined) throw new Error("unreachable");
  const lengths = 256n;
  const square = (x: bigint) => multiply(x, x);
  const cube = (x: bigint) => multiply(square(x), x);
  const first = number(filled(0x5a).slice(0, 16));
  // first·Ha³ ⊕ c·Ha² ⊕ L·Ha ⊕ Sa = first·Hb³ ⊕ c·Hb² ⊕ L·Hb ⊕ Sb, solved for c.
  const known = (k: { h: bigint; mask: bigint }) => multiply(first, cube(k.h)) ^ multiply(lengths, k.h) ^ k.mask;
  const c = multiply(known(a) ^ known(b), invert(square(a.h) ^ square(b.h)));
  return { ciphertext: Buffer.concat([bytes(first), bytes(c)]), tag: bytes(known(a) ^ multiply(c, square(a.h))) };
}

describe("A grantee's own key", () => {
  it("opens no owner's wrap", async () => {
    const { manifest } = await add(10);
    const name = { place, subject: ana, document: manifest.document, version: 1 };
    expect(await failureOf(() => openOwner(name, { secretKey: lenaKey.secretKey, owner: manifest.owner }))).toBe(
      "wrong-key",
    );
  });
});
