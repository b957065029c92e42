// A provider's days in quarter-hours, as the ledger counts them.

import { fc } from "../../support/fast-check.ts";
import { describe, expect, it } from "vitest";
import {
  appointmentTimes,
  dayOf,
  freeStarts,
  masksOf,
  nextFree,
  openMask,
  packAppointment,
  slotMask,
  slotOf,
  SLOTS,
  timeOf,
  toIcs,
  unpackAppointment,
  weeklyAvailability,
} from "#protocol/appointments/index.ts";

const slots = fc.nat({ max: SLOTS - 1 });
const lengths = fc.integer({ min: 1, max: SLOTS });
const bits = (mask: bigint) => mask.toString(2).replaceAll("0", "").length;

describe("An appointment", () => {
  it("is found again from its time, whatever the day", () => {
    fc.assert(
      fc.property(fc.nat({ max: 2 ** 20 }), slots, (day, slot) => {
        const time = timeOf(day, slot);
        expect([dayOf(time), slotOf(time), dayOf(time + 899), slotOf(time + 899)]).toEqual([day, slot, day, slot]);
      }),
    );
  });

  it("holds as many bits as it has quarter-hours, on its day and, past midnight, on the next", () => {
    fc.assert(
      fc.property(slots, lengths, (slot, length) => {
        const masks = masksOf({ day: 7, slot, length });
        expect(masks.reduce((sum, { mask }) => sum + bits(mask), 0)).toBe(length);
        expect(masks.map(({ day }) => day)).toEqual(slot + length > SLOTS ? [7, 8] : [7]);
      }),
    );
    expect(() => slotMask(96, 1)).toThrow(expect.objectContaining({ code: "bad-input" }));
    expect(() => slotMask(0, 97)).toThrow(expect.objectContaining({ code: "bad-input" }));
  });

  it("is one word on the ledger, every field apart", () => {
    const record = fc.record({
      status: fc.nat({ max: 255 }),
      askedBy: fc.constantFrom("patient" as const, "provider" as const),
      day: fc.nat({ max: 2 ** 31 - 1 }),
      slot: fc.nat({ max: 255 }),
      length: fc.nat({ max: 255 }),
      version: fc.nat({ max: 2 ** 31 - 1 }),
      changedAt: fc.nat({ max: 2 ** 31 - 1 }),
    });
    fc.assert(
      fc.property(record, (each) => {
        expect(unpackAppointment(packAppointment(each))).toEqual(each);
      }),
    );
    expect(() => unpackAppointment(1n << 136n)).toThrow(expect.objectContaining({ code: "bad-input" }));
    expect(appointmentTimes({ day: 1, slot: 4, length: 2 })).toEqual({ start: 90_000, end: 91_800 });
  });
});

describe("A patient who looks for a free time", () => {
  it("is offered exactly the starts whose every quarter-hour is open and not booked", () => {
    fc.assert(
      fc.property(
        fc.bigInt(0n, (1n << 96n) - 1n),
        fc.bigInt(0n, (1n << 96n) - 1n),
        fc.integer({ min: 1, max: 8 }),
        (open, booked, length) => {
          const starts = new Set(freeStarts({ open, booked }, length));
          for (let slot = 0; slot < SLOTS; slot++) {
            const wanted = Array.from({ length }, (_, at) => slot + at);
            const free = wanted.every((at) => at < SLOTS && ((open & ~booked) >> BigInt(at)) % 2n === 1n);
            expect(starts.has(slot)).toBe(free);
          }
        },
      ),
      { numRuns: 50 },
    );
  });

  it("is offered a time across midnight where both days are open", () => {
    const late = { open: slotMask(95, 1), booked: 0n };
    expect(freeStarts({ ...late, next: { open: slotMask(0, 1), booked: 0n } }, 2)).toEqual([95]);
    expect(freeStarts(late, 2)).toEqual([]);
  });

  it("is told the next one, and none where there is none", () => {
    const days = new Map([[11, { open: openMask([{ from: 36, to: 40 }]), booked: slotMask(36, 2) }]]);
    const search = { dayOf: (day: number) => days.get(day), from: timeOf(10, 0), days: 3 };
    expect(nextFree({ ...search, length: 2 })).toEqual({ day: 11, slot: 38 });
    expect(nextFree({ ...search, length: 3 })).toBeNull();
    expect(nextFree({ ...search, length: 1, from: timeOf(11, 38) })).toEqual({ day: 11, slot: 39 });
  });
});

describe("A provider who says when they work", () => {
  const week = (timeZone: string, firstDay: number, days = 1) =>
    weeklyAvailability({ hours: [{ weekday: 1, from: "09:00", to: "17:00" }], timeZone, firstDay, days });
  const monday = dayOf(Date.UTC(2026, 10, 23) / 1000);

  it("means the clock on their own wall", () => {
    expect(week("UTC", monday)).toEqual([{ day: monday, open: openMask([{ from: 36, to: 68 }]) }]);
    expect(week("Europe/Berlin", monday)).toEqual([{ day: monday, open: openMask([{ from: 32, to: 64 }]) }]);
    const inAuckland = week("Pacific/Auckland", monday - 1, 2);
    expect(inAuckland.map(({ open }) => bits(open))).toEqual([16, 16]);
  });

  it("works through a change of clocks without losing or gaining an hour that was not there", () => {
    const springSunday = dayOf(Date.UTC(2026, 2, 29) / 1000);
    const night = weeklyAvailability({
      hours: [{ weekday: 0, from: "01:00", to: "04:00" }],
      timeZone: "Europe/Berlin",
      firstDay: springSunday,
      days: 1,
    });
    expect(bits(night[0]?.open ?? 0n)).toBe(8);
  });

  it("is refused hours that are no quarter-hours, and a zone that does not exist", () => {
    const ask = (from: string, timeZone = "UTC") =>
      weeklyAvailability({ hours: [{ weekday: 1, from, to: "17:00" }], timeZone, firstDay: 0, days: 1 });
    for (const from of ["9:00", "09:07", "25:00", "09:60", ""]) {
      expect(() => ask(from)).toThrow(expect.objectContaining({ code: "bad-input" }));
    }
    expect(() => ask("09:00", "Mars/Olympus")).toThrow(expect.objectContaining({ code: "bad-input" }));
  });
});

describe("A calendar that reads our file", () => {
  it("finds CRLF lines of at most 75 bytes, escaped text and UTC times", () => {
    const file = toIcs([
      {
        uid: "a@placet",
        start: 0,
        end: 900,
        summary: "Visit; with, Dr \\ Lena\nnew line",
        location: "ä".repeat(80),
        status: "CONFIRMED",
        sequence: 2,
        changedAt: 0,
      },
    ]);
    const lines = file.split("\r\n");
    expect(lines.at(-1)).toBe("");
    expect(lines.every((line) => new TextEncoder().encode(line).length <= 75 && !line.includes("\n"))).toBe(true);
    expect(file).toContain("SUMMARY:Visit\\; with\\, Dr \\\\ Lena\\nnew line\r\n");
    expect(file).toContain("DTSTART:19700101T000000Z\r\n");
    expect(file.replaceAll("\r\n ", "")).toContain(`LOCATION:${"ä".repeat(80)}\r\n`);
  });
});
