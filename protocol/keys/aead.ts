// AES-256-GCM (NIST SP 800-38D) for small things held in memory: nonce (12 random bytes) ‖ ciphertext ‖ tag (16).
// Rule: what was encrypted says where it belongs, through associated data.

import { gcm } from "@noble/ciphers/aes.js";
import { concat, randomBytes, toBytes, type Bytes } from "../bytes.ts";
import { Failure } from "../failure.ts";

const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** Bytes by which `encryptSmall` makes its input longer. */
export const SMALL_OVERHEAD = NONCE_BYTES + TAG_BYTES;

/** Encrypts with a fresh random nonce. A key may be used so for 2^32 messages at most. */
export function encryptSmall(key: Uint8Array, options: { bytes: Uint8Array; context: Uint8Array }): Bytes {
  const nonce = randomBytes(NONCE_BYTES);
  return concat(nonce, gcm(key, nonce, options.context).encrypt(options.bytes));
}

/** Opens what `encryptSmall` made. Throws Failure("wrong-key") for another key, context or altered bytes. */
export function decryptSmall(key: Uint8Array, options: { bytes: Uint8Array; context: Uint8Array }): Bytes {
  const { bytes, context } = options;
  try {
    return toBytes(gcm(key, bytes.subarray(0, NONCE_BYTES), context).decrypt(bytes.subarray(NONCE_BYTES)));
  } catch (cause) {
    throw new Failure("wrong-key", "This key does not open these bytes, or they were altered. Nothing was shown.", {
      cause,
    });
  }
}
