// The allowance of calls, by the clock: what a caller is told to wait is what they have to wait.

import { expect, test } from "vitest";
import { createLimits, findPlace } from "#indexer/http/limits.ts";

const rates = { signIn: 20, records: 100, blocks: 1_200, search: 100, write: 300, rpc: 3_000 };
const shares = { address: 3, network: 5, all: 8 };
const limits = { rates, shares };

/** Calls as "alice" at a moment; gives back the seconds to wait, or 0 when the call went through. */
function createCaller() {
  let at = 0;
  const takeTurn = createLimits(limits, () => at);
  return (seconds: number, caller = "alice"): number => {
    at = seconds * 1_000;
    try {
      takeTurn("signIn", { account: caller, address: `10.0.0.${caller.length}` });
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
  const alice = { account: "alice", address: "10.0.0.1" };
  let at = 0;
  const takeTurn = createLimits(limits, () => at);
  const batch = () => {
    takeTurn("signIn", alice);
    takeTurn("signIn", alice, 9);
  };
  batch();
  batch();
  expect(batch).toThrow("more than this service answers");
  at = 3_000;
  expect(() => takeTurn("signIn", alice)).not.toThrow();
});

test("What weighs more than what is left goes through once, and is owed before anything more does", () => {
  const alice = { account: "alice", address: "10.0.0.1" };
  let at = 0;
  let calls = 0;
  const takeTurn = createLimits(limits, () => at);
  for (; at < 600_000; at += 1_000) {
    try {
      takeTurn("signIn", alice);
      takeTurn("signIn", alice, 49);
      calls += 1;
    } catch {
      // Refused: it comes again.
    }
  }
  // A minute's worth at the start, and what ten minutes refilled: 220, of which each takes fifty.
  expect(calls).toBe(5);
});

test("The last call that is left is no less of one for a body that weighs nothing more", () => {
  const call = createLimits(limits, () => 0);
  for (let made = 0; made < 20; made += 1) {
    call("signIn", { account: "alice", address: "10.0.0.1" });
    expect(() => call("signIn", { account: "alice", address: "10.0.0.1" }, 0)).not.toThrow();
  }
});

test("Making accounts gains nothing: all of one address, of one network, and all callers together have a bound", () => {
  const takeTurn = createLimits(limits, () => 0);
  /** How many calls go through, each by an account of its own. */
  const flood = (addressOf: (n: number) => string) => {
    for (let n = 0; ; n += 1) {
      try {
        takeTurn("signIn", { account: `account ${addressOf(n)} ${n}`, address: addressOf(n) });
      } catch {
        return n;
      }
    }
  };
  expect(flood(() => "10.0.0.1")).toBe(60);
  expect(flood((n) => `10.0.0.${2 + (n % 200)}`)).toBe(40);
  expect(flood((n) => `2001:db8:${(n % 60_000).toString(16)}::1`)).toBe(60);
});

test("Whoever has a whole /64 of IPv6 to call from is one caller", () => {
  expect(findPlace("2001:db8:1:2:aaaa::1").host).toBe(findPlace("2001:0db8:0001:0002::").host);
  expect(findPlace("2001:db8:1:2::1").network).toBe(findPlace("2001:db8:1:3::1").network);
  expect(findPlace("2001:db8:1:2::1").host).not.toBe(findPlace("2001:db8:1:3::1").host);
  expect(findPlace("::ffff:192.0.2.7")).toEqual({ host: "192.0.2.7", network: "192.0.2" });
  expect(findPlace("::1")).toEqual({ host: "0:0:0:0", network: "0:0:0" });
});
