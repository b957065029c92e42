// The manifest of one document version: what is anchored, by its SHA-256. Rule: canonical and strict, so one digest means
// one manifest, and nothing in it is in clear but who, which version, and how long roughly.

import { z } from "zod";
import { isAddressEqual } from "viem";
import type { Address, Hex } from "viem";
import { equalBytes, fromHex, sha256, toHex, type Bytes } from "../bytes.ts";
import { canonicalBytes, parseCanonical } from "../canonical.ts";
import { Failure } from "../failure.ts";
import { addressShape, lowerAddresses, wordShape } from "../shapes.ts";
import { parseCid } from "./cid.ts";
import { CHUNK_BOUNDS } from "./layout.ts";

/** Largest manifest: one raw IPFS block. */
export const MAX_MANIFEST_BYTES = 1_048_576;

/** The shape of a manifest. Addresses are written in lower case. */
export const manifestSchema = z.strictObject({
  format: z.literal("placet-document"),
  formatVersion: z.literal(1),
  chainId: z.int().min(1),
  ledger: addressShape,
  document: wordShape,
  version: z.int().min(1).max(0xffffffff),
  subject: addressShape,
  author: addressShape,
  body: z.strictObject({
    cid: z.string().max(100),
    /** Bytes of ciphertext. */
    size: z.int().min(1),
    /** Bytes of ciphertext in a full chunk, tag included. */
    chunkSize: z.int().min(CHUNK_BOUNDS.least).max(CHUNK_BOUNDS.most),
  }),
  commitment: wordShape,
  /** Encrypted metadata, base64url. */
  metadata: z.string().min(100).max(700_000),
  owner: z.strictObject({ keyId: wordShape, box: z.string().min(80).max(2000) }),
});

/** A manifest. */
export type Manifest = z.infer<typeof manifestSchema>;

/** A manifest's canonical bytes: one raw IPFS block. */
export function encodeManifest(manifest: Manifest): Bytes {
  const bytes = canonicalBytes(lowerAddresses(manifest));
  decodeManifest(bytes);
  return bytes;
}

/** The digest that is anchored; `manifestCid(digest)` is where the manifest lies. */
export function manifestDigest(bytes: Uint8Array): Hex {
  return toHex(sha256(bytes));
}

/**
 * Reads a manifest, and checks it against what the ledger says of it where that is given.
 * Throws Failure("bad-input" | "tampered" | "too-large").
 */
export function decodeManifest(
  bytes: Uint8Array,
  anchored?: { digest: Hex; document: Hex; version: number; subject: Address; author: Address },
): Manifest {
  const manifest = parseCanonical(bytes, manifestSchema, { maxBytes: MAX_MANIFEST_BYTES, what: "manifest" });
  if (parseCid(manifest.body.cid).codec !== "dag-pb") {
    throw new Failure("bad-input", "This manifest names a body of another kind. It was not opened.");
  }
  if (anchored !== undefined) {
    const same =
      equalBytes(sha256(bytes), fromHex(anchored.digest, 32)) &&
      manifest.document === anchored.document.toLowerCase() &&
      manifest.version === anchored.version &&
      isAddressEqual(manifest.subject, anchored.subject) &&
      isAddressEqual(manifest.author, anchored.author);
    if (!same) {
      throw new Failure(
        "tampered",
        "This manifest is not the one on the ledger. It was not opened. Fetch it from elsewhere.",
      );
    }
  }
  return manifest;
}
