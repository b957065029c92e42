// While an empty index is filled, the acts of the batch after the one that is being stored go into a transaction of their
// own, which waits in the database for the rest: two of the server's processes work where one did. Rule: whatever was begun
// is either finished in its turn or abandoned; nothing that locks whole tables is done before that.

import type { Database } from "../store/database.ts";
import { beginBatch } from "./write.ts";
import type { Begun, Stored, WriteOptions, WrittenBatch } from "./write.ts";

/** The batch that was begun, at most one. */
export type BegunBatch = {
  /**
   * Leave to begin one batch later, given before it is known. It does nothing any more once something was abandoned, nor
   * where transactions wait for each other.
   */
  permit(): (written: WrittenBatch) => void;
  /** Whether this batch was begun. */
  holds(written: WrittenBatch): boolean;
  /** Finishes this batch; null where it was not begun. */
  finish(written: WrittenBatch, options: WriteOptions): Promise<Stored> | null;
  /** Resolves when nothing that was begun is in the database any more; from then on every leave that was given has ended. */
  abandon(): Promise<void>;
};

/** Begins with none. */
export function createBegun(database: Database): BegunBatch {
  let current: { written: WrittenBatch; begun: Begun } | null = null;
  let abandoned: Promise<unknown> = Promise.resolve();
  let leaves = 0;

  return {
    permit() {
      const leave = leaves;
      return (written) => {
        if (database.kind === "pglite" || leave !== leaves || current !== null) return;
        current = { written, begun: beginBatch(database, written) };
      };
    },
    holds: (written) => current?.written === written,
    finish(written, options) {
      if (current?.written !== written) return null;
      const { begun } = current;
      current = null;
      return begun.finish(options);
    },
    async abandon() {
      leaves += 1;
      const left = current;
      current = null;
      if (left !== null) abandoned = Promise.all([abandoned, left.begun.abandon()]);
      await abandoned;
    },
  };
}
