// From a document version's DEK to its keys. Rule: nothing is decrypted before the commitment was compared, because
// AES-GCM alone lets one ciphertext open as two texts under two keys.

import type { Hex } from "viem";
import { equalBytes, fromHex, randomBytes, toHex, u32, type Bytes } from "../bytes.ts";
import { Failure } from "../failure.ts";
import { deriveBytes } from "../keys/hkdf.ts";

/** Which version of which document; versions begin at 1. */
export type VersionName = { document: Hex; version: number };

/** The keys of one document version, 32 bytes each. The commitment is public: it stands in the manifest. */
export type DocumentKeys = { bodyKey: Bytes; metadataKey: Bytes; commitment: Bytes };

/** A fresh random DEK. One version, one DEK: never encrypt another content under it. */
export function newDek(): Bytes {
  return randomBytes(32);
}

/** A fresh random document id. */
export function newDocumentId(): Hex {
  return toHex(randomBytes(32));
}

/** HKDF-SHA256 of the DEK over label, document id and version. */
export function deriveDocumentKeys(dek: Uint8Array, name: VersionName): DocumentKeys {
  const parts = [fromHex(name.document, 32), u32(name.version)];
  return {
    bodyKey: deriveBytes(dek, { label: "document/body/", parts }),
    metadataKey: deriveBytes(dek, { label: "document/metadata/", parts }),
    commitment: deriveBytes(dek, { label: "document/commitment/", parts }),
  };
}

/** The keys of a version whose manifest has this commitment. Throws Failure("wrong-key") for any other DEK. */
export function openDocumentKeys(dek: Uint8Array, name: VersionName & { commitment: Hex }): DocumentKeys {
  const keys = deriveDocumentKeys(dek, name);
  if (!equalBytes(keys.commitment, fromHex(name.commitment, 32))) {
    throw new Failure("wrong-key", "This key is not this document's. Nothing was opened.", { reason: "commitment" });
  }
  return keys;
}
