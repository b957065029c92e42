import { beforeEach, describe, expect, test } from "vitest";
import { isFailure } from "#protocol/failure.ts";
import {
  checkTries,
  clearTries,
  countWrongTry,
  readTries,
  waitAfter,
  type TriesStore,
} from "../../../app/src/lib/vault/attempts.ts";

const ACCOUNT = "0x3C44CdDdB6a900fa2b585dd299e03d12FA4293BC";
let kept: Map<string, string>;
let store: TriesStore;
beforeEach(() => {
  kept = new Map();
  store = {
    getItem: (key) => kept.get(key) ?? null,
    setItem: (key, value) => void kept.set(key, value),
    removeItem: (key) => void kept.delete(key),
  };
});
const fails = (now: number): boolean => {
  try {
    checkTries(store, ACCOUNT, now);
    return false;
  } catch (error) {
    return isFailure(error, "locked");
  }
};

describe("A person who mistypes their passphrase", () => {
  test("may do so three times at no cost", () => {
    expect([1, 2, 3].map(() => countWrongTry(store, ACCOUNT, 1000))).toEqual([0, 0, 0]);
    expect(fails(1000)).toBe(false);
  });

  test("waits longer after each further one, and never longer than five minutes", () => {
    expect([4, 5, 6, 7].map(waitAfter)).toEqual([5, 10, 20, 40]);
    expect(waitAfter(50)).toBe(300);
  });

  test("is let in again when the wait is over, not a second earlier", () => {
    for (let n = 0; n < 4; n++) countWrongTry(store, ACCOUNT, 1000);
    expect(fails(1004)).toBe(true);
    expect(fails(1005)).toBe(false);
  });

  test("starts afresh after the right one, whatever the case of the address", () => {
    for (let n = 0; n < 4; n++) countWrongTry(store, ACCOUNT, 1000);
    clearTries(store, ACCOUNT.toLowerCase());
    expect(readTries(store, ACCOUNT)).toEqual({ wrong: 0, until: 0 });
  });

  test("is not locked out by a count that somebody garbled", () => {
    kept.set(`placet.tries.${ACCOUNT.toLowerCase()}`, "x|y");
    expect(fails(1000)).toBe(false);
  });
});
