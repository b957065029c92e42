// The body: padded plaintext in chunks, each AES-256-GCM with nonce = 7 zero bytes ‖ counter (4) ‖ last flag (1): the
// STREAM construction (Hoang, Reyhanitabar, Rogaway, Vizár 2015). Rule: no byte of a chunk is given out before the whole
// chunk was verified, and the end is an end only where the last chunk says so.

import { toBytes, type Bytes } from "../bytes.ts";
import { Failure } from "../failure.ts";
import { paddedSize } from "./padding.ts";

/** Bytes of a tag. */
export const TAG_BYTES = 16;
/**
 * Ciphertext bytes of a chunk, tag included: 4 MiB, four IPFS blocks. (From a 1 GiB file, 4 MiB chunks were read four
 * times as fast as 64 KiB ones.) The plaintext of a full chunk is 16 bytes shorter.
 */
export const CHUNK_SIZE = 4_194_304;
/** Bounds for the chunk size of a manifest that somebody else wrote: it decides how much memory a reader needs. */
export const CHUNK_BOUNDS = { least: 65_536, most: 16_777_216 };

/** What a stream needs to know: the body key, the document's true size, the size of chunks. */
export type BodyOptions = { bodyKey: Uint8Array; size: number; chunkSize?: number };

/** How a body of `size` bytes is laid out. */
export type BodyLayout = { padded: number; plainChunk: number; chunkSize: number; chunks: number; bodySize: number };

/** The layout of a body. Throws Failure("bad-input") for a chunk size out of bounds, Failure("too-large"). */
export function layoutOf(size: number, chunkSize: number = CHUNK_SIZE): BodyLayout {
  if (!Number.isInteger(chunkSize) || chunkSize < CHUNK_BOUNDS.least || chunkSize > CHUNK_BOUNDS.most) {
    throw new Failure("bad-input", "This document is cut into pieces of an unusual size. It was not opened.");
  }
  const padded = paddedSize(size);
  const plainChunk = chunkSize - TAG_BYTES;
  const chunks = Math.ceil(padded / plainChunk);
  if (chunks > 0xffffffff) throw new Failure("too-large", "This document is too large. Nothing was changed.");
  return { padded, plainChunk, chunkSize, chunks, bodySize: padded + chunks * TAG_BYTES };
}

function nonceOf(chunk: number, last: boolean): Bytes {
  const nonce = new Uint8Array(12);
  new DataView(nonce.buffer).setUint32(7, chunk);
  nonce[11] = last ? 1 : 0;
  return nonce;
}

/** Imports the body key for WebCrypto; it cannot be read out again. */
export async function importBodyKey(bodyKey: Uint8Array): Promise<CryptoKey> {
  return crypto.subtle.importKey("raw", toBytes(bodyKey), "AES-GCM", false, ["encrypt", "decrypt"]);
}

/** Opens one chunk. Throws Failure("tampered"). */
export async function decryptChunk(
  key: CryptoKey,
  options: { index: number; last: boolean; bytes: Uint8Array },
): Promise<Bytes> {
  try {
    const iv = nonceOf(options.index, options.last);
    return new Uint8Array(await crypto.subtle.decrypt({ name: "AES-GCM", iv }, key, toBytes(options.bytes)));
  } catch (cause) {
    throw new Failure(
      "tampered",
      "A part of this document is not what its author stored. It is not shown. Fetch it again, or ask for another copy.",
      {
        cause,
      },
    );
  }
}

/** Cuts what comes into pieces of `length` bytes; the rest is given at the end. At most one piece is held. */
export function cutter(length: number): { push(bytes: Uint8Array): Generator<Bytes>; rest(): Bytes; held(): number } {
  let piece = new Uint8Array(length);
  let filled = 0;
  return {
    *push(bytes) {
      let at = 0;
      while (at < bytes.length) {
        const take = Math.min(length - filled, bytes.length - at);
        piece.set(bytes.subarray(at, at + take), filled);
        filled += take;
        at += take;
        if (filled === length) {
          const full = piece;
          piece = new Uint8Array(length);
          filled = 0;
          yield full;
        }
      }
    },
    rest: () => piece.slice(0, filled),
    held: () => filled,
  };
}

/**
 * Plaintext in, ciphertext chunks out. Exactly `size` bytes must come: else Failure("conflict"), since a file that
 * changed while it was read must not be encrypted twice under one DEK.
 */
export function encryptStream(options: BodyOptions): TransformStream<Uint8Array, Bytes> {
  const { padded, plainChunk, chunks } = layoutOf(options.size, options.chunkSize);
  const cut = cutter(plainChunk);
  let key: CryptoKey;
  let index = 0;
  let seen = 0;
  const seal = async (plain: Bytes): Promise<Bytes> => {
    const iv = nonceOf(index, index === chunks - 1);
    index += 1;
    return new Uint8Array(await crypto.subtle.encrypt({ name: "AES-GCM", iv }, key, plain));
  };
  const changed = () =>
    new Failure("conflict", "The file changed while it was read. Nothing was stored. Choose it again.", {
      reason: "file-changed",
    });
  return new TransformStream({
    async start() {
      key = await importBodyKey(options.bodyKey);
    },
    async transform(bytes, controller) {
      seen += bytes.length;
      if (seen > options.size) throw changed();
      for (const plain of cut.push(bytes)) controller.enqueue(await seal(plain));
    },
    async flush(controller) {
      if (seen !== options.size) throw changed();
      let missing = padded - seen;
      while (missing > 0) {
        const zeros = new Uint8Array(Math.min(missing, plainChunk - cut.held()));
        missing -= zeros.length;
        for (const plain of cut.push(zeros)) controller.enqueue(await seal(plain));
      }
      if (index < chunks) controller.enqueue(await seal(cut.rest()));
    },
  });
}

/** Throws Failure("tampered") where padding is not zeros: what lies behind the end must not say anything. */
export function checkPadding(padding: Uint8Array): void {
  if (padding.some((byte) => byte !== 0)) {
    throw new Failure("tampered", "This document has something behind its end. It is not shown.", {
      reason: "padding",
    });
  }
}

/**
 * Ciphertext in, plaintext out, without the padding. `from` is the index of the first chunk that comes (default 0).
 * Throws Failure("tampered") for a chunk that was altered, moved, left out, or comes after the end.
 */
export function decryptStream(options: BodyOptions & { from?: number }): TransformStream<Uint8Array, Bytes> {
  const { plainChunk, chunkSize, chunks } = layoutOf(options.size, options.chunkSize);
  const cut = cutter(chunkSize);
  let key: CryptoKey;
  let index = options.from ?? 0;
  const open = async (bytes: Bytes): Promise<Bytes> => {
    if (index >= chunks) throw truncated("longer");
    const plain = await decryptChunk(key, { index, last: index === chunks - 1, bytes });
    const room = Math.max(0, options.size - index * plainChunk);
    checkPadding(plain.subarray(room));
    index += 1;
    return plain.subarray(0, room);
  };
  return new TransformStream({
    async start() {
      key = await importBodyKey(options.bodyKey);
    },
    async transform(bytes, controller) {
      for (const chunk of cut.push(bytes)) {
        const plain = await open(chunk);
        if (plain.length > 0) controller.enqueue(plain);
      }
    },
    async flush(controller) {
      if (cut.held() > 0) {
        const plain = await open(cut.rest());
        if (plain.length > 0) controller.enqueue(plain);
      }
      if (index < chunks) throw truncated("shorter");
    },
  });
}

function truncated(how: "longer" | "shorter"): Failure {
  return new Failure(
    "tampered",
    `This document is ${how} than its author made it. What is missing cannot be shown. Fetch it again.`,
    {
      reason: how === "shorter" ? "truncated" : "extended",
    },
  );
}
