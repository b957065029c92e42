// A reader of Placet's documents that was written from docs/formats.md alone, with Node's own cryptography: it imports
// nothing of ours. It is here to show that the page is enough; where page and code come apart, its test fails.

import {
  createDecipheriv,
  createHash,
  createPrivateKey,
  createPublicKey,
  diffieHellman,
  hkdfSync,
  timingSafeEqual,
} from "node:crypto";

/** Where a document belongs, and whose it is. Hex with 0x. */
export type Where = { chainId: number; ledger: string; subject: string };

/** A manifest's members that a reader needs. */
export type Manifest = {
  document: string;
  version: number;
  commitment: string;
  metadata: string;
  body: { cid: string; size: number; chunkSize: number };
  owner: { box: string; keyId: string };
};

/** What a gateway hands out. */
export type Release = {
  document: string;
  version: number;
  category: string;
  epoch: number;
  keyedBy: "category" | "document";
  wrappedDek: string;
};

/** Anything that is not as the page says. */
export class Refused extends Error {}

function requireThat(condition: boolean, what: string): asserts condition {
  if (!condition) throw new Refused(what);
}

const hex = (text: string): Buffer => Buffer.from(text.slice(2), "hex");
const sha256 = (bytes: Uint8Array): Buffer => createHash("sha256").update(bytes).digest();

// Conventions

const u32 = (value: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
};

function base64url(text: string): Buffer {
  const bytes = Buffer.from(text, "base64url");
  requireThat(bytes.toString("base64url") === text, "base64url is not canonical");
  return bytes;
}

/** RFC 8785 for what occurs here. */
function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  if (typeof value === "object" && value !== null) {
    const members = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
    return `{${members.map(([name, member]) => `${JSON.stringify(name)}:${canonical(member)}`).join(",")}}`;
  }
  return JSON.stringify(value);
}

function readJson(bytes: Uint8Array): unknown {
  const text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  const value: unknown = JSON.parse(text);
  requireThat(canonical(value) === text, "JSON is not canonical");
  return value;
}

function hkdf(secret: Uint8Array, label: string, ...parts: Uint8Array[]): Buffer {
  const info = Buffer.concat([Buffer.from(`placet/1/${label}`), ...parts]);
  return Buffer.from(hkdfSync("sha256", secret, Buffer.alloc(0), info, 32));
}

function decryptGcm(
  key: Uint8Array,
  options: { nonce: Uint8Array; ciphertext: Uint8Array; tag: Uint8Array; context?: Uint8Array },
): Buffer {
  const aes = createDecipheriv("aes-256-gcm", key, options.nonce);
  aes.setAuthTag(options.tag);
  if (options.context) aes.setAAD(options.context);
  try {
    return Buffer.concat([aes.update(options.ciphertext), aes.final()]);
  } catch {
    throw new Refused("a tag is wrong");
  }
}

/** nonce (12) ‖ ciphertext ‖ tag (16) */
function decryptSmall(key: Uint8Array, bytes: Buffer, context?: Uint8Array): Buffer {
  const [nonce, ciphertext, tag] = [bytes.subarray(0, 12), bytes.subarray(12, -16), bytes.subarray(-16)];
  return decryptGcm(key, { nonce, ciphertext, tag, ...(context ? { context } : {}) });
}

// Section 1: keys from the root

/** The X25519 secret key of a root. */
export const encryptionKeyOf = (root: Uint8Array): Buffer => hkdf(root, "encryption");

/** The key of an earlier epoch, by one HKDF a step. */
function walkBack(key: Buffer, from: number, to: number): Buffer {
  requireThat(to <= from, "no key leads forward");
  let current = key;
  for (let epoch = from; epoch > to; epoch--) current = hkdf(current, "earlier-epoch");
  return current;
}

function keyPair(secret: Uint8Array) {
  const pkcs8 = Buffer.concat([Buffer.from("302e020100300506032b656e04220420", "hex"), secret]);
  const privateKey = createPrivateKey({ key: pkcs8, format: "der", type: "pkcs8" });
  const publicKey = createPublicKey(privateKey).export({ format: "der", type: "spki" }).subarray(-32);
  return {
    privateKey,
    publicKey,
    keyId: `0x${sha256(Buffer.concat([Buffer.from("placet/1/key-id"), publicKey])).toString("hex")}`,
  };
}

// Section 2: wraps and envelopes

function unwrap(
  secret: Uint8Array,
  options: { box: Buffer; kind: string; where: Where; recipient: string; ref: string },
): Buffer {
  const { box, kind, where, recipient, ref } = options;
  const [ephemeral, nonce, tag] = [box.subarray(0, 32), box.subarray(32, 44), box.subarray(44, 60)];
  const spki = Buffer.concat([Buffer.from("302a300506032b656e032100", "hex"), ephemeral]);
  const publicKey = createPublicKey({ key: spki, format: "der", type: "spki" });
  const shared = diffieHellman({ privateKey: keyPair(secret).privateKey, publicKey });
  const key = Buffer.from(hkdfSync("sha256", Buffer.concat([ephemeral, shared]), "", "", 32));
  const frame = decryptGcm(key, { nonce, tag, ciphertext: box.subarray(60) });
  const chain = Buffer.alloc(8);
  chain.writeBigUInt64BE(BigInt(where.chainId));
  const context = Buffer.concat([
    Buffer.from("PLC1"),
    Buffer.concat([Buffer.from(kind), Buffer.alloc(16)]).subarray(0, 16),
    chain,
    hex(where.ledger),
    hex(where.subject),
    hex(recipient),
    hex(ref),
  ]);
  requireThat(context.length === 120 && frame.subarray(0, 120).equals(context), "a wrap is from another place");
  const end = 124 + frame.readUInt32BE(120);
  requireThat(end <= frame.length && frame.subarray(end).every((byte) => byte === 0), "a wrap's padding is not zeros");
  return frame.subarray(124, end);
}

/** The payload of the box in an envelope that is for this key. */
function openEnvelope(
  secret: Uint8Array,
  options: { bytes: Uint8Array; kind: string; where: Where; recipient: string; ref: string },
): Buffer {
  const envelope = readJson(options.bytes) as { kind: string; v: number; wraps: { box: string; to: string }[] };
  requireThat(envelope.kind === options.kind && envelope.v === 1, "another envelope");
  const mine = envelope.wraps.find(({ to }) => to === keyPair(secret).keyId);
  requireThat(mine !== undefined, "no box is for this key");
  return unwrap(secret, { ...options, box: base64url(mine.box) });
}

// Section 3: organisations

/** An organisation's secret keys, the present one last, from a member's box. `key` is what the ledger holds for it. */
export function keysOfOrganisation(
  secret: Uint8Array,
  options: { box: Buffer; where: Where; member: string; key: string },
): Buffer[] {
  const { box, where, member, key } = options;
  const payload = unwrap(secret, { box, kind: "member-key", where, recipient: member, ref: key });
  const content = readJson(payload) as { v: number; keys: string[] };
  const keys = content.keys.map(base64url);
  const last = keys.at(-1);
  requireThat(content.v === 1 && last !== undefined && keyPair(last).publicKey.equals(hex(key)), "another key");
  return keys;
}

// Section 4: documents

/** The DEK, from the owner's wrap. */
export function dekOfOwner(manifest: Manifest, options: { secret: Uint8Array; where: Where }): Buffer {
  const { secret, where } = options;
  requireThat(manifest.owner.keyId === keyPair(secret).keyId, "wrapped for another key");
  const box = base64url(manifest.owner.box);
  const payload = unwrap(secret, { box, kind: "owner", where, recipient: where.subject, ref: manifest.document });
  requireThat(payload.length === 36 && payload.readUInt32BE(0) === manifest.version, "wrapped for another version");
  return payload.subarray(4);
}

/** Sections 5 and 6: the DEK, from the grantee's capsule and a gateway's release. */
export function dekOfRelease(
  release: Release,
  options: { secret: Uint8Array; where: Where; grantee: string; scope: string; capsule: Uint8Array },
): Buffer {
  const { secret, where, grantee, scope, capsule } = options;
  const payload = openEnvelope(secret, { bytes: capsule, kind: "capsule", where, recipient: grantee, ref: scope });
  const content = readJson(payload) as {
    epoch: number;
    categories: { category: string; key: string }[];
    documents: { document: string; key: string }[];
  };
  const held =
    release.keyedBy === "category"
      ? content.categories.find(({ category }) => category === release.category)
      : content.documents.find(({ document }) => document === release.document);
  requireThat(held !== undefined, "the capsule holds no such key");
  const key = walkBack(base64url(held.key), content.epoch, release.epoch);
  const header = Buffer.concat([
    u32(release.version),
    Buffer.from([release.keyedBy === "category" ? 1 : 2]),
    u32(release.epoch),
    Buffer.concat([Buffer.from(release.category), Buffer.alloc(32)]).subarray(0, 32),
  ]);
  const document = hex(release.document);
  const place = [Buffer.from(`placet/1/seal ${where.chainId} `), hex(where.ledger), hex(where.subject)];
  const context = Buffer.concat([...place, document, header]);
  return decryptSmall(hkdf(key, "seal/", document, header), base64url(release.wrappedDek), context);
}

/** Reads a manifest whose SHA-256 the ledger holds. */
export function readManifest(bytes: Uint8Array, digest: string): Manifest {
  requireThat(sha256(bytes).equals(hex(digest)), "not the manifest that is on the ledger");
  return readJson(bytes) as Manifest;
}

/** Padme after 4 KiB. */
function paddedSize(size: number): number {
  const length = Math.max(4096, Math.ceil(size / 4096) * 4096);
  const exponent = length.toString(2).length - 1;
  const step = 2 ** (exponent - exponent.toString(2).length);
  return step <= 1 ? length : Math.ceil(length / step) * step;
}

/** Metadata and body of a document whose DEK is known. `fetchBlock` may ask anybody. */
export function openDocument(
  manifest: Manifest,
  options: { dek: Buffer; fetchBlock: (cid: string) => Uint8Array },
): { metadata: { size: number } & Record<string, unknown>; body: Buffer } {
  const { dek, fetchBlock } = options;
  const name = [hex(manifest.document), u32(manifest.version)];
  const commitment = hkdf(dek, "document/commitment/", ...name);
  // First of all: a ciphertext can be made that opens under two keys.
  requireThat(timingSafeEqual(commitment, hex(manifest.commitment)), "not the key that the manifest commits to");

  const plain = decryptSmall(hkdf(dek, "document/metadata/", ...name), base64url(manifest.metadata));
  const end = 4 + plain.readUInt32BE(0);
  requireThat(end <= plain.length && plain.subarray(end).every((byte) => byte === 0), "padding is not zeros");
  const metadata = readJson(plain.subarray(4, end)) as { size: number };

  const { chunkSize, cid, size: bodySize } = manifest.body;
  const padded = paddedSize(metadata.size);
  const chunks = Math.ceil(padded / (chunkSize - 16));
  requireThat(bodySize === padded + 16 * chunks, "the body's size does not follow from the document's");
  const ciphertext = readFile(cid, { leafSize: Math.min(chunkSize, 1_048_576), fetchBlock });
  requireThat(ciphertext.length === bodySize, "the body is shorter or longer");

  const key = hkdf(dek, "document/body/", ...name);
  const parts = Array.from({ length: chunks }, (_, index) => {
    const chunk = ciphertext.subarray(index * chunkSize, (index + 1) * chunkSize);
    const nonce = Buffer.concat([Buffer.alloc(7), u32(index), Buffer.from([index === chunks - 1 ? 1 : 0])]);
    return decryptGcm(key, { nonce, ciphertext: chunk.subarray(0, -16), tag: chunk.subarray(-16) });
  });
  const body = Buffer.concat(parts);
  requireThat(
    body.subarray(metadata.size).every((byte) => byte === 0),
    "something stands behind the end",
  );
  return { metadata, body: body.subarray(0, metadata.size) };
}

// IPFS: CIDv1 in base32, dag-pb, UnixFS

const ALPHABET = "abcdefghijklmnopqrstuvwxyz234567";

function cidOf(codec: 0x55 | 0x70, digest: Uint8Array): string {
  let [text, held, bits] = ["b", 0, 0];
  for (const byte of [1, codec, 0x12, 0x20, ...digest]) {
    held = (held << 8) | byte;
    bits += 8;
    for (; bits >= 5; bits -= 5) text += ALPHABET[(held >> (bits - 5)) & 31];
    held &= 31;
  }
  return bits === 0 ? text : text + ALPHABET[(held << (5 - bits)) & 31];
}

/** The fields of a protobuf message: numbers and bytes. */
function fieldsOf(bytes: Buffer): { field: number; value: Buffer | number }[] {
  let at = 0;
  const varint = (): number => {
    let [value, factor] = [0, 1];
    for (;;) {
      const byte = bytes[at++] ?? 0;
      value += (byte & 127) * factor;
      if (byte < 128) return value;
      factor *= 128;
    }
  };
  const fields = [];
  while (at < bytes.length) {
    const tag = varint();
    if ((tag & 7) === 0) fields.push({ field: tag >> 3, value: varint() });
    else {
      const length = varint();
      fields.push({ field: tag >> 3, value: bytes.subarray(at, at + length) });
      at += length;
    }
  }
  return fields;
}

const buffers = (bytes: Buffer, field: number): Buffer[] =>
  fieldsOf(bytes).flatMap((one) => (one.field === field && Buffer.isBuffer(one.value) ? [one.value] : []));
const numbers = (bytes: Buffer, field: number): number[] =>
  fieldsOf(bytes).flatMap((one) => (one.field === field && typeof one.value === "number" ? [one.value] : []));

function readFile(cid: string, options: { leafSize: number; fetchBlock: (cid: string) => Uint8Array }): Buffer {
  const { leafSize, fetchBlock } = options;
  const root = Buffer.from(fetchBlock(cid));
  requireThat(cidOf(0x70, sha256(root)) === cid, "the root is not the one that was asked for");
  const [data = Buffer.alloc(0)] = buffers(root, 1);
  requireThat(numbers(data, 1)[0] === 2, "not a file");
  const sizes = numbers(data, 4);
  const links = buffers(root, 2).map((link) => (buffers(link, 1)[0] ?? Buffer.alloc(0)).subarray(4));
  requireThat(links.length === sizes.length, "sizes and leaves do not match");
  const leaves = links.map((digest, index) => {
    const leaf = Buffer.from(fetchBlock(cidOf(0x55, digest)));
    requireThat(
      sha256(leaf).equals(digest) && leaf.length === sizes[index],
      "a leaf is not the one that was asked for",
    );
    requireThat(index === links.length - 1 || leaf.length === leafSize, "the file is cut in another way");
    return leaf;
  });
  return Buffer.concat(leaves);
}
