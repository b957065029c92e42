// HKDF-SHA256 (RFC 5869) with labels. Rule: every key has its own label, and every label begins "placet/1/", so that
// no key is ever used for two things.

import { hkdf } from "@noble/hashes/hkdf.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { concat, toBytes, utf8, type Bytes } from "../bytes.ts";

/**
 * A key of `length` bytes (default 32) from a secret: HKDF-SHA256 with empty salt and info = "placet/1/" ‖ label ‖ the
 * parts. A label is followed by parts of fixed width only, so that no two infos can be equal.
 */
export function deriveBytes(
  secret: Uint8Array,
  options: { label: string; parts?: Uint8Array[]; length?: number },
): Bytes {
  const info = concat(utf8(`placet/1/${options.label}`), ...(options.parts ?? []));
  return toBytes(hkdf(sha256, secret, undefined, info, options.length ?? 32));
}
