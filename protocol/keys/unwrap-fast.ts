// The same envelope as wrap.ts, opened by the platform's own X25519, HKDF and AES-GCM: for a clinic that opens
// thousands. Rule: it opens exactly what `unwrap` opens; the tests hold both to the same bytes.

import { concat, toBytes, type Bytes } from "../bytes.ts";
import { unframePayload, wrongKey, type WrapContext } from "./wrap.ts";

const KEY_BYTES = 32;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
// PKCS #8 wrapping of a raw X25519 secret (RFC 8410, section 7): WebCrypto imports secrets in no rawer form.
const PKCS8_PREFIX = Uint8Array.of(0x30, 0x2e, 2, 1, 0, 0x30, 5, 6, 3, 0x2b, 0x65, 0x6e, 4, 0x22, 4, 0x20);

/** The secret key as a non-extractable CryptoKey, for `unwrapFast`. */
export async function importSecretKey(secretKey: Uint8Array): Promise<CryptoKey> {
  const pkcs8 = concat(PKCS8_PREFIX, secretKey);
  try {
    return await crypto.subtle.importKey("pkcs8", pkcs8, "X25519", false, ["deriveBits"]);
  } finally {
    pkcs8.fill(0);
  }
}

/** `unwrap` by WebCrypto, with a key from `importSecretKey`. Throws the same Failures. */
export async function unwrapFast(context: WrapContext, options: { key: CryptoKey; box: Uint8Array }): Promise<Bytes> {
  const box = toBytes(options.box);
  let frame: Uint8Array;
  try {
    const ephemeral = box.slice(0, KEY_BYTES);
    const nonce = box.slice(KEY_BYTES, KEY_BYTES + NONCE_BYTES);
    const tagStart = KEY_BYTES + NONCE_BYTES;
    const tag = box.subarray(tagStart, tagStart + TAG_BYTES);
    const publicKey = await crypto.subtle.importKey("raw", ephemeral, "X25519", false, []);
    const shared = await crypto.subtle.deriveBits({ name: "X25519", public: publicKey }, options.key, 256);
    const secret = concat(ephemeral, new Uint8Array(shared));
    const hkdfKey = await crypto.subtle.importKey("raw", secret, "HKDF", false, ["deriveKey"]);
    const empty = new Uint8Array(0);
    const aesKey = await crypto.subtle.deriveKey(
      { name: "HKDF", hash: "SHA-256", salt: empty, info: empty },
      hkdfKey,
      { name: "AES-GCM", length: 256 },
      false,
      ["decrypt"],
    );
    // eciesjs writes the tag before the ciphertext, WebCrypto wants it behind.
    const sealed = concat(box.subarray(tagStart + TAG_BYTES), tag);
    frame = new Uint8Array(await crypto.subtle.decrypt({ name: "AES-GCM", iv: nonce }, aesKey, sealed));
  } catch (cause) {
    throw wrongKey(cause);
  }
  return unframePayload(context, frame);
}
