// What a document is: category, title, names, dates. Rule: it travels encrypted only, in a multiple of 4 KiB, and is
// read within limits, whoever wrote it.

import { gcm } from "@noble/ciphers/aes.js";
import { z } from "zod";
import { concat, isAllZero, randomBytes, readU32, toBytes, u32, type Bytes } from "../bytes.ts";
import { canonicalBytes, parseCanonical } from "../canonical.ts";
import { Failure } from "../failure.ts";

const UNIT = 4096;
const NONCE_BYTES = 12;
const MAX_METADATA_BYTES = 524_288;
const date = z.iso.date();

/** The shape of metadata. `size` is the document's true size in bytes; dates of the record are days, `addedAt` Unix seconds. */
export const metadataSchema = z.strictObject({
  category: z.string().regex(/^[a-z][a-z-]{0,30}[a-z]$/),
  title: z.string().min(1).max(200),
  fileName: z.string().max(255),
  mediaType: z
    .string()
    .regex(/^[a-z0-9.+-]+\/[a-z0-9.+-]+$/)
    .max(100),
  size: z.int().min(0),
  recordedOn: date,
  addedAt: z.int().min(0),
  tags: z.array(z.string().min(1).max(64)).max(32),
  /** A FHIR resource as JSON text, kept letter by letter: its decimals have a precision that numbers would lose. */
  fhir: z.string().max(262_144).optional(),
});

/** What a document is. */
export type Metadata = z.infer<typeof metadataSchema>;

/** Encrypts metadata: nonce (12) ‖ AES-256-GCM(length (4) ‖ canonical JSON ‖ zeros to a multiple of 4 KiB). */
export function encryptMetadata(metadataKey: Uint8Array, metadata: Metadata): Bytes {
  const json = canonicalBytes(metadata);
  parseCanonical(json, metadataSchema, { maxBytes: MAX_METADATA_BYTES, what: "description" });
  const length = Math.ceil((4 + json.length) / UNIT) * UNIT;
  const plain = concat(u32(json.length), json, new Uint8Array(length - 4 - json.length));
  const nonce = randomBytes(NONCE_BYTES);
  return concat(nonce, gcm(metadataKey, nonce).encrypt(plain));
}

/** Opens metadata. Throws Failure("tampered" | "bad-input"). */
export function decryptMetadata(metadataKey: Uint8Array, bytes: Uint8Array): Metadata {
  let plain: Bytes;
  try {
    const nonce = bytes.subarray(0, NONCE_BYTES);
    plain = toBytes(gcm(metadataKey, nonce).decrypt(bytes.subarray(NONCE_BYTES)));
  } catch (cause) {
    throw new Failure("tampered", "The description of this document was altered. It is not shown. Fetch it again.", {
      cause,
    });
  }
  const end = 4 + readU32(plain, 0);
  if (end > plain.length || !isAllZero(plain.subarray(end))) {
    throw new Failure("tampered", "The description of this document is not as it should be. It is not shown.");
  }
  return parseCanonical(plain.subarray(4, end), metadataSchema, { maxBytes: MAX_METADATA_BYTES, what: "description" });
}
