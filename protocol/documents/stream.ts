// The body: padded plaintext in chunks, each AES-256-GCM with nonce = 7 zero bytes ‖ counter (4) ‖ last flag (1): the
// STREAM construction (Hoang, Reyhanitabar, Rogaway, Vizár 2015). Rule: no byte of a chunk is given out before the whole
// chunk was verified, and the end is an end only where the last chunk says so.

import { isAllZero, letGo, toBytes, type Bytes } from "../bytes.ts";
import { Failure } from "../failure.ts";
import { inOrder } from "./in-order.ts";
import { chunkAt, layoutOf } from "./layout.ts";
import { piecesOf, type Source } from "./pieces.ts";

/** What a body needs to be known by: the body key, the document's true size, the size of chunks. */
export type BodyOptions = { bodyKey: Uint8Array; size: number; chunkSize?: number };

/** Chunks under way at a time: reading, encrypting and hashing overlap; more only takes memory. */
const AHEAD = 8;

function nonceOf(chunk: number, last: boolean): Bytes {
  const nonce = new Uint8Array(12);
  new DataView(nonce.buffer).setUint32(7, chunk);
  nonce[11] = last ? 1 : 0;
  return nonce;
}

/** Imports the body key for WebCrypto; it cannot be read out again. */
async function importBodyKey(bodyKey: Uint8Array): Promise<CryptoKey> {
  return crypto.subtle.importKey("raw", toBytes(bodyKey), "AES-GCM", false, ["encrypt", "decrypt"]);
}

/**
 * Encrypts a source chunk by chunk, and gives what `finish` makes of each, in order. `guard` sees a chunk's plaintext
 * before it is encrypted and may throw. Throws Failure("conflict") where other than `size` bytes come.
 */
export async function* encryptChunks<T>(
  options: BodyOptions & {
    source: Source;
    guard?: ((index: number, plain: Bytes) => Promise<void>) | undefined;
    finish(chunk: Bytes, index: number): Promise<T> | T;
  },
): AsyncGenerator<T, void, undefined> {
  const { source, guard, finish, size } = options;
  const layout = layoutOf(size, options.chunkSize);
  const key = await importBodyKey(options.bodyKey);
  const pieces = piecesOf(source, { ...layout, size });
  const running: Promise<T>[] = [];
  const make = async (index: number): Promise<T> => {
    const plain = await pieces.read(index);
    await guard?.(index, plain);
    const iv = nonceOf(index, index === layout.chunks - 1);
    const chunk = new Uint8Array(await crypto.subtle.encrypt({ name: "AES-GCM", iv }, key, plain));
    pieces.giveBack(index, plain);
    return finish(chunk, index);
  };
  const start = (index: number): Promise<T> => {
    const task = make(index);
    running[index % AHEAD] = task;
    return task;
  };
  let ended = false;
  try {
    yield* inOrder({ from: 0, to: layout.chunks, ahead: AHEAD, start });
    ended = true;
  } finally {
    // What failed may be the upload: the file need not be read on. The first error is the one to tell.
    if (!ended) await pieces.cancel().catch(() => undefined);
    // Nor may anything still be encrypted once this is over: whoever begins again reads what was recorded until then.
    await Promise.allSettled(running);
  }
}

/** Opens one chunk. Throws Failure("tampered"). */
async function decryptChunk(
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
      { cause },
    );
  }
}

/** Throws Failure("tampered") where padding is not zeros: what lies behind the end must not say anything. */
function checkPadding(padding: Uint8Array): void {
  if (!isAllZero(padding)) {
    throw new Failure("tampered", "This document has something behind its end. It is not shown.", {
      reason: "padding",
    });
  }
}

/**
 * The plaintext bytes [start, end) of a body, by default all of them, chunk by chunk, without the padding. `read` gives
 * the ciphertext bytes [from, to), one chunk at a time, several times at once. Throws Failure("tampered") for a chunk
 * that was altered, moved or cut, before anything of it is given out; Failure("bad-input") for a range outside.
 */
export async function* decryptChunks(
  options: BodyOptions & {
    start?: number;
    end?: number;
    read(from: number, to: number): Promise<Uint8Array>;
    /** True where nobody else has what `read` gives: its memory is then free as soon as it is decrypted. */
    owned?: boolean | undefined;
  },
): AsyncGenerator<Bytes, void, undefined> {
  const { size, read, start = 0, end = size, owned = false } = options;
  const layout = layoutOf(size, options.chunkSize);
  const { plainChunk, chunks } = layout;
  if (!Number.isInteger(start) || !Number.isInteger(end) || start < 0 || start > end || end > size) {
    throw new Failure("bad-input", "This part lies outside the document. Nothing was opened.");
  }
  const key = await importBodyKey(options.bodyKey);
  const open = async (index: number): Promise<Bytes> => {
    const { from, to } = chunkAt(index, layout);
    const bytes = await read(from, to);
    if (bytes.length !== to - from) throw cut();
    const plain = await decryptChunk(key, { index, last: index === chunks - 1, bytes });
    if (owned) letGo(toBytes(bytes));
    const at = index * plainChunk;
    checkPadding(plain.subarray(Math.max(0, size - at)));
    return plain.subarray(Math.max(0, start - at), Math.max(0, Math.min(plain.length, end - at)));
  };
  // Whoever reads to the end gets to know that it is the end: the chunks that hold nothing but padding are checked too.
  const to = end === size ? chunks : Math.ceil(end / plainChunk);
  for await (const plain of inOrder({ from: Math.floor(start / plainChunk), to, ahead: AHEAD, start: open })) {
    if (plain.length > 0) yield plain;
  }
}

function cut(): Failure {
  return new Failure(
    "tampered",
    "A part of this document is missing. What is missing cannot be shown. Fetch it again.",
    { reason: "truncated" },
  );
}
