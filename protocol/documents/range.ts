// A part of a body without the rest: the first page of a long PDF. Rule: only whole, verified chunks are used.

import { concat, type Bytes } from "../bytes.ts";
import { Failure } from "../failure.ts";
import { checkPadding, decryptChunk, importBodyKey, layoutOf, TAG_BYTES, type BodyOptions } from "./stream.ts";

/**
 * The plaintext bytes [start, end). `read` gives the ciphertext bytes [from, to); it is asked for one chunk at a time.
 * Throws Failure("bad-input") for a range outside the document, Failure("tampered").
 */
export async function decryptRange(
  options: BodyOptions & { start: number; end: number; read(from: number, to: number): Promise<Uint8Array> },
): Promise<Bytes> {
  const { bodyKey, size, start, end, read } = options;
  const { plainChunk, chunkSize, chunks, bodySize } = layoutOf(size, options.chunkSize);
  if (!Number.isInteger(start) || !Number.isInteger(end) || start < 0 || start > end || end > size) {
    throw new Failure("bad-input", "This part lies outside the document. Nothing was opened.");
  }
  const key = await importBodyKey(bodyKey);
  const parts: Bytes[] = [];
  for (let index = Math.floor(start / plainChunk); index * plainChunk < end; index++) {
    const from = index * chunkSize;
    const bytes = await read(from, Math.min(from + chunkSize, bodySize));
    if (bytes.length <= TAG_BYTES) throw new Failure("tampered", "A part of this document is missing. Fetch it again.");
    const plain = await decryptChunk(key, { index, last: index === chunks - 1, bytes });
    const offset = index * plainChunk;
    checkPadding(plain.subarray(Math.max(0, size - offset)));
    parts.push(plain.subarray(Math.max(0, start - offset), Math.min(plain.length, end - offset)));
  }
  return concat(...parts);
}
