// When somebody last showed that they are who unlocked this vault: by unlocking it, or by a fresh check. Kept in this
// page's memory alone.

/** How long a check is fresh. Milliseconds. */
export const FRESH_MS = 5 * 60_000;

let confirmedAt = Number.NEGATIVE_INFINITY;

/** Somebody showed it now. `now` in milliseconds. */
export function noteConfirmed(now: number): void {
  confirmedAt = now;
}

/** Whether the last time is recent enough. A clock that was set back proves nothing. */
export function isFresh(now: number): boolean {
  return now >= confirmedAt && now - confirmedAt < FRESH_MS;
}
