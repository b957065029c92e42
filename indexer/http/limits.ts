// How often one caller may call: a token bucket for each kind of route and each account (or network address, for who is
// not signed in). Full at the start, refilled evenly, so a burst of a minute's worth is fine and no more than that.

import type { RateLimits } from "../config.ts";
import { failLater } from "./problem.ts";

const MAX_BUCKETS = 50_000;

/**
 * Takes one call of `caller` (or what weighs as much as `calls` of them) from its allowance; throws `too-many-requests`
 * with the seconds to wait when there is not one left.
 */
export type TakeTurn = (kind: keyof RateLimits, caller: string, calls?: number) => void;

/** Makes the allowances. `now` in milliseconds. */
export function createLimits(rates: RateLimits, now: () => number = Date.now): TakeTurn {
  const buckets = new Map<string, { tokens: number; at: number }>();
  return (kind, caller, calls = 1) => {
    const perMinute = rates[kind];
    const key = `${kind} ${caller}`;
    const at = now();
    const bucket = buckets.get(key) ?? { tokens: perMinute, at };
    const tokens = Math.min(perMinute, bucket.tokens + ((at - bucket.at) / 60_000) * perMinute);
    // Deleted and set again, so that the map stays in order of use and the longest unused goes first.
    buckets.delete(key);
    // A refused call takes nothing: who waits as long as they were told to must find what they waited for.
    buckets.set(key, { tokens: tokens < 1 ? tokens : Math.max(0, tokens - calls), at });
    if (buckets.size > MAX_BUCKETS) buckets.delete(buckets.keys().next().value ?? key);
    if (tokens < 1) {
      throw failLater(
        "too-many-requests",
        "That was more than this service answers in a minute. Nothing was lost. Wait a moment and try again.",
        ((1 - tokens) / perMinute) * 60,
      );
    }
  };
}
