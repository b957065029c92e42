// When somebody last showed that they are who unlocked this vault: by unlocking it, or by a fresh check. Kept in this
// page's memory alone.

/** How long a check is fresh. Milliseconds. */
export const FRESH_MS = 5 * 60_000;

let confirmedAt = Number.NEGATIVE_INFINITY;
let cameOtherwise = false;

/**
 * Somebody showed it now. `now` in milliseconds; `otherwise`: by a kit or by guardians, so that they may have nothing left
 * that the question asks for.
 */
export function noteConfirmed(now: number, options: { otherwise?: boolean } = {}): void {
  confirmedAt = now;
  cameOtherwise = options.otherwise ?? false;
}

/** Whether the vault was opened by a kit or by guardians, and nothing was shown since. */
export function didComeOtherwise(): boolean {
  return cameOtherwise;
}

/** Whether the last time is recent enough. A clock that was set back proves nothing. */
export function isFresh(now: number): boolean {
  return now >= confirmedAt && now - confirmedAt < FRESH_MS;
}
