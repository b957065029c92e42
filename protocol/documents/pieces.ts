// The plaintext on its way in: a file's bytes, padded with zeros, in the pieces that become chunks. Rule: exactly the
// announced number of bytes must come, since a file that changed while it was read must not be encrypted twice under one
// DEK.

import { letGo, type Bytes } from "../bytes.ts";
import { Failure } from "../failure.ts";
import type { BodyLayout } from "./layout.ts";

/** What a document can be made from. A Blob can be read anywhere, several parts at a time; a stream from its start. */
export type Source = Blob | ReadableStream<Uint8Array>;

/** Padded plaintext, piece by piece. Ask in order. */
export type Pieces = {
  /** The plaintext of one chunk, yours until you give it back. Throws Failure("conflict", reason "file-changed"). */
  read(index: number): Promise<Bytes>;
  /** Takes a piece that is not needed any more: its memory serves the next one, or is free at once. */
  giveBack(index: number, piece: Bytes): void;
  /** Lets the source go. */
  cancel(): Promise<void>;
};

function changed(cause?: unknown): Failure {
  return new Failure("conflict", "The file changed while it was read. Nothing was stored. Choose it again.", {
    cause,
    reason: "file-changed",
  });
}

/** The pieces of a source that must have exactly `size` bytes. */
export function piecesOf(source: Source, options: BodyLayout & { size: number }): Pieces {
  return source instanceof Blob ? piecesOfBlob(source, options) : piecesOfStream(source, options);
}

function lengthOf(index: number, { padded, plainChunk }: BodyLayout): number {
  return Math.min(plainChunk, padded - index * plainChunk);
}

/** Bytes read from a Blob at a time: a browser reads a file in small parts several times slower. */
const STRETCH = 4_194_304;

/** Plaintext that was read at once and serves several pieces; `out` of them were not given back yet. */
type Stretch = { bytes: Promise<Bytes>; out: number };

function piecesOfBlob(blob: Blob, options: BodyLayout & { size: number }): Pieces {
  const { size, plainChunk } = options;
  const perStretch = Math.max(1, Math.floor(STRETCH / plainChunk));
  const stretches = new Map<number, Stretch>();

  async function readBytes(start: number, end: number): Promise<Bytes> {
    let bytes: Bytes;
    try {
      bytes = new Uint8Array(await blob.slice(start, end).arrayBuffer());
    } catch (cause) {
      throw changed(cause); // a browser refuses to read on in a file that was written to
    }
    if (bytes.length !== end - start) throw changed();
    return bytes;
  }

  function stretchOf(number: number): Stretch {
    const known = stretches.get(number);
    if (known) return known;
    const start = number * perStretch * plainChunk;
    const end = Math.min(size, start + perStretch * plainChunk);
    const made = { bytes: readBytes(start, end), out: Math.ceil((end - start) / plainChunk) };
    made.bytes.catch(() => undefined); // told to whoever asks for a piece of it
    stretches.set(number, made);
    return made;
  }

  return {
    async read(index) {
      if (blob.size !== size) throw changed();
      const length = lengthOf(index, options);
      const at = index * plainChunk;
      if (at >= size) return new Uint8Array(length); // nothing but padding
      const number = Math.floor(index / perStretch);
      const stretch = stretchOf(number);
      // The next one is read while this one is encrypted.
      if ((number + 1) * perStretch * plainChunk < size) stretchOf(number + 1);
      const bytes = await stretch.bytes;
      const from = (index % perStretch) * plainChunk;
      const piece = bytes.subarray(from, from + length);
      if (piece.length === length) return piece;
      const padded = new Uint8Array(length);
      padded.set(piece);
      return padded;
    },
    giveBack(index) {
      const number = Math.floor(index / perStretch);
      const stretch = stretches.get(number);
      if (stretch === undefined || index * plainChunk >= size || --stretch.out > 0) return;
      stretches.delete(number);
      void stretch.bytes.then(letGo, () => undefined);
    },
    async cancel() {
      stretches.clear(); // left to the collector: a piece of them may still be on its way into a fingerprint
    },
  };
}

function piecesOfStream(stream: ReadableStream<Uint8Array>, options: BodyLayout & { size: number }): Pieces {
  const { size, chunks, plainChunk } = options;
  const reader = stream.getReader();
  let held: Uint8Array = new Uint8Array(0);
  let seen = 0;
  let turn: Promise<unknown> = Promise.resolve();
  // Fresh memory costs more than what is copied into it: the system hands it over page by page, each cleared.
  const spare: Bytes[] = [];

  async function fill(index: number): Promise<Bytes> {
    const piece = (spare.pop() ?? new Uint8Array(plainChunk)).subarray(0, lengthOf(index, options));
    let filled = 0;
    while (filled < piece.length && seen < size) {
      if (held.length === 0) {
        const step = await reader.read();
        if (step.done) throw changed();
        held = step.value;
      }
      const part = held.subarray(0, Math.min(piece.length - filled, size - seen));
      piece.set(part, filled);
      held = held.subarray(part.length);
      filled += part.length;
      seen += part.length;
    }
    piece.fill(0, filled); // the padding, where another piece may have been before
    if (index === chunks - 1) await checkEnd();
    return piece;
  }

  async function checkEnd(): Promise<void> {
    while (held.length === 0) {
      const step = await reader.read();
      if (step.done) return;
      held = step.value;
    }
    throw changed();
  }

  return {
    read(index) {
      const piece = turn.then(() => fill(index));
      turn = piece.catch(() => undefined);
      return piece;
    },
    giveBack(_index, piece) {
      spare.push(new Uint8Array(piece.buffer));
    },
    cancel: () => reader.cancel(),
  };
}
