// The whole way in: file -> padded, encrypted, cut into blocks -> manifest. Rule: bounded memory, whatever the size; and
// nothing leaves through `onBlock` but ciphertext.

import { getAddress } from "viem";
import type { Address, Hex } from "viem";
import { toBase64Url, toHex, type Bytes } from "../bytes.ts";
import { Failure } from "../failure.ts";
import type { Place } from "../keys/wrap.ts";
import { deriveDocumentKeys, newDek, newDocumentId } from "./document-keys.ts";
import { rawCid } from "./cid.ts";
import { blockStream, type Block } from "./file.ts";
import { encodeManifest, manifestDigest, type Manifest } from "./manifest.ts";
import { encryptMetadata, type Metadata } from "./metadata.ts";
import { wrapOwner } from "./owner.ts";
import { CHUNK_SIZE, encryptStream, layoutOf } from "./stream.ts";

/** What is needed to encrypt one document version. `metadata.size` must be the exact length of `source`. */
export type NewDocument = {
  place: Place;
  subject: Address;
  author: Address;
  /** The subject's public encryption key as the ledger has it. */
  subjectKey: Uint8Array;
  source: ReadableStream<Uint8Array>;
  metadata: Metadata;
  /** For a further version of a document: its id and the new version's number. */
  document?: Hex;
  version?: number;
  /** To resume an upload of the very same file: the DEK that it was begun with. */
  dek?: Bytes;
  chunkSize?: number;
  /** Gets each block of the body, then the manifest's; the next one comes when it is done. */
  onBlock(block: { cid: string; bytes: Bytes }): Promise<void>;
  signal?: AbortSignal;
};

/** An encrypted document version: `digest` is to be anchored; `dek` goes into seals and is then forgotten. */
export type EncryptedDocument = { manifest: Manifest; manifestBytes: Bytes; digest: Hex; dek: Bytes };

/** Encrypts a document version and gives out its blocks. Throws Failure("conflict") where the file changed meanwhile. */
export async function encryptDocument(options: NewDocument): Promise<EncryptedDocument> {
  const { place, subject, author, subjectKey, metadata, chunkSize = CHUNK_SIZE, onBlock, signal } = options;
  const { document = newDocumentId(), version = 1, dek = newDek() } = options;
  const keys = deriveDocumentKeys(dek, { document, version });
  const size = metadata.size;
  const pipe = signal === undefined ? {} : { signal };
  const blocks = options.source
    .pipeThrough(encryptStream({ bodyKey: keys.bodyKey, size, chunkSize }), pipe)
    .pipeThrough(blockStream(), pipe);
  let root: Block | undefined;
  const reader = blocks.getReader();
  try {
    for (let step = await reader.read(); !step.done; step = await reader.read()) {
      await onBlock({ cid: step.value.cid, bytes: step.value.bytes });
      if (step.value.root) root = step.value;
    }
  } catch (error) {
    // What failed may be the upload: the file need not be read on. The first error is the one to tell.
    await reader.cancel(error).catch(() => undefined);
    throw error;
  }
  if (root === undefined)
    throw new Failure("internal", "The document could not be encrypted. Nothing was stored. Try again.");
  const manifest: Manifest = {
    format: "placet-document",
    formatVersion: 1,
    chainId: place.chainId,
    ledger: getAddress(place.ledger),
    document: document.toLowerCase() as Hex,
    version,
    subject: getAddress(subject),
    author: getAddress(author),
    body: { cid: root.cid, size: layoutOf(size, chunkSize).bodySize, chunkSize },
    commitment: toHex(keys.commitment),
    metadata: toBase64Url(encryptMetadata(keys.metadataKey, metadata)),
    owner: wrapOwner({ place, subject, document, version }, { subjectKey, dek }),
  };
  const manifestBytes = encodeManifest(manifest);
  const digest = manifestDigest(manifestBytes);
  await onBlock({ cid: rawCid(digest), bytes: manifestBytes });
  return { manifest, manifestBytes, digest, dek };
}
