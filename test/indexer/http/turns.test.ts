import { describe, expect, test } from "vitest";
import { createTurns } from "#indexer/http/turns.ts";

describe("Work in turns", () => {
  test("goes on in the order in which it came, so much at a time, past what fails", async () => {
    const inTurn = createTurns(2);
    const begun: number[] = [];
    const ends: (() => void)[] = [];
    const all = [0, 1, 2, 3].map((number) =>
      inTurn(async () => {
        begun.push(number);
        await new Promise<void>((end) => ends.push(end));
        if (number === 0) throw new Error("failed");
        return number;
      }),
    );
    const settled = Promise.allSettled(all);
    for (const expected of [
      [0, 1],
      [0, 1, 2],
      [0, 1, 2, 3],
    ]) {
      await expect.poll(() => begun).toEqual(expected);
      ends.shift()?.();
    }
    for (const end of ends) end();
    expect((await settled).map((one) => (one.status === "fulfilled" ? one.value : "failed"))).toEqual([
      "failed",
      1,
      2,
      3,
    ]);
    expect(await inTurn(async () => "free again")).toBe("free again");
  });
});
