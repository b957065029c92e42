// COPY FROM STDIN over a connection of the package `pg`, which knows its messages but has no function for it.

import type pg from "pg";
import { copyStatement, writeCopy } from "./copy.ts";
import type { Copy } from "./copy.ts";

/** What of pg's connection a copy needs; its published types leave it out. */
type Wire = {
  stream: { cork(): void; uncork(): void };
  query(text: string): void;
  sendCopyFromChunk(bytes: Uint8Array): void;
  endCopyFrom(): void;
};

/**
 * Copies into several tables by one message of as many statements, all or none; rejects with the database's own error. The
 * rows are sent behind it without waiting to be asked for: after an error the server drops what is left of them (PostgreSQL
 * manual, "COPY Operations").
 */
export function copyIn(client: pg.ClientBase, copies: readonly Copy[]): Promise<void> {
  // Written down first: nothing that fails here leaves a copy half done.
  const written = copies.map(({ rows, ...into }) => ({ into, pieces: writeCopy(rows).pieces }));
  return new Promise((resolve, reject) => {
    // pg calls back an object of this shape: each message of the answer comes to the method of its name.
    const submittable = {
      submit(wire: Wire) {
        wire.stream.cork();
        try {
          wire.query(written.map(({ into }) => copyStatement(into, "stdin")).join("; "));
          for (const { pieces } of written) {
            for (const piece of pieces) wire.sendCopyFromChunk(piece);
            wire.endCopyFrom();
          }
        } finally {
          wire.stream.uncork();
        }
      },
      handleCopyInResponse: () => undefined,
      handleError: reject,
      handleEmptyQuery: () => undefined,
      handleCommandComplete: () => undefined,
      handleReadyForQuery: () => resolve(),
    };
    client.query(submittable as unknown as pg.Submittable);
  });
}
