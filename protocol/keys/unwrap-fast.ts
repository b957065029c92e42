// The same envelope as wrap.ts, opened by the platform's own X25519, HKDF and AES-GCM: for a clinic that opens
// thousands. Rule: it opens exactly what `unwrap` opens; the tests hold both to the same bytes.

import { hmac } from "@noble/hashes/hmac.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { concat, toBytes, wipe, type Bytes } from "../bytes.ts";
import { unframePayload, wrongKey, type WrapContext } from "./wrap.ts";

const KEY_BYTES = 32;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
// PKCS #8 wrapping of a raw X25519 secret (RFC 8410, section 7): WebCrypto imports secrets in no rawer form.
const PKCS8_PREFIX = Uint8Array.of(0x30, 0x2e, 2, 1, 0, 0x30, 5, 6, 3, 0x2b, 0x65, 0x6e, 4, 0x22, 4, 0x20);

// HKDF's first step is an HMAC under a salt of zeros: its first half is the same for every box.
const emptySalt = hmac.create(sha256, new Uint8Array(32));
const FIRST_BLOCK = Uint8Array.of(1);

/** The secret key as a non-extractable CryptoKey, for `unwrapFast`. */
export async function importSecretKey(secretKey: Uint8Array): Promise<CryptoKey> {
  const pkcs8 = concat(PKCS8_PREFIX, secretKey);
  try {
    return await crypto.subtle.importKey("pkcs8", pkcs8, "X25519", false, ["deriveBits"]);
  } finally {
    pkcs8.fill(0);
  }
}

/**
 * The AES key of a box: HKDF-SHA256 with empty salt and info (RFC 5869). Done here and not by WebCrypto, since two more
 * trips to its thread take longer than the few hashes.
 */
function deriveBoxKey(ephemeral: Uint8Array, shared: Uint8Array): Bytes {
  const extracted = emptySalt.clone().update(ephemeral).update(shared).digest();
  return toBytes(hmac(sha256, extracted, FIRST_BLOCK));
}

/**
 * `unwrap` by WebCrypto, with a key from `importSecretKey`. Throws the same Failures. Call it for many boxes at once:
 * what it waits for then overlaps.
 */
export async function unwrapFast(context: WrapContext, options: { key: CryptoKey; box: Uint8Array }): Promise<Bytes> {
  const box = toBytes(options.box);
  let frame: Uint8Array;
  try {
    const ephemeral = box.subarray(0, KEY_BYTES);
    const nonce = box.subarray(KEY_BYTES, KEY_BYTES + NONCE_BYTES);
    const tagStart = KEY_BYTES + NONCE_BYTES;
    const publicKey = await crypto.subtle.importKey("raw", ephemeral, "X25519", false, []);
    const shared = new Uint8Array(
      await crypto.subtle.deriveBits({ name: "X25519", public: publicKey }, options.key, 256),
    );
    const secret = deriveBoxKey(ephemeral, shared);
    const aesKey = await crypto.subtle.importKey("raw", secret, "AES-GCM", false, ["decrypt"]);
    wipe(shared, secret);
    // eciesjs writes the tag before the ciphertext, WebCrypto wants it behind.
    const sealed = new Uint8Array(box.length - tagStart);
    sealed.set(box.subarray(tagStart + TAG_BYTES));
    sealed.set(box.subarray(tagStart, tagStart + TAG_BYTES), Math.max(0, sealed.length - TAG_BYTES));
    frame = new Uint8Array(await crypto.subtle.decrypt({ name: "AES-GCM", iv: nonce }, aesKey, sealed));
  } catch (cause) {
    throw wrongKey(cause);
  }
  return unframePayload(context, frame);
}
