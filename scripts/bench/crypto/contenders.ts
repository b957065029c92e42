// What is compared: our way in and out of a document, age on the same bytes, and WebCrypto's AES-256-GCM alone at the same
// chunk size. Each runs the same in Node and in a browser. Rule: all are given the same bytes in the same pieces, and what
// comes out is counted and let go.

import * as age from "age-encryption";
import { letGo, randomBytes, toBytes, type Bytes } from "#protocol/bytes.ts";
import {
  CHUNK_SIZE,
  encryptDocument,
  layoutOf,
  openBody,
  openDocument,
  type Digester,
  type EncryptedDocument,
  type Metadata,
  type Source,
} from "#protocol/documents/index.ts";
import { deriveEncryptionKey, type Place } from "#protocol/keys/index.ts";

/** Pieces in which bytes arrive: as a disk gives them. */
const PIECE = 524_288;
/** Calls of bare WebCrypto under way at a time: as many as ours has. */
const AHEAD = 4;
const pattern = randomBytes(8 * 1_048_576);

const place: Place = { chainId: 31337, ledger: "0x5FbDB2315678afecb367f032d93F642f64180aa3" };
const patient = "0x3C44CdDdB6a900fa2b585dd299e03d12FA4293BC";

/** `size` bytes that repeat every 8 MiB, made without cost: no part of what is measured. */
export function streamOfBytes(size: number): ReadableStream<Bytes> {
  let at = 0;
  return new ReadableStream(
    {
      pull(controller) {
        if (at >= size) return controller.close();
        const from = at % pattern.length;
        const length = Math.min(PIECE, size - at, pattern.length - from);
        controller.enqueue(pattern.subarray(from, from + length));
        at += length;
      },
    },
    { highWaterMark: 0 },
  );
}

/** Ciphertext blocks in one array that is made before anything is measured. */
export type Held = { bytes: Bytes; places: Map<string, { at: number; length: number }>; used: number };

/** An empty store for a body of `size` bytes. Every page of it is touched, so that it is the process's own from the start. */
export function makeHeld(size: number): Held {
  const bytes = new Uint8Array(layoutOf(size).bodySize + 4_194_304);
  for (let at = 0; at < bytes.length; at += 4096) bytes[at] = 1;
  return { bytes, places: new Map(), used: 0 };
}

/** Ours: encrypt, cut into blocks, CIDs of all of them, manifest. With `held` the blocks are kept. */
export async function encryptOurs(
  size: number,
  options: { source?: Source; held?: Held; digester?: Digester | undefined } = {},
): Promise<EncryptedDocument> {
  const { source = streamOfBytes(size), held, digester } = options;
  const metadata: Metadata = {
    category: "imaging",
    title: "Bench",
    fileName: "bench.bin",
    mediaType: "application/octet-stream",
    size,
    recordedOn: "2026-11-22",
    addedAt: 1_795_000_000,
    tags: [],
  };
  return encryptDocument({
    place,
    subject: patient,
    author: patient,
    subjectKey: deriveEncryptionKey(new Uint8Array(32).fill(1)).publicKey,
    source,
    metadata,
    ...(digester === undefined ? {} : { digester }),
    async onBlock({ cid, bytes }) {
      if (held) {
        held.places.set(cid, { at: held.used, length: bytes.length });
        held.bytes.set(bytes, held.used);
        held.used += bytes.length;
      }
      letGo(bytes);
    },
  });
}

/** Ours: check every block's CID, decrypt, check the padding. */
export async function decryptOurs({ manifest, dek }: EncryptedDocument, held: Held): Promise<number> {
  const body = openBody(openDocument(manifest, dek), {
    async fetchBlock(cid) {
      const found = held.places.get(cid);
      if (!found) throw new Error(`${cid} is not there`);
      return held.bytes.subarray(found.at, found.at + found.length);
    },
  });
  return drain(body.stream());
}

async function drain(stream: ReadableStream<Uint8Array>): Promise<number> {
  const reader = stream.getReader();
  let length = 0;
  for (let step = await reader.read(); !step.done; step = await reader.read()) {
    length += step.value.length;
    letGo(toBytes(step.value));
  }
  return length;
}

/** age (X25519 recipient, ChaCha20-Poly1305 in 64 KiB chunks), as its own TypeScript library does it. */
export async function makeAge(): Promise<{
  encrypt(size: number, held?: Held): Promise<number>;
  decrypt(held: Held): Promise<number>;
}> {
  const identity = await age.generateX25519Identity();
  const recipient = await age.identityToRecipient(identity);
  return {
    async encrypt(size, held) {
      const encrypter = new age.Encrypter();
      encrypter.addRecipient(recipient);
      const reader = (await encrypter.encrypt(streamOfBytes(size))).getReader();
      let length = 0;
      for (let step = await reader.read(); !step.done; step = await reader.read()) {
        held?.bytes.set(step.value, length);
        length += step.value.length;
      }
      if (held) held.used = length;
      return length;
    },
    async decrypt(held) {
      const decrypter = new age.Decrypter();
      decrypter.addIdentity(identity);
      let at = 0;
      const source = new ReadableStream<Bytes>(
        {
          pull(controller) {
            if (at >= held.used) return controller.close();
            controller.enqueue(held.bytes.subarray(at, Math.min(at + PIECE, held.used)));
            at += PIECE;
          },
        },
        { highWaterMark: 0 },
      );
      return drain(await decrypter.decrypt(source));
    },
  };
}

/** Nothing but AES-256-GCM by WebCrypto over the same bytes in the same chunks: no hash, no padding, no blocks. */
export async function encryptBare(size: number): Promise<void> {
  const key = await crypto.subtle.importKey("raw", new Uint8Array(32), "AES-GCM", false, ["encrypt"]);
  const plain = CHUNK_SIZE - 16;
  const coming: Promise<ArrayBuffer>[] = [];
  for (let at = 0, index = 0; at < size; at += plain, index++) {
    const iv = new Uint8Array(12);
    new DataView(iv.buffer).setUint32(7, index);
    const from = at % (pattern.length - CHUNK_SIZE);
    const piece = pattern.subarray(from, from + Math.min(plain, size - at));
    coming.push(crypto.subtle.encrypt({ name: "AES-GCM", iv }, key, piece));
    if (coming.length === AHEAD) await coming.shift();
  }
  await Promise.all(coming);
}
