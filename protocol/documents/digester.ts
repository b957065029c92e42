// SHA-256 of blocks in a thread beside one's own: one block is hashed while the next one is encrypted. Rule: only what
// leaves as ciphertext anyway goes there, and bytes are moved, not copied.

import type { Bytes } from "../bytes.ts";
import { createThread, serveThread, type ThreadPort } from "../threads.ts";
import { digestBlock } from "./cid.ts";

/** Hashes somewhere else. */
export type Digester = {
  /**
   * SHA-256 of bytes that fill a buffer of their own. They come back with it: what was passed in is empty from then on.
   * Throws Failure("internal") where the other thread died; the bytes are lost then.
   */
  digest(bytes: Bytes): Promise<{ bytes: Bytes; digest: Bytes }>;
};

/** Has the other end of `port`, where `serveDigests` runs, do the hashing. */
export function createDigester(port: ThreadPort): Digester {
  const thread = createThread<Bytes, { bytes: Bytes; digest: Bytes }>(port);
  return { digest: (bytes) => thread.ask(bytes, [bytes.buffer]) };
}

/** Hashes what comes in on `port`. */
export function serveDigests(port: ThreadPort): void {
  serveThread<Bytes, { bytes: Bytes; digest: Bytes }>(port, async (bytes) => {
    const digest = await digestBlock(bytes);
    return { answer: { bytes, digest }, transfer: [bytes.buffer, digest.buffer] };
  });
}
