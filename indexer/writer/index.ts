// One writer. Projections, and the account that sends transactions, belong to one process at a time; the others serve.
// PGlite has one process only, which its folder's lock sees to: that one always writes.

import type { Config } from "../config.ts";
import type { Log } from "../log.ts";
import type { Database } from "../store/database.ts";
import { createElection } from "./election.ts";
import type { Duties } from "./election.ts";
import { fenceDatabase } from "./fence.ts";

export type { Duties } from "./election.ts";

/** This process' part in writing. */
export type Writer = {
  /** The database for loops that only the writer runs: it refuses changes while another process writes. */
  readonly database: Database;
  /** Whether this process writes now. */
  isWriter(): boolean;
  /** Takes part from now on: begins at once where nobody else writes, and then resolves when `begin` has. */
  start(duties: Duties): Promise<void>;
  stop(): Promise<void>;
};

/** Makes this process' part in writing to `database`. */
export function createWriter(
  database: Database,
  { config, log }: { config: Pick<Config, "databaseUrl">; log: Log },
): Writer {
  if (config.databaseUrl === null) return createOnlyWriter(database);
  const election = createElection({ url: config.databaseUrl, log });
  return {
    database: fenceDatabase(database, { current: election.term, onReplaced: election.yield }),
    isWriter: () => election.term() !== null,
    start: election.start,
    stop: election.stop,
  };
}

function createOnlyWriter(database: Database): Writer {
  let end: (() => Promise<void>) | null = null;
  return {
    database,
    isWriter: () => true,
    async start(duties) {
      end = duties.end;
      await duties.begin();
    },
    stop: async () => end?.(),
  };
}
