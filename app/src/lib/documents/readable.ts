// A document to be read by whoever has its key, from the stored blocks: as a whole, or in parts without the rest.
import type { Readable } from "#app/viewer/index.ts";
import { readDocument, readRange, type Via } from "#app/vault/index.ts";
import type { Bytes } from "#protocol/bytes.ts";
import type { Metadata } from "#protocol/documents/index.ts";

/**
 * How this document is read; `via`: as its subject, or by a release, which is asked for once however much is read by it. What
 * is read throws Failure("not-found" | "tampered" | "wrong-key" | "locked" | ...).
 */
export function makeReadable(
  sealed: { manifestBytes: Bytes; via: Via },
  { mediaType, size }: Pick<Metadata, "mediaType" | "size">,
): Readable {
  return {
    mediaType,
    size,
    readWhole: async (options = {}) => (await readDocument(sealed, options)).blob,
    readPart: (start, end) => readRange({ ...sealed, start, end }),
  };
}
