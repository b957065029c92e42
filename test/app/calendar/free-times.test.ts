// Free times from the ledger's bitmaps.
import { describe, expect, test } from "vitest";
import { dayOf, slotMask, timeOf } from "#protocol/appointments/index.ts";
import { freeTimes, groupBy } from "#app/calendar/free-times.ts";

const day = dayOf(1_800_000_000);
const nine = 36;

describe("A patient who books", () => {
  test("is offered what is open, not booked, long enough and still to come", () => {
    const days = new Map([[day, { open: slotMask(nine, 8), booked: slotMask(nine + 2, 1) }]]);
    const times = (length: number, from = 0): number[] =>
      freeTimes(days, { length, from }).map((time) => (time - timeOf(day, 0)) / 900);
    expect(times(1)).toEqual([36, 37, 39, 40, 41, 42, 43]);
    expect(times(2)).toEqual([36, 39, 40, 41, 42]);
    expect(times(2, timeOf(day, 40))).toEqual([41, 42]);
    expect(freeTimes(days, { length: 2, from: 0, every: 2 }).map((time) => (time - timeOf(day, 0)) / 900)).toEqual([
      36, 40, 42,
    ]);
  });

  test("is offered a time that runs past midnight where both days are open", () => {
    const late = new Map([
      [day, { open: slotMask(95, 1), booked: 0n }],
      [day + 1, { open: slotMask(0, 1), booked: 0n }],
    ]);
    expect(freeTimes(late, { length: 2, from: 0 })).toEqual([timeOf(day, 95)]);
  });
});

test("Grouping keeps the order in which things came", () => {
  expect([...groupBy(["b1", "a1", "b2"], (one) => one.charAt(0)).entries()]).toEqual([
    ["b", ["b1", "b2"]],
    ["a", ["a1"]],
  ]);
});
