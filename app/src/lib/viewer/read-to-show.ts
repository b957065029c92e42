// How much of a document goes into the page to be shown: all of it, or of a large PDF the parts that somebody looks at. Rule:
// what is read after it was closed is given to nobody.
import { wipe, type Bytes } from "#protocol/bytes.ts";
import { LARGEST_WHOLE, type PartSource } from "./messages.ts";

/** A document whose bytes can be had, as a whole or in parts. Either throws Failure where they cannot. */
export type Readable = {
  mediaType: string;
  /** Bytes. */
  size: number;
  readWhole: (options?: { signal?: AbortSignal }) => Promise<Blob>;
  /** The bytes [start, end). */
  readPart: (start: number, end: number) => Promise<Bytes>;
};

/** What the viewer is given; `bytes` undefined: too large to be shown. `blob`: all of it, where all was read. */
export type ToShow = { bytes: Bytes | PartSource | undefined; blob: Blob | undefined };

/**
 * Reads of a document what is needed to show it: nothing of one that is too large to be. `signal` closes it: from then on no
 * part is asked for, and one that was on its way is wiped. `largestWhole`: bytes that are read as a whole at most. Throws
 * Failure where it cannot be read, and whatever reason `signal` gives.
 */
export async function readToShow(
  document: Readable,
  options: { signal?: AbortSignal; largestWhole?: number } = {},
): Promise<ToShow> {
  const { mediaType, size, readWhole, readPart } = document;
  const { signal = new AbortController().signal, largestWhole = LARGEST_WHOLE } = options;
  signal.throwIfAborted();
  if (size <= largestWhole) {
    const blob = await readWhole({ signal });
    const bytes = new Uint8Array(await blob.arrayBuffer());
    signal.throwIfAborted();
    return { bytes, blob };
  }
  if (mediaType !== "application/pdf") return { bytes: undefined, blob: undefined };

  async function read(start: number, end: number): Promise<Bytes> {
    signal.throwIfAborted();
    const part = await readPart(start, end);
    if (signal.aborted) wipe(part);
    signal.throwIfAborted();
    return part;
  }
  // The frame could only say that it is damaged: what keeps anybody from reading it is found, and told, before.
  await read(0, 1);
  return { bytes: { size, read }, blob: undefined };
}
