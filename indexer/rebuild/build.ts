// Builds the projections anew, from chain and IPFS alone, in a schema of their own beside the tables that are served.

import { setTimeout as sleep } from "node:timers/promises";
import { Failure } from "#protocol/failure.ts";
import type { Gateway } from "../gateway/index.ts";
import type { Foundation } from "../service.ts";
import { fetchWanted } from "../sync/fetching.ts";
import { createSync } from "../sync/index.ts";

const PATIENCE_MS = 60_000;
const TELL_EVERY_MS = 2_000;

/** Reads every block up to `until` into the database of `parts`, and fetches what its acts commit to. */
export async function build(
  parts: Foundation & { gateway: Gateway },
  { until, tell }: { until: number; tell: (line: string) => void },
): Promise<void> {
  const sync = createSync(parts, { until });
  await sync.start();
  try {
    await follow();
  } finally {
    await sync.stop();
  }
  while ((await fetchWanted(parts, { since: 0 })) > 0);
  while ((await fetchWanted(parts, { again: true })) > 0);

  async function follow(): Promise<void> {
    let movedAt = Date.now();
    let toldAt = Date.now();
    let last = -1;
    for (;;) {
      const { state, cursor, lastError } = sync.status();
      const at = cursor?.number ?? -1;
      if (at >= until) return;
      if (at > last) movedAt = Date.now();
      last = at;
      if (state === "stale" || state === "mismatch" || Date.now() - movedAt > PATIENCE_MS) {
        throw new Failure(
          "unavailable",
          `The chain could not be read up to block ${until} (now at ${at}). ${lastError?.message ?? ""} The tables that are served were not changed. Look at the node and try again.`,
        );
      }
      if (Date.now() - toldAt > TELL_EVERY_MS) {
        tell(`Block ${at} of ${until}`);
        toldAt = Date.now();
      }
      await sleep(50);
    }
  }
}
