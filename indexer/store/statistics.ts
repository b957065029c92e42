// What the database knows about its own tables. Plans are made from it, and while the index is filled for the first time
// (and in PGlite, where nothing looks after that by itself, for ever) it would know nothing: a look-up that takes an index
// of thirty rows would read the table from its end. Where a filling remembers what it stored it asks for rows by their key
// alone, which needs no knowledge: then the first look is left to its end.

import type { Database } from "./database.ts";

/** Keeps the statistics up with the tables. */
export type Statistics = {
  /**
   * So many acts were stored; `behind` while there are more to come at once. The tables are looked at anew whenever they
   * have grown by much: while catching up seldom and at few rows, and not at all while rows are asked for `byKeyAlone`; at
   * the chain's head at more.
   */
  grew(stored: number, options: { behind: boolean; byKeyAlone: boolean }): Promise<void>;
};

/** Of acts those columns alone that anything is chosen or ordered by: the others are long, and looking at them took seconds. */
const tables =
  "acts (contract, account, act, block, log_index, time), act_parties, heads, accounts, consents, requests, documents, " +
  "document_versions, appointments, blocks, undo";
/** Below this many acts any plan will do. */
const FEW = 1_000;
/**
 * PostgreSQL looks at three hundred times as many rows of each table. Its own choice is 100, for which PGlite would take
 * 60 MiB of memory and keep them, since it holds all of these rows at once, and acts are long ones.
 */
const [ROUGH, FINE] = [10, 30];

/** Begins with tables that nobody has looked at. */
export function createStatistics(db: Database): Statistics {
  let since = 0;
  let seen = 0;
  let rough = false;
  return {
    async grew(stored, { behind, byKeyAlone }) {
      since += stored;
      if (behind && byKeyAlone) return;
      const isMuch = since >= Math.max(FEW, behind ? 3 * seen : seen);
      if (!isMuch && (behind || !rough)) return;
      seen += since;
      since = 0;
      rough = behind;
      await db.transaction(async (tx) => {
        await tx.execute(`set local default_statistics_target = ${behind ? ROUGH : FINE}`);
        await tx.execute(`analyze ${tables}`);
      });
    },
  };
}
