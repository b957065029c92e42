// The plaintext on its way in: a file's bytes, padded with zeros, in the pieces that become chunks. Rule: exactly the
// announced number of bytes must come, since a file that changed while it was read must not be encrypted twice under one
// DEK.

import type { Bytes } from "../bytes.ts";
import { Failure } from "../failure.ts";
import type { BodyLayout } from "./layout.ts";

/** What a document can be made from. A Blob can be read anywhere, several parts at a time; a stream from its start. */
export type Source = Blob | ReadableStream<Uint8Array>;

/** Padded plaintext, piece by piece. Ask in order. */
export type Pieces = {
  /** The plaintext of one chunk, in a buffer of its own. Throws Failure("conflict", reason "file-changed"). */
  read(index: number): Promise<Bytes>;
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

function piecesOfBlob(blob: Blob, options: BodyLayout & { size: number }): Pieces {
  const { size, plainChunk } = options;
  return {
    async read(index) {
      if (blob.size !== size) throw changed();
      const length = lengthOf(index, options);
      const start = Math.min(size, index * plainChunk);
      const end = Math.min(size, start + length);
      let bytes: Bytes;
      try {
        bytes = new Uint8Array(await blob.slice(start, end).arrayBuffer());
      } catch (cause) {
        throw changed(cause); // a browser refuses to read on in a file that was written to
      }
      if (bytes.length !== end - start) throw changed();
      if (bytes.length === length) return bytes;
      const piece = new Uint8Array(length);
      piece.set(bytes);
      return piece;
    },
    cancel: async () => undefined,
  };
}

function piecesOfStream(stream: ReadableStream<Uint8Array>, options: BodyLayout & { size: number }): Pieces {
  const { size, chunks } = options;
  const reader = stream.getReader();
  let held: Uint8Array = new Uint8Array(0);
  let seen = 0;
  let turn: Promise<unknown> = Promise.resolve();

  async function fill(index: number): Promise<Bytes> {
    const piece = new Uint8Array(lengthOf(index, options));
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
    cancel: () => reader.cancel(),
  };
}
