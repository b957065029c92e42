// The whole way out: manifest and DEK -> metadata and body. Rule: commitment first, then metadata, then the body, block
// by block and chunk by chunk; nothing unverified is shown.

import { concat, fromBase64Url, type Bytes } from "../bytes.ts";
import { Failure } from "../failure.ts";
import { openDocumentKeys, type DocumentKeys } from "./document-keys.ts";
import { readLeaves, readRoot, type FileLayout } from "./file.ts";
import { streamFrom } from "./in-order.ts";
import { layoutOf, leafSizeOf } from "./layout.ts";
import type { Manifest } from "./manifest.ts";
import { decryptMetadata, type Metadata } from "./metadata.ts";
import { decryptChunks } from "./stream.ts";

/** A document version whose DEK was right. */
export type OpenDocument = { manifest: Manifest; metadata: Metadata; keys: DocumentKeys };

/** Where to get a block by its CID: its bytes are verified by whoever asked. */
export type FetchBlock = (cid: string) => Promise<Uint8Array>;

/** A body that can be read as a whole or in parts; its root is fetched once. */
export type Body = {
  /** The plaintext, streaming, from `start` (default 0) to `end` (default its size). */
  stream(range?: { start?: number; end?: number }): ReadableStream<Bytes>;
  /** The plaintext bytes [start, end), fetching only the blocks that hold them. */
  read(start: number, end: number): Promise<Bytes>;
};

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

/**
 * A document's body. What is read from it throws Failure("tampered" | "bad-input") and whatever `fetchBlock` throws.
 * `owned`: nobody else has the blocks that `fetchBlock` gives, so their memory is free as soon as they are decrypted.
 */
export function openBody(open: OpenDocument, options: { fetchBlock: FetchBlock; owned?: boolean }): Body {
  const { manifest, metadata, keys } = open;
  const { fetchBlock, owned } = options;
  const { cid, chunkSize, size: bodySize } = manifest.body;
  const leafSize = leafSizeOf(chunkSize);
  let root: Promise<FileLayout> | undefined;

  async function fetchRoot(): Promise<FileLayout> {
    const file = await readRoot(cid, { bytes: await fetchBlock(cid), leafSize });
    if (file.size !== bodySize) {
      const how = file.size < bodySize ? "shorter" : "longer";
      throw new Failure("tampered", `This document is ${how} than its author made it. It is not shown.`, {
        reason: how === "shorter" ? "truncated" : "extended",
      });
    }
    return file;
  }

  async function read(from: number, to: number): Promise<Bytes> {
    root ??= fetchRoot();
    const asked = root;
    // Nobody may have had it this time: the next read asks again.
    asked.catch(() => (root = root === asked ? undefined : root));
    return readLeaves(await asked, { from, to, leafSize, fetchBlock });
  }

  const chunksOf = (range: { start?: number; end?: number }) =>
    decryptChunks({ bodyKey: keys.bodyKey, size: metadata.size, chunkSize, read, owned, ...range });
  return {
    stream: (range = {}) => streamFrom(chunksOf(range)),
    async read(start, end) {
      const parts: Bytes[] = [];
      for await (const part of chunksOf({ start, end })) parts.push(part);
      return concat(...parts);
    },
  };
}

/** The whole body as plaintext, streaming. */
export function readBody(
  open: OpenDocument,
  options: { fetchBlock: FetchBlock; owned?: boolean },
): ReadableStream<Bytes> {
  return openBody(open, options).stream();
}

/** The plaintext bytes [start, end), fetching only the blocks that hold them. */
export function readBodyRange(
  open: OpenDocument,
  options: { fetchBlock: FetchBlock; start: number; end: number },
): Promise<Bytes> {
  return openBody(open, options).read(options.start, options.end);
}

/** All bytes of a stream: only for what is known to be small. Read by its reader: not every browser iterates streams. */
export async function collect(stream: ReadableStream<Uint8Array>): Promise<Bytes> {
  const parts: Uint8Array[] = [];
  const reader = stream.getReader();
  for (let step = await reader.read(); !step.done; step = await reader.read()) parts.push(step.value);
  return concat(...parts);
}
