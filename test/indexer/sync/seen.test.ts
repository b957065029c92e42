// What a filling remembers of the keys that it stored: it never denies one, and seldom suspects one that was not.

import { expect, test } from "vitest";
import { createSeen } from "#indexer/sync/seen.ts";

test("A filling that stored fifty thousand keys knows each of them, and takes one in a hundred others for stored at most", () => {
  const seen = createSeen();
  expect(seen.mayHold("consents 0x00")).toBe(false);
  const word = (number: number) =>
    Math.imul(number + 1, 0x9e3779b1)
      .toString(16)
      .padStart(64, "0x");
  const keyOf = (number: number) => `documents ${word(number % 7)}|${word(number)}|${number}`;
  const keys = Array.from({ length: 50_000 }, (_, at) => keyOf(at));
  for (const key of keys) seen.add(key);
  expect(keys.filter((key) => !seen.mayHold(key))).toEqual([]);
  const suspected = Array.from({ length: 10_000 }, (_, at) => seen.mayHold(keyOf(1_000_000 + at)));
  expect(suspected.filter((suspect) => suspect).length).toBeLessThan(100);
  // The same key in another table is another key.
  expect(keys.slice(0, 1_000).filter((key) => seen.mayHold(key.replace("documents", "consents"))).length).toBeLessThan(
    10,
  );
});
