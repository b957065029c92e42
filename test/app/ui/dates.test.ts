import { describe, expect, test } from "vitest";
import {
  agoInWords,
  bytesInWords,
  durationInWords,
  momentInWords,
  shortMoment,
  timeInWords,
  timeLeftInWords,
} from "../../../app/src/lib/ui/dates.ts";

const at = (text: string): number => Date.parse(text) / 1000;
const lisbon = { timeZone: "Europe/Lisbon" };

describe("A person who reads when something is", () => {
  test("reads dates in words and times by the 24-hour clock", () => {
    const now = at("2026-11-22T12:00:00Z");
    expect(momentInWords(at("2026-12-25T18:00:00Z"), { now, ...lisbon })).toBe("25 December 2026, 18:00");
  });

  test("reads today, tomorrow and yesterday by the calendar of their own zone, not by hours", () => {
    const now = at("2026-11-22T23:30:00Z");
    expect(momentInWords(at("2026-11-23T00:30:00Z"), { now, ...lisbon })).toBe("tomorrow, 00:30");
    expect(momentInWords(at("2026-11-23T00:30:00Z"), { now, timeZone: "Europe/Berlin" })).toBe("today, 01:30");
    expect(momentInWords(at("2026-11-21T23:59:00Z"), { now, ...lisbon })).toBe("yesterday, 23:59");
  });

  test("is told the zone where it matters", () => {
    expect(timeInWords(at("2026-07-01T10:00:00Z"), { timeZone: "Europe/Berlin", withZone: true })).toMatch(
      /^12:00 \((CEST|GMT\+2)\)$/,
    );
  });

  test("reads short dates in narrow places, with the year only when it is another", () => {
    const now = at("2026-11-22T12:00:00Z");
    expect(shortMoment(at("2026-12-25T18:00:00Z"), { now, ...lisbon })).toBe("25 Dec");
    expect(shortMoment(at("2027-02-20T18:00:00Z"), { now, ...lisbon })).toBe("20 Feb 2027");
    expect(shortMoment(at("2026-11-22T18:00:00Z"), { now, ...lisbon })).toBe("18:00");
  });

  test("reads lengths of time in their largest units", () => {
    expect(durationInWords(45)).toBe("45 seconds");
    expect(durationInWords(60)).toBe("1 minute");
    expect(durationInWords(4800)).toBe("1 hour 20 minutes");
    expect(durationInWords(7199)).toBe("2 hours");
    expect(durationInWords(30 * 86400)).toBe("30 days");
  });

  test("reads what is left, and how long ago it ended", () => {
    expect(timeLeftInWords(1000 + 12 * 86400, 1000)).toBe("12 days left");
    expect(timeLeftInWords(1000, 1000 + 3 * 3600)).toBe("ended 3 hours ago");
    expect(timeLeftInWords(1000, 1000)).toBe("ended 0 seconds ago");
    expect(agoInWords(995, 1000)).toBe("just now");
  });

  test("reads sizes as file managers show them", () => {
    expect(bytesInWords(1)).toBe("1 byte");
    expect(bytesInWords(482_133)).toBe("482 kB");
    expect(bytesInWords(1_400_000)).toBe("1.4 MB");
  });
});
