// An auditor who folds the frozen history: the same heads and roll as the contract stored.

import type { Address, Hex } from "viem";
import { describe, expect, it } from "vitest";
import { foldHead, foldHistory, foldRoll, ZERO_WORD, type RawLog } from "#protocol/history/index.ts";
import vectors from "../../vectors/history.json" with { type: "json" };

const logs: RawLog[] = vectors.logs.map(({ topics, data }, index) => ({
  address: vectors.contract as Address,
  topics: topics as Hex[],
  data: data as Hex,
  blockNumber: BigInt(`0x${data.slice(-80, -64)}`),
  blockHash: ZERO_WORD,
  transactionHash: ZERO_WORD,
  logIndex: index,
}));

describe("An auditor who folds the frozen history", () => {
  it("lands on the stored heads and roll, without a fault", () => {
    const fold = foldHistory(logs);
    expect(fold.faults).toEqual([]);
    expect(Object.fromEntries(fold.heads)).toEqual(vectors.heads);
    expect(fold.roll).toBe(vectors.roll);
    expect(fold.accounts.reduce<Hex>((roll, account) => foldRoll(roll, account), ZERO_WORD)).toBe(vectors.roll);
  });

  it("finds every link as it was frozen", () => {
    for (const { topics, data, headBefore, headAfter } of vectors.logs) {
      expect(foldHead(headBefore as Hex, { topics: topics as Hex[], data: data as Hex })).toBe(headAfter);
    }
  });

  it("lands elsewhere without any one of the logs", () => {
    for (const index of logs.keys()) {
      const fold = foldHistory(logs.toSpliced(index, 1));
      const same =
        fold.faults.length === 0 && JSON.stringify(Object.fromEntries(fold.heads)) === JSON.stringify(vectors.heads);
      expect(same, `without log ${index}`).toBe(false);
    }
  });
});
