// How a body of a given size is laid out: padding, chunks, leaves. Rule: all of it follows from the true size and the
// chunk size, so whoever knows these two knows where every byte lies, and there is one way to cut a body.

import { Failure } from "../failure.ts";
import { paddedSize } from "./padding.ts";

/** Bytes of a tag. */
export const TAG_BYTES = 16;
/**
 * Ciphertext bytes of a chunk, tag included: 512 KiB. Buffers of 1 MiB and more fall out of what Chromium's allocator
 * keeps at hand: WebCrypto encrypted 512 KiB pieces at twice the speed of larger ones, and hashed them so too.
 */
export const CHUNK_SIZE = 524_288;
/** Bounds for the chunk size of a manifest that somebody else wrote: it decides how much memory a reader needs. */
export const CHUNK_BOUNDS = { least: 65_536, most: 16_777_216 };
/** Most bytes of a leaf: every IPFS node passes on blocks of this size. */
export const LARGEST_LEAF = 1_048_576;

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

/** Bytes of a leaf of a body: a leaf is one chunk, or 1 MiB where chunks are larger. Only the last one is shorter. */
export function leafSizeOf(chunkSize: number): number {
  return Math.min(chunkSize, LARGEST_LEAF);
}

/** Where chunk `index` lies in the ciphertext: [from, to). */
export function chunkAt(index: number, { chunkSize, bodySize }: BodyLayout): { from: number; to: number } {
  return { from: index * chunkSize, to: Math.min((index + 1) * chunkSize, bodySize) };
}
