// What acts commit to and IPFS holds: openings in capsules (kept wrapped), providers' cards. What is not there yet is
// looked for again, at growing intervals; what is false is refused once and for all, and said so.

import { setTimeout as sleep } from "node:timers/promises";
import type { Hex } from "viem";
import { manifestCid } from "#protocol/documents/index.ts";
import { isFailure } from "#protocol/failure.ts";
import { decodeCard } from "#protocol/providers/index.ts";
import type { Gateway } from "../gateway/index.ts";
import type { Foundation } from "../service.ts";
import { listWantedCards, listWantedOpenings, writeCard, writeOpening } from "../store/openings.ts";
import type { WantedOpening } from "../store/openings.ts";

const FETCH_MS = 2_000;
const BATCH = 50;
/** So many are waited for at once: what nobody has must not keep what somebody has waiting. */
const AT_ONCE = 16;
const FIRST_WAIT_SECONDS = 2;
const LONGEST_WAIT_SECONDS = 3_600;

/** The loops that fetch. */
export type Fetching = { start(): Promise<void>; stop(): Promise<void> };

/** Makes the loops over what the index knows. */
export function createFetching(parts: Foundation & { gateway: Gateway }): Fetching {
  const { config, database, log } = parts;
  const stopping = new AbortController();
  const { signal } = stopping;
  let running: Promise<unknown> = Promise.resolve();
  let deafen: (() => Promise<void>) | null = null;
  let awake = new AbortController();

  /** Fetches until told to stop; in between it sleeps, until `wakes` where that is given. */
  async function run(again: boolean, wakes: () => AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const wake = wakes();
      try {
        if ((await fetchWanted(parts, { again, signal })) > 0) continue;
      } catch (error) {
        log.warn("fetching-failed", { message: error instanceof Error ? error.message.slice(0, 400) : "unknown" });
      }
      const until = AbortSignal.any([signal, wake]);
      await sleep(Math.max(config.pollMs, 1_000), undefined, { signal: until }).catch(() => undefined);
    }
  }
  const nextAct = (): AbortSignal => {
    if (awake.signal.aborted) awake = new AbortController();
    return awake.signal;
  };

  return {
    async start() {
      deafen = await database.listen("act", () => awake.abort());
      // What is missing is waited for beside what has just come, which would have to wait, too.
      running = Promise.all([run(false, nextAct), run(true, () => signal)]);
    },
    async stop() {
      stopping.abort();
      await running;
      await deafen?.();
    },
  };
}

/**
 * Looks once for what is wanted now and was never looked for, or (`again`) for what was missing; gives how much that is.
 * What is still looked for when `signal` aborts is left as it was, untried.
 */
export async function fetchWanted(
  parts: Foundation & { gateway: Gateway },
  { again, signal }: { again: boolean; signal?: AbortSignal },
): Promise<number> {
  const wanted = { now: parts.now(), limit: BATCH, again };
  const openings = await listWantedOpenings(parts.database, wanted);
  const cards = await listWantedCards(parts.database, wanted);
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
