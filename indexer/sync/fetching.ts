// What acts commit to and IPFS holds: openings in capsules (kept wrapped), providers' cards. What is not there yet is
// looked for again, at growing intervals; what is false is refused once and for all, and said so.

import { setTimeout as sleep } from "node:timers/promises";
import type { Hex } from "viem";
import { manifestCid } from "#protocol/documents/index.ts";
import { isFailure } from "#protocol/failure.ts";
import { decodeCard } from "#protocol/providers/index.ts";
import type { Gateway } from "../gateway/index.ts";
import type { Foundation } from "../service.ts";
import {
  listMissingCards,
  listMissingOpenings,
  listUnseenCards,
  listUnseenOpenings,
  writeCard,
  writeOpening,
} from "../store/openings.ts";
import type { WantedOpening } from "../store/openings.ts";
import type { Sync } from "./index.ts";

const FETCH_MS = 2_000;
const BATCH = 50;
/** Acts wake the loop; this is for a wake that got lost. */
const IDLE_MS = 30_000;
const RETRY_MS = 1_000;
/** So many are waited for at once: what nobody has must not keep what somebody has waiting. */
const AT_ONCE = 16;
const FIRST_WAIT_SECONDS = 2;
const LONGEST_WAIT_SECONDS = 3_600;

/** The loops that fetch. */
export type Fetching = { start(): Promise<void>; stop(): Promise<void> };

/** Makes the loops over what the index knows; `sync` says how far it knows the chain. */
export function createFetching(
  parts: Foundation & { gateway: Gateway },
  { sync }: { sync: Pick<Sync, "status"> },
): Fetching {
  const { config, database, log } = parts;
  const stopping = new AbortController();
  const { signal } = stopping;
  let running: Promise<unknown> = Promise.resolve();
  let deafen: (() => Promise<void>) | null = null;
  let awake = new AbortController();

  /** Looks for what is new until told to stop; in between it sleeps until the next act. */
  async function fetchNew(): Promise<void> {
    let since = 0;
    let reorgs = 0;
    while (!signal.aborted) {
      if (awake.signal.aborted) awake = new AbortController();
      const wake = AbortSignal.any([signal, awake.signal]);
      const status = sync.status();
      // What a reorganisation put back may stand in a block that was looked through.
      if (status.reorgs !== reorgs) since = 0;
      reorgs = status.reorgs;
      const found = await tryFetching({ since });
      if (found === 0) since = (status.cursor?.number ?? -1) + 1;
      if (found !== 0) await pause(found === null ? RETRY_MS : 0, signal);
      else await pause(IDLE_MS, wake);
    }
  }

  /** Looks again for what was missing until told to stop. */
  async function fetchAgain(): Promise<void> {
    while (!signal.aborted)
      if (!((await tryFetching({ again: true })) ?? 0)) await pause(Math.max(config.pollMs, RETRY_MS), signal);
  }

  /** How much was looked for; null when that failed. */
  async function tryFetching(what: What): Promise<number | null> {
    try {
      return await fetchWanted(parts, what, signal);
    } catch (error) {
      log.warn("fetching-failed", { message: error instanceof Error ? error.message.slice(0, 400) : "unknown" });
      return null;
    }
  }

  return {
    async start() {
      deafen = await database.listen("act", () => awake.abort());
      // What is missing is waited for beside what has just come, which would have to wait, too.
      running = Promise.all([fetchNew(), fetchAgain()]);
    },
    async stop() {
      stopping.abort();
      await running;
      await deafen?.();
    },
  };
}

async function pause(milliseconds: number, until: AbortSignal): Promise<void> {
  await sleep(milliseconds, undefined, { signal: until }).catch(() => undefined);
}

/** What to look for: what was never looked for, of consents changed in block `since` or later; or what was missing. */
type What = { since: number } | { again: true };

/**
 * Looks once for what is wanted now; gives how much that is. What is still looked for when `signal` aborts is left as it
 * was, untried.
 */
export async function fetchWanted(
  parts: Foundation & { gateway: Gateway },
  what: What,
  signal?: AbortSignal,
): Promise<number> {
  const { database, now } = parts;
  const limit = BATCH;
  const [openings, cards] =
    "again" in what
      ? [
          await listMissingOpenings(database, { now: now(), limit }),
          await listMissingCards(database, { now: now(), limit }),
        ]
      : [await listUnseenOpenings(database, { since: what.since, limit }), await listUnseenCards(database, { limit })];
  const looks = [
    ...openings.map((opening) => () => fetchOpening(parts, opening, signal)),
    ...cards.map((card) => () => fetchCard(parts, card, signal)),
  ];
  const work = async (): Promise<void> => {
    for (let look = looks.shift(); look !== undefined && !signal?.aborted; look = looks.shift()) await look();
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return openings.length + cards.length;
}

/** When to look again after so many tries in vain. */
function waitAfter(tries: number): number {
  return Math.min(LONGEST_WAIT_SECONDS, FIRST_WAIT_SECONDS * 2 ** Math.min(tries, 12));
}

/** The block's bytes, or null where `signal` aborted first. */
async function getUnlessAborted(
  { ipfs }: Foundation,
  { digest, tries, signal }: { digest: Hex; tries: number; signal: AbortSignal | undefined },
): Promise<Uint8Array | null> {
  const got = ipfs.get(manifestCid(digest), { timeoutMs: tries === 0 ? 0 : FETCH_MS });
  if (signal === undefined) return got;
  let stop = (): void => undefined;
  const aborted = new Promise<null>((resolve) => {
    stop = () => resolve(null);
    signal.addEventListener("abort", stop, { once: true });
  });
  return Promise.race([got, aborted]).finally(() => signal.removeEventListener("abort", stop));
}

async function fetchOpening(
  parts: Foundation & { gateway: Gateway },
  wanted: WantedOpening,
  signal: AbortSignal | undefined,
): Promise<void> {
  const { database, gateway, now } = parts;
  const { subject, grantee, scope, capsule } = wanted;
  const note = { subject, grantee, scope, capsule, reason: null, box: null, tries: wanted.tries + 1, nextTry: 0 };
  try {
    const bytes = await getUnlessAborted(parts, { digest: capsule, tries: wanted.tries, signal });
    if (bytes === null) return;
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

async function fetchCard(
  parts: Foundation,
  { digest, tries }: { digest: Hex; tries: number },
  signal: AbortSignal | undefined,
): Promise<void> {
  const { database, now } = parts;
  const note = { digest, body: null, tries: tries + 1, nextTry: 0 };
  try {
    const bytes = await getUnlessAborted(parts, { digest, tries, signal });
    if (bytes === null) return;
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
