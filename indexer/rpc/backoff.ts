// How long to wait before asking again: doubling, with full jitter, so that many services that lost one node do not
// come back to it all at once.

/** A wait in milliseconds after so many failures in a row; `random` gives a number from 0 up to 1. */
export function backOff(options: { failures: number; leastMs: number; mostMs: number; random?: () => number }): number {
  const { failures, leastMs, mostMs, random = Math.random } = options;
  const ceiling = Math.min(mostMs, leastMs * 2 ** Math.min(Math.max(failures, 1), 16));
  return Math.round(leastMs / 2 + random() * (ceiling - leastMs / 2));
}
