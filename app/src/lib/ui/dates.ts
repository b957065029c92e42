// Times in words. Everything here takes unix seconds, as the ledger does, and speaks the language in use.
// Rule: a date is never shown as digits alone, and "today" and "tomorrow" are said.
import { currentLocale, t } from "./text.ts";

const MINUTE = 60;
const HOUR = 3600;
const DAY = 86400;

type DateOptions = {
  /** Unix seconds that count as now. */
  now?: number;
  /** IANA zone; the device's own by default. */
  timeZone?: string;
  /** Adds "(GMT+1)" and the like: for readers who may sit elsewhere. */
  withZone?: boolean;
};

/** "25 December 2026" for unix seconds. */
export function dateInWords(seconds: number, options: DateOptions = {}): string {
  return new Intl.DateTimeFormat(currentLocale(), {
    day: "numeric",
    month: "long",
    year: "numeric",
    ...(options.timeZone ? { timeZone: options.timeZone } : {}),
  }).format(seconds * 1000);
}

/** "18:00", or "18:00 (GMT+1)". */
export function timeInWords(seconds: number, options: DateOptions = {}): string {
  const parts = new Intl.DateTimeFormat(currentLocale(), {
    hour: "2-digit",
    minute: "2-digit",
    hourCycle: "h23",
    ...(options.withZone ? { timeZoneName: "short" as const } : {}),
    ...(options.timeZone ? { timeZone: options.timeZone } : {}),
  }).formatToParts(seconds * 1000);
  const zone = parts.find((part) => part.type === "timeZoneName")?.value;
  const clock = `${parts.find((part) => part.type === "hour")?.value ?? ""}:${parts.find((part) => part.type === "minute")?.value ?? ""}`;
  return zone ? `${clock} (${zone})` : clock;
}

/** "today, 18:00", "tomorrow, 09:30", "yesterday, 12:04" or "25 December 2026, 18:00". */
export function momentInWords(seconds: number, options: DateOptions = {}): string {
  const now = options.now ?? Date.now() / 1000;
  const day = dayNumber(seconds, options.timeZone) - dayNumber(now, options.timeZone);
  const time = timeInWords(seconds, options);
  if (day === 0) return t("ui.date.today", { time });
  if (day === 1) return t("ui.date.tomorrow", { time });
  if (day === -1) return t("ui.date.yesterday", { time });
  return t("ui.date.at", { date: dateInWords(seconds, options), time });
}

/** A short form for narrow places: "today", "25 Dec", "25 Dec 2027" in another year, or "18:00" when it is today. */
export function shortMoment(seconds: number, options: DateOptions = {}): string {
  const now = options.now ?? Date.now() / 1000;
  const zone = options.timeZone ? { timeZone: options.timeZone } : {};
  if (dayNumber(seconds, options.timeZone) === dayNumber(now, options.timeZone)) return timeInWords(seconds, options);
  const sameYear = new Date(seconds * 1000).getFullYear() === new Date(now * 1000).getFullYear();
  return new Intl.DateTimeFormat(currentLocale(), {
    day: "numeric",
    month: "short",
    ...(sameYear ? {} : { year: "numeric" as const }),
    ...zone,
  }).format(seconds * 1000);
}

/** A length of time in its one or two largest units: "30 days", "1 hour 20 minutes", "45 seconds". */
export function durationInWords(seconds: number): string {
  const total = Math.max(0, Math.round(seconds));
  if (total < MINUTE) return t("ui.duration.seconds", { count: total });
  if (total < HOUR) return t("ui.duration.minutes", { count: Math.round(total / MINUTE) });
  if (total < 2 * DAY) {
    const minutes = Math.round((total % HOUR) / MINUTE) % 60;
    const hours = Math.floor(total / HOUR) + (Math.round((total % HOUR) / MINUTE) === 60 ? 1 : 0);
    const words = t("ui.duration.hours", { count: hours });
    return minutes && hours < 6 ? `${words} ${t("ui.duration.minutes", { count: minutes })}` : words;
  }
  return t("ui.duration.days", { count: Math.round(total / DAY) });
}

/** How long until a moment, or since it: "12 days left", "ended 3 hours ago", "starts in 2 days". */
export function timeLeftInWords(until: number, now: number = Date.now() / 1000): string {
  return until > now
    ? t("ui.date.left", { duration: durationInWords(until - now) })
    : t("ui.date.endedAgo", { duration: durationInWords(now - until) });
}

/** "3 minutes ago", or "just now" below ten seconds. */
export function agoInWords(seconds: number, now: number = Date.now() / 1000): string {
  const past = now - seconds;
  return past < 10 ? t("ui.date.justNow") : t("ui.date.ago", { duration: durationInWords(past) });
}

/** "1.4 MB" with decimal units, as storage is sold and file managers show it. */
export function bytesInWords(bytes: number): string {
  const units = ["byte", "kilobyte", "megabyte", "gigabyte"] as const;
  const step = bytes < 1000 ? 0 : Math.min(3, Math.floor(Math.log10(bytes) / 3));
  const value = bytes / 1000 ** step;
  return new Intl.NumberFormat(currentLocale(), {
    style: "unit",
    unit: units[step] ?? "byte",
    unitDisplay: step === 0 ? "long" : "short",
    maximumFractionDigits: value < 10 && step > 0 ? 1 : 0,
  }).format(value);
}

/** The calendar day as a number that differs by one from day to day, in a zone. */
function dayNumber(seconds: number, timeZone: string | undefined): number {
  const parts = new Intl.DateTimeFormat("en-CA", {
    year: "numeric",
    month: "2-digit",
    day: "2-digit",
    ...(timeZone ? { timeZone } : {}),
  }).format(seconds * 1000);
  return Math.round(Date.parse(`${parts}T00:00:00Z`) / (DAY * 1000));
}
