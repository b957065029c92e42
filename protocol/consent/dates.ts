// Dates and times in words. Rule: the words depend on the instant, the time zone and the wording alone, never on the
// machine's own settings, so that two people who render one consent get the same letters.

import { Failure } from "../failure.ts";

const months = {
  en: [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
  ],
} as const;

/** The languages that dates can be written in. */
export type DateLanguage = keyof typeof months;

function monthName(month: number, language: DateLanguage): string {
  return months[language][month - 1] ?? "";
}

/** Wall-clock parts of an instant in a time zone. Throws Failure("bad-input") for an unknown zone or impossible time. */
function wallClock(unix: number, timeZone: string): Record<"year" | "month" | "day" | "hour" | "minute", number> {
  try {
    const format = new Intl.DateTimeFormat("en-GB", {
      timeZone,
      calendar: "gregory",
      numberingSystem: "latn",
      hourCycle: "h23",
      year: "numeric",
      month: "numeric",
      day: "numeric",
      hour: "numeric",
      minute: "numeric",
    });
    const parts = new Map(format.formatToParts(unix * 1000).map((part) => [part.type, Number(part.value)]));
    const read = (name: Intl.DateTimeFormatPartTypes) => parts.get(name) ?? 0;
    return { year: read("year"), month: read("month"), day: read("day"), hour: read("hour"), minute: read("minute") };
  } catch (cause) {
    throw new Failure("bad-input", `The time ${unix} in ${timeZone} cannot be written down. Nothing was changed.`, {
      cause,
    });
  }
}

/** "25 December 2026": the date of an instant (Unix seconds) in a time zone. */
export function formatDate(unix: number, timeZone: string, language: DateLanguage = "en"): string {
  const { year, month, day } = wallClock(unix, timeZone);
  return `${day} ${monthName(month, language)} ${year}`;
}

/** "25 December 2026, 18:00": an instant (Unix seconds) in a time zone. */
export function formatTime(unix: number, timeZone: string, language: DateLanguage = "en"): string {
  const { hour, minute } = wallClock(unix, timeZone);
  return `${formatDate(unix, timeZone, language)}, ${String(hour).padStart(2, "0")}:${String(minute).padStart(2, "0")}`;
}

/** True for a calendar date "YYYY-MM-DD" that exists. */
export function isCalendarDate(text: string): boolean {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text) || text < "1000") return false;
  const parsed = new Date(`${text}T00:00:00Z`);
  return !Number.isNaN(parsed.getTime()) && parsed.toISOString().startsWith(text);
}

/** "1 March 2027" of "2027-03-01", a calendar date without a time zone. */
export function formatCalendarDate(text: string, language: DateLanguage = "en"): string {
  const [year = "", month = "", day = ""] = text.split("-");
  return `${Number(day)} ${monthName(Number(month), language)} ${Number(year)}`;
}
