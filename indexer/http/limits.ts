// How often one may call: token buckets for each kind of route, full at the start and refilled evenly, so a burst of a
// minute's worth is fine and no more than that. Rule: one person has an allowance, and so have the address that they share
// with others, its network, and the service as a whole, so that making accounts, or addresses, gains nothing.

import type { RateLimits, RateShares } from "../config.ts";
import { failLater } from "./problem.ts";

const MAX_BUCKETS = 50_000;

/** Who calls: an account where somebody is signed in (and the route counts accounts), and where the call comes from. */
export type Caller = { account: string | null; address: string };

/**
 * Takes one call from every allowance that it falls under; throws `too-many-requests` with the seconds to wait when there is
 * not one left in one of them. `more`: the call was let in already and weighs as much as so many others besides. That is
 * taken whole, so that one that weighs more than a minute's worth is possible, and is owed: nothing more goes through until
 * it has been refilled.
 */
export type TakeTurn = (kind: keyof RateLimits, caller: Caller, more?: number) => void;

/** Makes the allowances. `now` in milliseconds. */
export function createLimits(
  { rates, shares }: { rates: RateLimits; shares: RateShares },
  now: () => number = Date.now,
): TakeTurn {
  const buckets = new Map<string, { tokens: number; at: number }>();

  function look(key: string, perMinute: number, at: number): number {
    const bucket = buckets.get(key) ?? { tokens: perMinute, at };
    const tokens = Math.min(perMinute, bucket.tokens + ((at - bucket.at) / 60_000) * perMinute);
    // Deleted and set again, so that the map stays in order of use and the longest unused goes first.
    buckets.delete(key);
    buckets.set(key, { tokens, at });
    if (buckets.size > MAX_BUCKETS) buckets.delete(buckets.keys().next().value ?? key);
    return tokens;
  }

  return (kind, { account, address }, more) => {
    if (more === 0) return;
    // Of calls that were let in together only as many go on as there is something left for.
    const least = more === undefined ? 1 : 0;
    const perMinute = rates[kind];
    const at = now();
    const place = findPlace(address);
    const allowances = [
      { key: `${kind} who ${account ?? place.host}`, perMinute },
      { key: `${kind} host ${place.host}`, perMinute: perMinute * shares.address },
      { key: `${kind} network ${place.network}`, perMinute: perMinute * shares.network },
      { key: `${kind} all`, perMinute: perMinute * shares.all },
    ].map((each) => ({ ...each, tokens: look(each.key, each.perMinute, at) }));
    const waits = allowances.map(({ tokens, perMinute }) => (tokens < least ? ((1 - tokens) / perMinute) * 60 : 0));
    const wait = Math.max(...waits);
    // A refused call takes nothing: who waits as long as they were told to must find what they waited for.
    if (wait > 0) {
      throw failLater(
        "too-many-requests",
        "That was more than this service answers in a minute. Nothing was lost. Wait a moment and try again.",
        wait,
      );
    }
    for (const { key, tokens } of allowances) buckets.set(key, { tokens: tokens - (more ?? 1), at });
  };
}

/**
 * What counts as one host, and as one network: an IPv4 address and its /24; of IPv6, where everybody has a whole /64 to
 * call from, that /64 and its /48.
 */
export function findPlace(address: string): { host: string; network: string } {
  const four = /^(?:::ffff:)?(\d{1,3}\.\d{1,3}\.\d{1,3})\.\d{1,3}$/i.exec(address);
  if (four !== null) return { host: address.replace(/^::ffff:/i, ""), network: four[1] ?? address };
  if (!address.includes(":")) return { host: address, network: address };
  const [left = "", right = ""] = address.split("%", 1)[0]?.toLowerCase().split("::") ?? [];
  const before = left === "" ? [] : left.split(":");
  const after = right === "" ? [] : right.split(":");
  const gap = address.includes("::") ? Math.max(0, 8 - before.length - after.length) : 0;
  const groups = [...before, ...Array.from({ length: gap }, () => "0"), ...after].map((group) =>
    group.replace(/^0+(?=.)/, ""),
  );
  return { host: groups.slice(0, 4).join(":"), network: groups.slice(0, 3).join(":") };
}
