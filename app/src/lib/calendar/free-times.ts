// Free times of a provider, as unix seconds, worked out from the ledger's own bitmaps and never from a copy of them.
import { freeStarts, timeOf } from "#protocol/appointments/index.ts";

/** One UTC day of a provider: which quarter-hours are open, and which of them are booked. */
export type DayBits = { open: bigint; booked: bigint };

/** Times at which an appointment of `length` quarter-hours could begin, after `from`, in order. Days by UTC day number. */
export function freeTimes(
  days: ReadonlyMap<number, DayBits>,
  options: { length: number; from: number; every?: number },
): number[] {
  const every = options.every ?? 1;
  return [...days.entries()]
    .sort(([a], [b]) => a - b)
    .flatMap(([day, bits]) => {
      const next = days.get(day + 1);
      return freeStarts({ ...bits, ...(next ? { next } : {}) }, options.length)
        .filter((slot) => slot % every === 0)
        .map((slot) => timeOf(day, slot));
    })
    .filter((time) => time > options.from);
}

/** Groups times by the reader's own calendar day; keys are "YYYY-MM-DD". */
export function groupByDay(times: readonly number[]): Map<string, number[]> {
  return groupBy(times, dayKey);
}

/** Groups things by a key, in the order of their coming. */
export function groupBy<T>(things: readonly T[], keyOf: (thing: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const thing of things) {
    const group = groups.get(keyOf(thing));
    if (group) group.push(thing);
    else groups.set(keyOf(thing), [thing]);
  }
  return groups;
}

/** The reader's own calendar day of a moment, as "YYYY-MM-DD". */
export function dayKey(seconds: number): string {
  const date = new Date(seconds * 1000);
  return `${date.getFullYear()}-${String(date.getMonth() + 1).padStart(2, "0")}-${String(date.getDate()).padStart(2, "0")}`;
}
