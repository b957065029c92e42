// What the writer does, and nobody else: follow the chain, fetch what acts commit to, send transactions, anchor receipts.
// It is begun anew with each term and ended whole before the lock is given up.

import type { Gateway } from "../gateway/index.ts";
import type { Relay } from "../relay/index.ts";
import type { Foundation } from "../service.ts";
import { createFetching } from "../sync/fetching.ts";
import { createSync } from "../sync/index.ts";
import type { Duties } from "./election.ts";
import type { SharedSync } from "./shared-sync.ts";

/** Makes the duties of a writer. What is signed and waiting goes out before the stored history is looked through. */
export function createDuties(foundation: Foundation & { gateway: Gateway; relay: Relay; sync: SharedSync }): Duties {
  const { gateway, relay, sync, log, writer } = foundation;
  const fenced = { ...foundation, database: writer.database };
  let begun: { stop(): Promise<void> }[] = [];
  return {
    async begin() {
      const own = createSync(fenced);
      sync.follow(own);
      for (const part of [gateway, relay, createFetching(fenced, { sync: own }), own]) {
        begun.push(part);
        await part.start();
      }
    },
    async end() {
      const parts = begun.reverse();
      begun = [];
      for (const part of parts) {
        await part
          .stop()
          .catch((error: unknown) =>
            log.error("stop-failed", { message: error instanceof Error ? error.message.slice(0, 400) : "unknown" }),
          );
      }
      sync.follow(null);
    },
  };
}
