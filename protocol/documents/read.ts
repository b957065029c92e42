// The whole way out: manifest and DEK -> metadata and body. Rule: commitment first, then metadata, then the body, block
// by block and chunk by chunk; nothing unverified is shown.

import { fromBase64Url, type Bytes } from "../bytes.ts";
import { Failure } from "../failure.ts";
import { openDocumentKeys, type DocumentKeys } from "./document-keys.ts";
import { collect, readFile } from "./file.ts";
import type { Manifest } from "./manifest.ts";
import { decryptMetadata, type Metadata } from "./metadata.ts";
import { decryptRange } from "./range.ts";
import { decryptStream, layoutOf } from "./stream.ts";

/** A document version whose DEK was right. */
export type OpenDocument = { manifest: Manifest; metadata: Metadata; keys: DocumentKeys };

/** Where to get a block by its CID: its bytes are verified by whoever asked. */
export type FetchBlock = (cid: string) => Promise<Uint8Array>;

/** Opens a document's description. Throws Failure("wrong-key" | "tampered"). */
export function openDocument(manifest: Manifest, dek: Uint8Array): OpenDocument {
  const { document, version, commitment } = manifest;
  const keys = openDocumentKeys(dek, { document, version, commitment });
  const metadata = decryptMetadata(keys.metadataKey, fromBase64Url(manifest.metadata));
  if (layoutOf(metadata.size, manifest.body.chunkSize).bodySize !== manifest.body.size) {
    throw new Failure("tampered", "This document's size is not what its description says. It was not opened.");
  }
  return { manifest, metadata, keys };
}

/** The whole body as plaintext, streaming. */
export function readBody(open: OpenDocument, options: { fetchBlock: FetchBlock }): ReadableStream<Bytes> {
  const { manifest, metadata, keys } = open;
  const { cid, chunkSize } = manifest.body;
  return readFile({ cid, fetchBlock: options.fetchBlock }).pipeThrough(
    decryptStream({ bodyKey: keys.bodyKey, size: metadata.size, chunkSize }),
  );
}

/** The plaintext bytes [start, end), fetching only the blocks that hold them. */
export async function readBodyRange(
  open: OpenDocument,
  options: { fetchBlock: FetchBlock; start: number; end: number },
): Promise<Bytes> {
  const { manifest, metadata, keys } = open;
  const { cid, chunkSize } = manifest.body;
  const { fetchBlock, start, end } = options;
  const read = (from: number, to: number) => collect(readFile({ cid, fetchBlock, from, to }));
  return decryptRange({ bodyKey: keys.bodyKey, size: metadata.size, chunkSize, start, end, read });
}
