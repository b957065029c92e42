// The end of a transaction: whoever was given it can do nothing more with it. Without that, a statement that comes late
// would land in somebody else's transaction. Until then statements may be asked for without waiting for each other.

import type { Queryable } from "./database.ts";

/**
 * A transaction that is to be handed out, and what ends it: from then on it refuses whatever it is asked, and `end` resolves
 * when all that was asked before is done, well or not. `oneByOne` where the connection takes no statement before it has
 * answered the one before: then they wait here, in the order in which they were asked for.
 */
export function makeEndable(
  on: Queryable,
  { oneByOne }: { oneByOne: boolean },
): { tx: Queryable; end(): Promise<void> } {
  let isOver = false;
  let before: Promise<unknown> = Promise.resolve();
  function within<A extends unknown[], R>(ask: (...given: A) => Promise<R>): (...given: A) => Promise<R> {
    return (...given) => {
      if (isOver) return Promise.reject(new Error("This transaction is over. Nothing more was done in it."));
      const done = oneByOne ? before.then(() => ask(...given)) : ask(...given);
      // Without what they gave: a long transaction would hold every row that it ever read.
      before = Promise.allSettled([before, done]).then(() => undefined);
      return done;
    };
  }
  return {
    tx: {
      query: within(on.query) as Queryable["query"],
      execute: within(on.execute),
      copyRows: within(on.copyRows),
      copyTables: within(on.copyTables),
    },
    async end() {
      isOver = true;
      await before;
    },
  };
}
