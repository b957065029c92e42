// The whole way in: file -> padded, encrypted, cut into blocks -> manifest. Rule: bounded memory, whatever the size; and
// nothing leaves through `onBlock` but ciphertext.

import { getAddress } from "viem";
import type { Address, Hex } from "viem";
import { toBase64Url, toHex, type Bytes } from "../bytes.ts";
import { Failure } from "../failure.ts";
import type { Place } from "../keys/wrap.ts";
import type { ChunkGuard } from "./chunk-guard.ts";
import { deriveDocumentKeys, newDek, newDocumentId } from "./document-keys.ts";
import { rawCid } from "./cid.ts";
import type { Digester } from "./digester.ts";
import { cutLeaves, makeRoot, type Block, type Leaf } from "./file.ts";
import { CHUNK_SIZE, LARGEST_LEAF, layoutOf, leafSizeOf } from "./layout.ts";
import { encodeManifest, manifestDigest, type Manifest } from "./manifest.ts";
import { encryptMetadata, type Metadata } from "./metadata.ts";
import { wrapOwner } from "./owner.ts";
import type { Source } from "./pieces.ts";
import { encryptChunks } from "./stream.ts";

/** What is needed to encrypt one document version. `metadata.size` must be the exact length of `source`. */
export type NewDocument = {
  place: Place;
  subject: Address;
  author: Address;
  /** The subject's public encryption key as the ledger has it. */
  subjectKey: Uint8Array;
  source: Source;
  metadata: Metadata;
  /** For a further version of a document: its id and the new version's number. */
  document?: Hex;
  version?: number;
  /**
   * For an upload that can go on after a break: the DEK, and the guard over the chunks that were ever encrypted under it.
   * There is no way to give a DEK without its guard.
   */
  resumable?: { dek: Bytes; guard: ChunkGuard };
  chunkSize?: number;
  /** Where blocks are hashed while others are encrypted; else in this thread. */
  digester?: Digester;
  /** Gets each block of the body, then the manifest's; the next one comes when it is done. The bytes are its to keep. */
  onBlock(block: Block): Promise<void>;
  signal?: AbortSignal;
};

/** An encrypted document version: `digest` is to be anchored; `dek` goes into seals and is then forgotten. */
export type EncryptedDocument = { manifest: Manifest; manifestBytes: Bytes; digest: Hex; dek: Bytes };

/** Encrypts a document version and gives out its blocks. Throws Failure("conflict") where the file changed meanwhile. */
export async function encryptDocument(options: NewDocument): Promise<EncryptedDocument> {
  const { place, subject, author, subjectKey, metadata, onBlock, resumable } = options;
  const { document = newDocumentId(), version = 1, chunkSize = CHUNK_SIZE } = options;
  const dek = resumable?.dek ?? newDek();
  const keys = deriveDocumentKeys(dek, { document, version });
  const { size } = metadata;
  const root = await encryptBody({ ...options, bodyKey: keys.bodyKey, size, chunkSize });
  await onBlock(root);
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
  await onBlock({ cid: rawCid(digest), bytes: manifestBytes.slice() });
  return { manifest, manifestBytes, digest, dek };
}

/** Encrypts a body, gives out its leaves, and returns its root. */
async function encryptBody(
  options: Pick<NewDocument, "source" | "resumable" | "digester" | "onBlock" | "signal"> & {
    bodyKey: Uint8Array;
    size: number;
    chunkSize: number;
  },
): Promise<Block> {
  const { bodyKey, size, chunkSize, source, resumable, digester, onBlock, signal } = options;
  const leafSize = leafSizeOf(chunkSize);
  if (chunkSize > LARGEST_LEAF && chunkSize % LARGEST_LEAF !== 0) {
    throw new Failure("bad-input", "Chunks of this size cannot be cut into blocks. Nothing was stored.");
  }
  const leaves: Leaf[] = [];
  const chunks = encryptChunks({
    bodyKey,
    size,
    chunkSize,
    source,
    guard: resumable === undefined ? undefined : (index, plain) => resumable.guard.pass(index, plain),
    finish: (chunk) => cutLeaves(chunk, leafSize, digester),
  });
  signal?.throwIfAborted();
  for await (const blocks of chunks) {
    for (const { cid, bytes } of blocks) {
      leaves.push({ cid, size: bytes.length });
      await onBlock({ cid, bytes });
      signal?.throwIfAborted();
    }
  }
  return makeRoot(leaves);
}
