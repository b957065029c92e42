import { fc } from "../../support/fast-check.ts";
import { describe, expect, test } from "vitest";
import { closingStretch, sealOf } from "../../../app/src/lib/ui/seal-state.ts";

const DAY = 86400;

describe("A patient who looks at the ring", () => {
  test("sees it closed while the consent is in force, from its first second", () => {
    expect(sealOf({ from: 0, until: 30 * DAY }, 0).state).toBe("in-force");
  });

  test("sees the gap grow in the last three days of thirty", () => {
    const window = { from: 0, until: 30 * DAY };
    expect(closingStretch(0, 30 * DAY)).toBe(3 * DAY);
    expect(sealOf(window, 27 * DAY - 1).state).toBe("in-force");
    expect(sealOf(window, 28 * DAY)).toEqual({ state: "ending", remaining: 2 / 3 });
    expect(sealOf(window, 29 * DAY)).toEqual({ state: "ending", remaining: 1 / 3 });
  });

  test("sees a consent of a day or less as ending from its first second, with the gap growing all along", () => {
    expect(sealOf({ from: 0, until: DAY }, 0)).toEqual({ state: "ending", remaining: 1 });
    expect(sealOf({ from: 0, until: 60 }, 45)).toEqual({ state: "ending", remaining: 0.25 });
  });

  test("sees it open at the very second of its end, and after a revoke at once", () => {
    expect(sealOf({ from: 0, until: 60 }, 60).state).toBe("over");
    expect(sealOf({ from: 0, until: 60, ended: true }, 1).state).toBe("over");
  });

  test("sees it broken in an emergency, and not begun before its time", () => {
    expect(sealOf({ from: 0, until: 60, emergency: true }, 1).state).toBe("emergency");
    expect(sealOf({ from: 10, until: 60 }, 1).state).toBe("upcoming");
  });

  test("never sees a ring that claims to be in force outside its window", () => {
    fc.assert(
      fc.property(fc.nat(1e6), fc.nat(1e6), fc.nat(3e6), (from, length, now) => {
        const { state, remaining } = sealOf({ from, until: from + length }, now);
        const inside = from <= now && now < from + length;
        expect(state === "in-force" || state === "ending").toBe(inside);
        expect(remaining).toBeGreaterThanOrEqual(0);
        expect(remaining).toBeLessThanOrEqual(1);
      }),
    );
  });
});
