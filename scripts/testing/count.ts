// What a runner's output says about how many tests passed. A runner that broke off counts as one failure at least: no
// run may look better than it was.

import { z } from "zod";

/** How many tests of a run came out how. */
export type Count = { passed: number; failed: number; skipped: number };

/** Nothing ran. */
export const nothing: Count = { passed: 0, failed: 0, skipped: 0 };

/** The sum of two runs. */
export function addCounts(a: Count, b: Count): Count {
  return { passed: a.passed + b.passed, failed: a.failed + b.failed, skipped: a.skipped + b.skipped };
}

/** Reads the closing lines of mocha and of Hardhat's Solidity runner ("12 passing", "1 failing"). */
export function countHardhat(run: { code: number; said: string }): Count {
  const failed = lastNumber(run.said, "failing");
  return {
    passed: lastNumber(run.said, "passing"),
    failed: run.code === 0 ? failed : Math.max(failed, 1),
    skipped: lastNumber(run.said, "pending"),
  };
}

function lastNumber(said: string, word: string): number {
  const plain = said.replace(/\u001b\[[0-9;]*m/g, "");
  return Number([...plain.matchAll(new RegExp(`^\\s*(\\d+) ${word}\\b`, "gm"))].at(-1)?.[1] ?? 0);
}

const vitestReport = z.object({
  numPassedTests: z.number(),
  numFailedTests: z.number(),
  numPendingTests: z.number(),
  testResults: z.array(z.object({ status: z.string(), assertionResults: z.array(z.object({ status: z.string() })) })),
});

/** Reads vitest's JSON report; undefined stands for one that was never written. */
export function countVitest(run: { code: number; report: string | undefined }): Count {
  if (run.report === undefined) return { passed: 0, failed: 1, skipped: 0 };
  const { numPassedTests, numFailedTests, numPendingTests, testResults } = vitestReport.parse(JSON.parse(run.report));
  // A file that could not be loaded, or whose set-up failed, has a failure that no test of it carries.
  const broken = testResults.filter(
    ({ status, assertionResults }) =>
      status === "failed" && !assertionResults.some((assertion) => assertion.status === "failed"),
  );
  const failed = numFailedTests + broken.length;
  return { passed: numPassedTests, failed: run.code === 0 ? failed : Math.max(failed, 1), skipped: numPendingTests };
}
