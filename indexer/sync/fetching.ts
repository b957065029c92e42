// What acts commit to and IPFS holds: openings in capsules (kept wrapped), providers' cards. What is not there yet is
// looked for again, at growing intervals; what is false is refused once and for all, and said so.

import { setTimeout as sleep } from "node:timers/promises";
import { manifestCid } from "#protocol/documents/index.ts";
import { isFailure } from "#protocol/failure.ts";
import { decodeCard } from "#protocol/providers/index.ts";
import type { Gateway } from "../gateway/index.ts";
import type { Foundation } from "../service.ts";
import { listWantedCards, listWantedOpenings, writeCard, writeOpening } from "../store/openings.ts";
import type { WantedOpening } from "../store/openings.ts";

const FETCH_MS = 2_000;
const BATCH = 50;
const FIRST_WAIT_SECONDS = 2;
const LONGEST_WAIT_SECONDS = 3_600;

/** The loop that fetches; `wake` makes it look at once. */
export type Fetching = { start(): Promise<void>; stop(): Promise<void> };

/** Makes the loop over what the index knows. */
export function createFetching(parts: Foundation & { gateway: Gateway }): Fetching {
  const { config, database, log } = parts;
  const stopping = new AbortController();
  let running: Promise<void> = Promise.resolve();
  let deafen: (() => Promise<void>) | null = null;
  let awake = new AbortController();

  async function run(): Promise<void> {
    while (!stopping.signal.aborted) {
      try {
        if ((await fetchWanted(parts)) > 0) continue;
      } catch (error) {
        log.warn("fetching-failed", { message: error instanceof Error ? error.message.slice(0, 400) : "unknown" });
      }
      awake = new AbortController();
      await sleep(Math.max(config.pollMs, 1_000), undefined, {
        signal: AbortSignal.any([stopping.signal, awake.signal]),
      }).catch(() => undefined);
    }
  }

  return {
    async start() {
      deafen = await database.listen("act", () => awake.abort());
      running = run();
    },
    async stop() {
      stopping.abort();
      await running;
      await deafen?.();
    },
  };
}

/** Looks once for what is wanted now; gives how much was looked for. */
export async function fetchWanted(parts: Foundation & { gateway: Gateway }): Promise<number> {
  return (await fetchOpenings(parts)) + (await fetchCards(parts));
}

/** When to look again after so many tries in vain. */
function waitAfter(tries: number): number {
  return Math.min(LONGEST_WAIT_SECONDS, FIRST_WAIT_SECONDS * 2 ** Math.min(tries, 12));
}

async function fetchOpenings(parts: Foundation & { gateway: Gateway }): Promise<number> {
  const wanted = await listWantedOpenings(parts.database, { now: parts.now(), limit: BATCH });
  for (const consent of wanted) await fetchOpening(parts, consent);
  return wanted.length;
}

async function fetchOpening(
  { database, ipfs, gateway, now }: Foundation & { gateway: Gateway },
  wanted: WantedOpening,
): Promise<void> {
  const { subject, grantee, scope, capsule } = wanted;
  const note = { subject, grantee, scope, capsule, reason: null, box: null, tries: wanted.tries + 1, nextTry: 0 };
  try {
    const bytes = await ipfs.get(manifestCid(capsule), { timeoutMs: wanted.tries === 0 ? 0 : FETCH_MS });
    // readCapsule also holds the opening against the scope; only one that hashes to it comes back.
    const { box } = gateway.readCapsule({ subject, grantee, scope, bytes });
    await writeOpening(database, { ...note, state: "held", box });
  } catch (error) {
    if (isFailure(error, "not-found") || isFailure(error, "unavailable")) {
      await writeOpening(database, { ...note, state: "missing", nextTry: now() + waitAfter(wanted.tries) });
    } else if (isFailure(error)) {
      await writeOpening(database, { ...note, state: "refused", reason: error.code });
    } else {
      throw error;
    }
  }
}

async function fetchCards({ database, ipfs, now }: Foundation): Promise<number> {
  const wanted = await listWantedCards(database, { now: now(), limit: BATCH });
  for (const { digest, tries } of wanted) {
    const note = { digest, body: null, tries: tries + 1, nextTry: 0 };
    try {
      const bytes = await ipfs.get(manifestCid(digest), { timeoutMs: tries === 0 ? 0 : FETCH_MS });
      await writeCard(database, { ...note, state: "held", body: decodeCard(bytes) });
    } catch (error) {
      if (isFailure(error, "not-found") || isFailure(error, "unavailable")) {
        await writeCard(database, { ...note, state: "missing", nextTry: now() + waitAfter(tries) });
      } else if (isFailure(error)) {
        await writeCard(database, { ...note, state: "refused" });
      } else {
        throw error;
      }
    }
  }
  return wanted.length;
}
