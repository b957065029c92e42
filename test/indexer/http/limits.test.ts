// The allowance of calls, by the clock: what a caller is told to wait is what they have to wait.

import { expect, test } from "vitest";
import { createLimits } from "#indexer/http/limits.ts";

const rates = { signIn: 20, records: 600, search: 100, write: 300, rpc: 3_000 };

/** Calls as "alice" at a moment; gives back the seconds to wait, or 0 when the call went through. */
function createCaller() {
  let at = 0;
  const takeTurn = createLimits(rates, () => at);
  return (seconds: number, caller = "alice"): number => {
    at = seconds * 1_000;
    try {
      takeTurn("signIn", caller);
      return 0;
    } catch (error) {
      return error instanceof Error && "retryAfter" in error ? Number(error.retryAfter) : NaN;
    }
  };
}

test("A caller may make a minute's worth of calls at once, and one more when the time that they are told is over", () => {
  const call = createCaller();
  for (let made = 0; made < 20; made += 1) expect(call(0)).toBe(0);
  const wait = call(0);
  expect(wait).toBe(3);
  expect(call(wait)).toBe(0);
  expect(call(wait)).toBe(3);
});

test("Callers who wait together and come back as they were told all get through, one after the other", () => {
  const call = createCaller();
  for (let made = 0; made < 20; made += 1) call(0);
  const waiting = [0.5, 0.9, 1.3].map((came) => ({ again: came + call(came), tries: 1 }));
  for (const one of waiting) {
    for (let wait = call(one.again); wait > 0 && one.tries < 10; wait = call(one.again)) {
      one.again += wait;
      one.tries += 1;
    }
  }
  expect(waiting.map(({ tries }) => tries).every((tries) => tries < 5)).toBe(true);
});

test("One caller's haste takes nothing from another", () => {
  const call = createCaller();
  for (let made = 0; made < 30; made += 1) call(0);
  expect(call(0, "bob")).toBe(0);
});

test("What is asked for in one batch counts for what it is", () => {
  let at = 0;
  const takeTurn = createLimits(rates, () => at);
  const batch = () => {
    takeTurn("signIn", "alice");
    takeTurn("signIn", "alice", 9);
  };
  batch();
  batch();
  expect(batch).toThrow("more than this service answers");
  at = 3_000;
  expect(() => takeTurn("signIn", "alice")).not.toThrow();
});
