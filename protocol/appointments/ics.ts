// Appointments as an iCalendar file (RFC 5545). Rule: times in UTC, text escaped, lines folded at 75 bytes; only what
// the caller passes goes in, so a feed can be free of content.

import { utf8 } from "../bytes.ts";

/** One appointment in a calendar. Times in Unix seconds. */
export type CalendarEvent = {
  /** Stays the same when the appointment changes; unique in the world. */
  readonly uid: string;
  readonly start: number;
  readonly end: number;
  readonly summary: string;
  readonly description?: string;
  readonly location?: string;
  readonly status: "TENTATIVE" | "CONFIRMED" | "CANCELLED";
  /** Rises with every change. */
  readonly sequence: number;
  readonly changedAt: number;
};

const escapeText = (text: string) =>
  text
    .replaceAll("\\", "\\\\")
    .replaceAll(";", "\\;")
    .replaceAll(",", "\\,")
    .replaceAll(/\r\n|\r|\n/g, "\\n");

const utcTime = (unix: number) => `${new Date(unix * 1000).toISOString().slice(0, 19).replaceAll(/[-:]/g, "")}Z`;

/** RFC 5545 3.1: no line longer than 75 bytes; what follows begins with a space. */
function foldLine(line: string): string {
  const lines: string[] = [];
  let current = "";
  for (const character of line) {
    if (utf8(current + character).length > (lines.length === 0 ? 75 : 74)) {
      lines.push(current);
      current = "";
    }
    current += character;
  }
  return [...lines, current].join("\r\n ");
}

/** A calendar file with these appointments. */
export function toIcs(events: readonly CalendarEvent[]): string {
  const lines = events.flatMap((event) => [
    "BEGIN:VEVENT",
    `UID:${escapeText(event.uid)}`,
    `DTSTAMP:${utcTime(event.changedAt)}`,
    `DTSTART:${utcTime(event.start)}`,
    `DTEND:${utcTime(event.end)}`,
    `SEQUENCE:${event.sequence}`,
    `STATUS:${event.status}`,
    `SUMMARY:${escapeText(event.summary)}`,
    ...(event.description === undefined ? [] : [`DESCRIPTION:${escapeText(event.description)}`]),
    ...(event.location === undefined ? [] : [`LOCATION:${escapeText(event.location)}`]),
    "END:VEVENT",
  ]);
  const all = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Placet//Appointments//EN", ...lines, "END:VCALENDAR"];
  return `${all.map(foldLine).join("\r\n")}\r\n`;
}
