// A session that goes on by itself: one page at a time, and only as often as needed.

import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { createRenewal, type Renewal } from "#app/session/renew.ts";
import { Failure } from "#protocol/failure.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** Pages of one browser: they share a clock, a lock and the time of the last renewal. */
function makeBrowser(renew: () => Promise<number>) {
  let last = 0;
  let turn: Promise<unknown> = Promise.resolve();
  const over: (string | undefined)[] = [];
  const renewed = vi.fn(renew);
  const shared: Renewal = {
    renew: renewed,
    onOver: (reason) => void over.push(reason),
    readLast: () => last,
    writeLast: (at) => void (last = at),
    alone(work) {
      const mine = turn.then(work);
      turn = mine.catch(() => undefined);
      return mine;
    },
    now: () => Date.now(),
  };
  return { page: () => createRenewal(shared), renewed, over };
}

test("A page that stays open renews its session again and again, well before it ends", async () => {
  const { page, renewed } = makeBrowser(async () => 600);
  page().start(600);
  await vi.advanceTimersByTimeAsync(599_000);
  expect(renewed).not.toHaveBeenCalled();
  await vi.advanceTimersByTimeAsync(2_000);
  expect(renewed).toHaveBeenCalledTimes(1);
  await vi.advanceTimersByTimeAsync(600_000);
  expect(renewed).toHaveBeenCalledTimes(2);
});

test("Five open pages renew once, not five times: a token that is used twice counts as stolen", async () => {
  const { page, renewed } = makeBrowser(async () => 600);
  for (let n = 0; n < 5; n += 1) page().start(600);
  await vi.advanceTimersByTimeAsync(601_000);
  expect(renewed).toHaveBeenCalledTimes(1);
});

test("Calls of a page that slept past its token's end wait for one renewal together", async () => {
  const { page, renewed } = makeBrowser(async () => 600);
  const renewal = page();
  vi.advanceTimersByTime(3_600_000);
  expect(await Promise.all([1, 2, 3].map(() => renewal.now(Date.now())))).toEqual([true, true, true]);
  expect(renewed).toHaveBeenCalledTimes(1);
});

test("A call that met an old token renews it, however lately that was done; one that another page helped already does not", async () => {
  const { page, renewed } = makeBrowser(async () => 600);
  const [one, other] = [page(), page()];
  await one.now(Date.now());
  const asked = Date.now();
  vi.advanceTimersByTime(5);
  await one.now(asked);
  expect(renewed).toHaveBeenCalledTimes(2);
  expect(await other.now(asked)).toBe(true);
  expect(renewed).toHaveBeenCalledTimes(2);
});

test("A service that is away is asked again; a session that was copied is given up, and the page is told why", async () => {
  const answers: (() => Promise<number>)[] = [
    () => Promise.reject(new Failure("unavailable", "Away.")),
    () => Promise.reject(new Failure("not-authorised", "Copied.", { reason: "token-reused" })),
  ];
  const { page, renewed, over } = makeBrowser(() => answers.shift()?.() ?? Promise.resolve(600));
  page().start(600);
  await vi.advanceTimersByTimeAsync(601_000);
  expect([renewed.mock.calls.length, over]).toEqual([1, []]);
  await vi.advanceTimersByTimeAsync(16_000);
  expect(over).toEqual(["token-reused"]);
  await vi.advanceTimersByTimeAsync(3_600_000);
  expect(renewed).toHaveBeenCalledTimes(2);
});
