// A provider's week in their own time, and what of it the ledger's days do not say yet. Rule: the week itself is kept
// nowhere: it is read out of the published days, so that what is shown is what patients can book.
import {
  openMask,
  QUARTER,
  SLOTS,
  slotOf,
  timeOf,
  weeklyAvailability,
  dayOf,
  type WeeklyHours,
} from "#protocol/appointments/index.ts";
import { dayName, dayKey } from "#app/calendar/index.ts";
import { timeInWords } from "#app/ui/index.ts";

/** The hours of one weekday (0 Sunday to 6 Saturday), in the device's time zone; none: closed. */
export type WeekdayHours = { weekday: number; ranges: { from: string; to: string }[] };

/** A UTC day as the ledger has it. */
export type LedgerDay = { day: number; open: bigint; booked: bigint };

/** A day whose published hours would change. */
export type DayChange = {
  day: number;
  open: bigint;
  /** Quarter-hours that are booked and would no longer be open: the appointments stay. */
  bookedOutside: number;
};

/** Monday first, as a week of work is read. */
export const weekdays = [1, 2, 3, 4, 5, 6, 0] as const;

/** Hours to begin with for somebody who has published none. */
export function suggestedWeek(): WeekdayHours[] {
  return weekdays.map((weekday) => ({
    weekday,
    ranges:
      weekday === 0 || weekday === 6
        ? []
        : [
            { from: "09:00", to: "12:00" },
            { from: "13:00", to: "17:00" },
          ],
  }));
}

/** The week that the published days come to: of each weekday, the next day that has any hours. */
export function weekOf(days: readonly LedgerDay[]): WeekdayHours[] | undefined {
  const byDate = new Map<string, { weekday: number; minutes: number[] }>();
  for (const { day, open } of [...days].sort((a, b) => a.day - b.day)) {
    for (let slot = 0; slot < SLOTS; slot++) {
      if (((open >> BigInt(slot)) & 1n) === 0n) continue;
      const date = new Date(timeOf(day, slot) * 1000);
      const key = dayKey(timeOf(day, slot));
      const entry = byDate.get(key) ?? { weekday: date.getDay(), minutes: [] };
      entry.minutes.push(date.getHours() * 60 + date.getMinutes());
      byDate.set(key, entry);
    }
  }
  if (byDate.size === 0) return undefined;
  const today = dayKey(Date.now() / 1000);
  return weekdays.map((weekday) => {
    // Today may be half over; a later day of the same name says more.
    const dates = [...byDate].filter(([, entry]) => entry.weekday === weekday);
    const [, chosen] = dates.find(([key]) => key !== today) ?? dates[0] ?? [];
    return { weekday, ranges: rangesOf(chosen?.minutes ?? []) };
  });
}

function rangesOf(minutes: readonly number[]): { from: string; to: string }[] {
  const ranges: { from: number; to: number }[] = [];
  for (const minute of [...minutes].sort((a, b) => a - b)) {
    const last = ranges.at(-1);
    if (last?.to === minute) last.to = minute + 15;
    else ranges.push({ from: minute, to: minute + 15 });
  }
  return ranges.map(({ from, to }) => ({ from: clockOf(from), to: clockOf(to) }));
}

function clockOf(minutes: number): string {
  return `${String(Math.floor(minutes / 60)).padStart(2, "0")}:${String(minutes % 60).padStart(2, "0")}`;
}

/** What is wrong with a week: fields of ranges that end before they begin or are not on a quarter of an hour. */
export function findBadRanges(week: readonly WeekdayHours[]): { weekday: number; index: number }[] {
  const good = (text: string): boolean => /^([01]\d|2[0-3]):(00|15|30|45)$/.test(text) || text === "24:00";
  return week.flatMap(({ weekday, ranges }) =>
    ranges.flatMap(({ from, to }, index) =>
      good(from) && good(to) && from < to && ranges.every((other, at) => at >= index || other.to <= from)
        ? []
        : [{ weekday, index }],
    ),
  );
}

/** The days from now on whose hours would change. What is past of today stays as it is. */
export function changesOf(
  week: readonly WeekdayHours[],
  options: { days: readonly LedgerDay[]; now: number; weeks: number },
): DayChange[] {
  const { now, weeks } = options;
  const hours = week.flatMap(({ weekday, ranges }): WeeklyHours[] => ranges.map((range) => ({ weekday, ...range })));
  const firstDay = dayOf(now);
  const timeZone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const present = new Map(options.days.map((day) => [day.day, day]));
  return weeklyAvailability({ hours, timeZone, firstDay, days: weeks * 7 }).flatMap(({ day, open: wanted }) => {
    const { open: before = 0n, booked = 0n } = present.get(day) ?? {};
    const nextSlot = slotOf(now) + 1;
    const past = day === firstDay && nextSlot > 0 ? openMask([{ from: 0, to: Math.min(nextSlot, SLOTS) }]) : 0n;
    const open = (wanted & ~past) | (before & past);
    return open === before ? [] : [{ day, open, bookedOutside: countBits(booked & ~open) }];
  });
}

function countBits(mask: bigint): number {
  let count = 0;
  for (let rest = mask; rest > 0n; rest >>= 1n) if ((rest & 1n) === 1n) count++;
  return count;
}

/** "09:00–12:00, 13:00–17:00" in the device's zone; empty for a day without open hours. */
export function hoursInWords({ day, open }: { day: number; open: bigint }): string {
  const ranges: { from: number; to: number }[] = [];
  for (let slot = 0; slot < SLOTS; slot++) {
    if (((open >> BigInt(slot)) & 1n) === 0n) continue;
    const at = timeOf(day, slot);
    const last = ranges.at(-1);
    if (last?.to === at) last.to = at + QUARTER;
    else ranges.push({ from: at, to: at + QUARTER });
  }
  return ranges.map(({ from, to }) => `${timeInWords(from)}–${timeInWords(to)}`).join(", ");
}

/** "Monday 23 November": the day of one's own calendar in whose middle the ledger's day has its noon. */
export function dayInWords(day: number): string {
  return dayName(dayKey(timeOf(day, SLOTS / 2)));
}
