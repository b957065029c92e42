// COPY FROM STDIN over a connection of the package `pg`, which knows its messages but has no function for it.

import type pg from "pg";

/** What of pg's connection a copy needs; its published types leave it out. */
type Wire = {
  query(text: string): void;
  sendCopyFromChunk(bytes: Uint8Array): void;
  endCopyFrom(): void;
  sendCopyFail(why: string): void;
};

/** Runs one COPY statement with the given pieces of text as its input; rejects with the database's own error. */
export function copyIn(client: pg.ClientBase, statement: string, pieces: Iterable<Uint8Array>): Promise<void> {
  return new Promise((resolve, reject) => {
    // pg calls back an object of this shape: each message of the answer comes to the method of its name.
    const submittable = {
      submit: (wire: Wire) => wire.query(statement),
      handleCopyInResponse(wire: Wire) {
        try {
          for (const piece of pieces) wire.sendCopyFromChunk(piece);
          wire.endCopyFrom();
        } catch (error) {
          wire.sendCopyFail("the rows could not be written down");
          reject(error as Error);
        }
      },
      handleError: reject,
      handleCommandComplete: () => undefined,
      handleReadyForQuery: () => resolve(),
    };
    client.query(submittable as unknown as pg.Submittable);
  });
}
