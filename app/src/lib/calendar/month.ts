// The days of a month as a calendar shows them: whole weeks, Monday first where the language does so.
import { currentLocale } from "#app/ui/index.ts";

/** A day in the grid. `key` is "YYYY-MM-DD" in the reader's own zone. */
export type MonthDay = { key: string; day: number; inMonth: boolean };

/** The first day of the week in the language in use: 0 Sunday, 1 Monday, 6 Saturday. */
export function firstWeekday(): number {
  const locale = new Intl.Locale(currentLocale()) as Intl.Locale & { getWeekInfo?: () => { firstDay: number } };
  return (locale.getWeekInfo?.().firstDay ?? 1) % 7;
}

/** Short names of the weekdays in the order of the grid, with the long ones for screen readers. */
export function weekdayNames(): { short: string; long: string }[] {
  const first = firstWeekday();
  return Array.from({ length: 7 }, (_, index) => {
    const date = new Date(2023, 0, 1 + first + index); // 1 January 2023 was a Sunday
    const name = (weekday: "short" | "long"): string =>
      new Intl.DateTimeFormat(currentLocale(), { weekday }).format(date);
    return { short: name("short"), long: name("long") };
  });
}

/** The weeks of a month (0..11), padded with the days around it. */
export function weeksOf(year: number, month: number): MonthDay[][] {
  const lead = (new Date(year, month, 1).getDay() - firstWeekday() + 7) % 7;
  const count = Math.ceil((lead + new Date(year, month + 1, 0).getDate()) / 7);
  return Array.from({ length: count }, (_, week) =>
    Array.from({ length: 7 }, (_, weekday) => {
      const date = new Date(year, month, 1 - lead + week * 7 + weekday);
      return { key: keyOf(date), day: date.getDate(), inMonth: date.getMonth() === month };
    }),
  );
}

/** "November 2026". */
export function monthName(year: number, month: number): string {
  return new Intl.DateTimeFormat(currentLocale(), { month: "long", year: "numeric" }).format(new Date(year, month, 1));
}

/** "Monday 23 November" for "YYYY-MM-DD". */
export function dayName(key: string): string {
  const [year = 1970, month = 1, day = 1] = key.split("-").map(Number);
  return new Intl.DateTimeFormat(currentLocale(), { weekday: "long", day: "numeric", month: "long" }).format(
    new Date(year, month - 1, day),
  );
}

function keyOf(date: Date): string {
  return `${date.getFullYear()}-${String(date.getMonth() + 1).padStart(2, "0")}-${String(date.getDate()).padStart(2, "0")}`;
}
