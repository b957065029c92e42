// The end of a transaction: whoever was given it can do nothing more with it. Without that, a statement that comes late
// would land in somebody else's transaction.

import type { Queryable } from "./database.ts";

/** A transaction that is to be handed out, and what ends it: from then on it refuses whatever it is asked. */
export function makeEndable(on: Queryable): { tx: Queryable; end(): void } {
  let isOver = false;
  function within<A extends unknown[], R>(ask: (...given: A) => Promise<R>): (...given: A) => Promise<R> {
    return (...given) =>
      isOver ? Promise.reject(new Error("This transaction is over. Nothing more was done in it.")) : ask(...given);
  }
  return {
    tx: {
      query: within(on.query) as Queryable["query"],
      execute: within(on.execute),
      copyRows: within(on.copyRows),
      copyTables: within(on.copyTables),
    },
    end: () => (isOver = true),
  };
}
