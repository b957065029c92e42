// What the database knows about its own tables. Plans are made from it, and while the index is filled for the first time
// (and in PGlite, where nothing looks after that by itself, for ever) it would know nothing: a look-up that takes an index
// of thirty rows would read the table from its end.

import type { Queryable } from "./database.ts";

/** Keeps the statistics up with the tables. */
export type Statistics = {
  /** So many acts were stored: the tables are looked at anew whenever they have doubled. */
  grew(acts: number): Promise<void>;
};

const tables =
  "acts, act_parties, heads, accounts, consents, requests, documents, document_versions, appointments, blocks, undo";
/** Below this many acts any plan will do. */
const FEW = 1_000;

/** Begins with tables that nobody has looked at. */
export function createStatistics(db: Queryable): Statistics {
  let since = 0;
  let seen = 0;
  return {
    async grew(acts) {
      since += acts;
      if (since < Math.max(FEW, seen)) return;
      seen += since;
      since = 0;
      await db.execute(`analyze ${tables}`);
    },
  };
}
