// Days, quarter-hours and bitmaps, as the ledger counts them. Rule: a day is a UTC day since 1970, a slot one of its 96
// quarter-hours, bit i of a day's bitmap is slot i; an appointment may run past midnight into the next day.

import { Failure } from "../failure.ts";

/** A slot in seconds. */
export const QUARTER = 900;
/** Slots of a day. */
export const SLOTS = 96;
const DAY = QUARTER * SLOTS;
const fullDay = (1n << 96n) - 1n;

/** A day's quarter-hours as the ledger tells them: open ones and, among them, booked ones. */
export type DaySlots = { readonly open: bigint; readonly booked: bigint };

/** The UTC day of an instant (Unix seconds). */
export function dayOf(unix: number): number {
  return Math.floor(unix / DAY);
}

/** The slot of an instant in its UTC day. */
export function slotOf(unix: number): number {
  return Math.floor((unix - dayOf(unix) * DAY) / QUARTER);
}

/** The instant (Unix seconds) at which a slot of a day begins. */
export function timeOf(day: number, slot: number): number {
  return day * DAY + slot * QUARTER;
}

function check(slot: number, length: number): void {
  const good =
    Number.isInteger(slot) && slot >= 0 && slot < SLOTS && Number.isInteger(length) && length >= 1 && length <= SLOTS;
  if (good) return;
  throw new Failure(
    "bad-input",
    "An appointment starts on a quarter of an hour and lasts at most a day. Nothing was changed.",
  );
}

/** The bits of `length` quarter-hours from `slot`, on that day; what runs past midnight is left out. */
export function slotMask(slot: number, length: number): bigint {
  check(slot, length);
  return (((1n << BigInt(length)) - 1n) << BigInt(slot)) & fullDay;
}

/** The bits of an appointment on each day that it touches: one entry, or two when it runs past midnight. */
export function masksOf(time: {
  readonly day: number;
  readonly slot: number;
  readonly length: number;
}): { day: number; mask: bigint }[] {
  const { day, slot, length } = time;
  const first = { day, mask: slotMask(slot, length) };
  const over = slot + length - SLOTS;
  return over > 0 ? [first, { day: day + 1, mask: slotMask(0, over) }] : [first];
}

/** The bits of several ranges of slots; `to` is not included. */
export function openMask(ranges: readonly { readonly from: number; readonly to: number }[]): bigint {
  return ranges.reduce((mask, { from, to }) => mask | slotMask(from, to - from), 0n);
}

/** The slots of a day at which `length` quarter-hours are open and not booked; `next` is the day after. */
export function freeStarts(day: DaySlots & { readonly next?: DaySlots | undefined }, length: number): number[] {
  const free = (slots: DaySlots | undefined) => (slots === undefined ? 0n : slots.open & ~slots.booked & fullDay);
  const both = free(day) | (free(day.next) << 96n);
  const wanted = (1n << BigInt(length)) - 1n;
  check(0, length);
  const starts: number[] = [];
  for (let slot = 0; slot < SLOTS; slot++) {
    if (((both >> BigInt(slot)) & wanted) === wanted) starts.push(slot);
  }
  return starts;
}

/** The first free time after `from` (Unix seconds) within `days` days; null when there is none. */
export function nextFree(search: {
  readonly dayOf: (day: number) => DaySlots | undefined;
  readonly from: number;
  readonly length: number;
  readonly days: number;
}): { day: number; slot: number } | null {
  const first = dayOf(search.from);
  for (let day = first; day < first + search.days; day++) {
    const slots = search.dayOf(day);
    if (slots === undefined) continue;
    const starts = freeStarts({ ...slots, next: search.dayOf(day + 1) }, search.length);
    const slot = starts.find((start) => timeOf(day, start) > search.from);
    if (slot !== undefined) return { day, slot };
  }
  return null;
}
