// From a provider's week, as people say it ("Mondays nine to five, in Berlin"), to the ledger's UTC days. Rule: hours
// mean wall-clock hours in the time zone, also across a change of clocks; what a clock skips is not open.

import { Failure } from "../failure.ts";
import { dayOf, QUARTER, slotMask, SLOTS, slotOf, timeOf } from "./slots.ts";

/** Hours of one weekday. */
export type WeeklyHours = {
  /** 0 Sunday to 6 Saturday. */
  readonly weekday: number;
  /** "09:00", on a quarter of an hour. */
  readonly from: string;
  /** "17:00", not included; "24:00" is midnight. */
  readonly to: string;
};

function minutesOf(text: string): number {
  const match = /^(\d{2}):(\d{2})$/.exec(text);
  const minutes = Number(match?.[1]) * 60 + Number(match?.[2]);
  if (match === null || minutes > 24 * 60 || Number(match[2]) > 59 || minutes % 15 !== 0) {
    throw new Failure(
      "bad-input",
      `"${text.slice(0, 10)}" is not a time on a quarter of an hour. Nothing was changed.`,
    );
  }
  return minutes;
}

const weekdays = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];

function localClock(timeZone: string): (unix: number) => { weekday: number; minutes: number } {
  let format: Intl.DateTimeFormat;
  try {
    format = new Intl.DateTimeFormat("en-US", {
      timeZone,
      hourCycle: "h23",
      weekday: "short",
      hour: "numeric",
      minute: "numeric",
    });
  } catch (cause) {
    throw new Failure("bad-input", `"${timeZone.slice(0, 40)}" is not a time zone. Nothing was changed.`, { cause });
  }
  return (unix) => {
    const parts = new Map(format.formatToParts(unix * 1000).map((part) => [part.type, part.value]));
    return {
      weekday: weekdays.indexOf(parts.get("weekday") ?? ""),
      minutes: Number(parts.get("hour")) * 60 + Number(parts.get("minute")),
    };
  };
}

/**
 * The open quarter-hours of `days` UTC days from `firstDay`. Every quarter-hour is asked what the clock on the wall
 * shows, so a change of clocks needs no rule. Throws Failure("bad-input") for malformed hours or time zone.
 */
export function weeklyAvailability(week: {
  readonly hours: readonly WeeklyHours[];
  readonly timeZone: string;
  readonly firstDay: number;
  readonly days: number;
}): { day: number; open: bigint }[] {
  const clock = localClock(week.timeZone);
  const hours = week.hours.map(({ weekday, from, to }) => ({ weekday, from: minutesOf(from), to: minutesOf(to) }));
  const open = new Map<number, bigint>();
  const start = timeOf(week.firstDay, 0);
  for (let quarter = 0; quarter < week.days * SLOTS; quarter++) {
    const unix = start + quarter * QUARTER;
    const { weekday, minutes } = clock(unix);
    const isOpen = hours.some((range) => range.weekday === weekday && range.from <= minutes && minutes < range.to);
    const day = dayOf(unix);
    open.set(day, (open.get(day) ?? 0n) | (isOpen ? slotMask(slotOf(unix), 1) : 0n));
  }
  return [...open].map(([day, mask]) => ({ day, open: mask }));
}
