// What lets an upload go on under the DEK that it was begun with. AES-GCM fails when one key and nonce meet two texts, and
// chunk i always has the same nonce. Rule: under one DEK a chunk is never encrypted twice with other content. Each chunk's
// fingerprint is recorded before its ciphertext may leave, and a chunk that has a fingerprint is encrypted again only
// where the plaintext still has the same one.

import { hmac } from "@noble/hashes/hmac.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { concat, equalBytes, isAllZero, toBytes, u32, type Bytes } from "../bytes.ts";
import { Failure } from "../failure.ts";
import { deriveBytes } from "../keys/hkdf.ts";
import { digestBlock } from "./cid.ts";

const FINGERPRINT_BYTES = 32;

/** Watches over the chunks of one DEK. */
export type ChunkGuard = {
  /**
   * Passes a chunk that is new, or the same as when it was recorded. It is recorded, durably, before this resolves.
   * Throws Failure("conflict", reason "file-changed") for other content: nothing was encrypted.
   */
  pass(index: number, plain: Bytes): Promise<void>;
};

/**
 * A guard over what was recorded before: `known` holds 32 bytes for each chunk, zeros where none was recorded. `record`
 * keeps a new fingerprint durably. A fingerprint is keyed by the DEK: whoever finds it can confirm no guess by it.
 */
export function createChunkGuard(options: {
  dek: Uint8Array;
  known?: Uint8Array;
  record(index: number, fingerprint: Bytes): Promise<void>;
}): ChunkGuard {
  const { known = new Uint8Array(0), record } = options;
  const key = deriveBytes(options.dek, { label: "document/resume" });
  const passed = new Map<number, Bytes>();

  function recorded(index: number): Uint8Array | undefined {
    const at = known.subarray(index * FINGERPRINT_BYTES, (index + 1) * FINGERPRINT_BYTES);
    const isThere = at.length === FINGERPRINT_BYTES && !isAllZero(at);
    return passed.get(index) ?? (isThere ? at : undefined);
  }

  return {
    async pass(index, plain) {
      const fingerprint = toBytes(hmac(sha256, key, concat(u32(index), await digestBlock(plain))));
      const before = recorded(index);
      if (before === undefined) {
        passed.set(index, fingerprint);
        await record(index, fingerprint);
      } else if (!equalBytes(before, fingerprint)) {
        throw new Failure(
          "conflict",
          "This is not the file that the upload was begun with. Nothing of it was encrypted or sent. Choose the same file, or begin anew.",
          { reason: "file-changed" },
        );
      }
    },
  };
}
