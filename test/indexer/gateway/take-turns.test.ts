// What is dear takes turns: nobody waits for a run that began before they asked, and nobody can cause one after the other.

import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { takeTurns } from "#indexer/gateway/take-turns.ts";

describe("Work that takes turns", () => {
  it("is done once for all who ask during a run, by a run that begins after they asked", async () => {
    const log: string[] = [];
    const ends: (() => void)[] = [];
    const ask = takeTurns(() => {
      log.push("begun");
      return new Promise<void>((resolve) => ends.push(resolve)).then(() => void log.push("done"));
    });
    const first = ask();
    await sleep(0);
    const others = [ask(), ask(), ask()];
    await sleep(0);
    expect(log).toEqual(["begun"]);
    ends[0]?.();
    await first;
    await sleep(0);
    expect(log).toEqual(["begun", "done", "begun"]);
    ends[1]?.();
    await Promise.all(others);
    expect(log).toEqual(["begun", "done", "begun", "done"]);
  });

  it("rests after a long run, and goes on after one that failed", async () => {
    let runs = 0;
    const ask = takeTurns(
      async () => {
        runs += 1;
        await sleep(20);
        if (runs === 1) throw new Error("It failed.");
      },
      { quickMs: 10, rest: 10 },
    );
    await expect(ask()).rejects.toThrow("It failed.");
    const before = performance.now();
    await ask();
    expect(runs).toBe(2);
    expect(performance.now() - before).toBeGreaterThan(150);
  });
});
