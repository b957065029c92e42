import { expect, test } from "vitest";
import { addCounts, countHardhat, countVitest } from "#scripts/testing/count.ts";

const report = (testResults: unknown[], numbers: [number, number, number]) =>
  JSON.stringify({
    numPassedTests: numbers[0],
    numFailedTests: numbers[1],
    numPendingTests: numbers[2],
    testResults,
  });

test("A maintainer sees mocha's numbers through its colours", () => {
  const said =
    "\u001b[92m \u001b[0m\u001b[32m 12 passing\u001b[0m\u001b[90m (3s)\u001b[0m\n\u001b[31m  2 failing\u001b[0m\n";
  expect(countHardhat({ code: 1, said })).toEqual({ passed: 12, failed: 2, skipped: 0 });
});

test("A maintainer whose runner breaks off without a number sees a failure", () => {
  expect(countHardhat({ code: 1, said: "Error HHE910: Compilation failed" })).toMatchObject({ failed: 1 });
  expect(countVitest({ code: 1, report: undefined })).toMatchObject({ failed: 1 });
  expect(countVitest({ code: 1, report: report([], [3, 0, 0]) })).toEqual({ passed: 3, failed: 1, skipped: 0 });
});

test("A maintainer sees a test file that cannot be loaded as a failure, beside the tests that passed", () => {
  const results = [
    { status: "passed", assertionResults: [{ status: "passed" }] },
    { status: "failed", assertionResults: [] },
    { status: "failed", assertionResults: [{ status: "skipped" }] },
    { status: "failed", assertionResults: [{ status: "failed" }] },
  ];
  expect(countVitest({ code: 1, report: report(results, [1, 1, 1]) })).toEqual({ passed: 1, failed: 3, skipped: 1 });
});

test("A maintainer reads one sum over all runners", () => {
  const sum = addCounts({ passed: 1, failed: 2, skipped: 3 }, { passed: 4, failed: 5, skipped: 6 });
  expect(sum).toEqual({ passed: 5, failed: 7, skipped: 9 });
});
