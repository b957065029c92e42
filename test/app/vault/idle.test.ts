// The idle lock, on a clock that the test moves.
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { watchIdle } from "#app/vault/idle.ts";

const MINUTE = 60_000;

describe("A vault that nobody touches", () => {
  let page: EventTarget;
  let locked: number;
  let minutes: number;
  let stop: () => void;

  beforeEach(() => {
    vi.useFakeTimers();
    page = new EventTarget();
    vi.stubGlobal("window", page);
    locked = 0;
    minutes = 10;
    stop = watchIdle({ minutes: () => minutes, lock: () => (locked += 1) });
  });
  afterEach(() => {
    stop();
    vi.useRealTimers();
    vi.unstubAllGlobals();
  });

  it("is locked after as long as its owner set, and not before", () => {
    vi.advanceTimersByTime(10 * MINUTE - 1);
    expect(locked).toBe(0);
    vi.advanceTimersByTime(5_000);
    expect(locked).toBe(1);
  });

  it("stays open with each key, touch and movement", () => {
    for (const sign of ["keydown", "pointerdown", "pointermove", "wheel", "touchstart"]) {
      vi.advanceTimersByTime(9 * MINUTE);
      page.dispatchEvent(new Event(sign));
    }
    expect(locked).toBe(0);
  });

  it("follows a setting that was changed meanwhile", () => {
    vi.advanceTimersByTime(3 * MINUTE);
    minutes = 2;
    vi.advanceTimersByTime(5_000);
    expect(locked).toBe(1);
  });

  it("is locked after a sleep, before the movement that woke the device counts", () => {
    vi.setSystemTime(Date.now() + 60 * MINUTE);
    page.dispatchEvent(new Event("pointermove"));
    expect(locked).toBe(1);
  });

  it("is not locked by a watch that ended", () => {
    stop();
    vi.advanceTimersByTime(60 * MINUTE);
    expect(locked).toBe(0);
  });
});
