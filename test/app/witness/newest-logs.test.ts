// The newest logs of a chain, asked of nodes that take any question and of those that take short ones alone.

import { describe, expect, it } from "vitest";
import { findNewestLogs } from "#app/witness/newest-logs.ts";
import { Failure } from "#protocol/failure.ts";

const HEAD = 40_000n;
const FIRST = 17n;
const readHead = () => Promise.resolve(HEAD);

/** A node that takes so many blocks at once, with a log in each of the given ones; and what it was asked. */
function makeNode(most: bigint, logs: readonly bigint[]) {
  const asked: [bigint, bigint][] = [];
  const ask = (from: bigint, to: bigint): Promise<readonly bigint[]> => {
    asked.push([from, to]);
    if (to - from + 1n > most) return Promise.reject(new Failure("unavailable", "Too many blocks."));
    return Promise.resolve(logs.filter((block) => block >= from && block <= to));
  };
  return { ask, asked };
}

describe("The newest logs", () => {
  it("are asked for once, of a node that takes the whole chain", async () => {
    const node = makeNode(HEAD, [20n, 30_000n]);
    expect((await findNewestLogs(node.ask, { from: FIRST, readHead })).at(-1)).toBe(30_000n);
    expect(node.asked).toEqual([[FIRST, HEAD]]);
  });

  it.each([10_000n, 2_000n, 1_000n])("are found by windows of a node that takes %d blocks", async (most) => {
    for (const newest of [FIRST, 18n, 29_999n, 30_000n, 30_001n, HEAD]) {
      const node = makeNode(most, [FIRST, newest]);
      expect((await findNewestLogs(node.ask, { from: FIRST, readHead })).at(-1)).toBe(newest);
    }
    const none = makeNode(most, []);
    expect(await findNewestLogs(none.ask, { from: FIRST, readHead })).toEqual([]);
    // Every block was asked for once, and none before the first.
    const answered = none.asked.filter(([from, to]) => to - from + 1n <= most);
    expect(answered.reduce((sum, [from, to]) => sum + (to - from + 1n), 0n)).toBe(HEAD - FIRST + 1n);
    expect(answered.at(-1)?.[0]).toBe(FIRST);
  });

  it("are not looked for without end, and not at a node that refuses everything", async () => {
    const slow = makeNode(200n, []);
    await expect(findNewestLogs(slow.ask, { from: FIRST, readHead })).rejects.toMatchObject({ code: "unavailable" });
    expect(slow.asked.length).toBeLessThanOrEqual(100);
    const away = makeNode(0n, []);
    await expect(findNewestLogs(away.ask, { from: HEAD, readHead })).rejects.toMatchObject({ code: "unavailable" });
    await expect(findNewestLogs(away.ask, { from: FIRST, readHead })).rejects.toMatchObject({ code: "unavailable" });
    expect(away.asked.length).toBeLessThan(10);
  });

  it("are none of blocks that are not there yet", async () => {
    const node = makeNode(HEAD, []);
    expect(await findNewestLogs(node.ask, { from: HEAD + 1n, readHead })).toEqual([]);
    expect(node.asked).toEqual([]);
  });

  it("are not looked for further where something else went wrong", async () => {
    const ask = () => Promise.reject(new Error("a mistake"));
    await expect(findNewestLogs(ask, { from: FIRST, readHead })).rejects.toThrow("a mistake");
  });
});
