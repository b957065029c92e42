import { expect, test } from "vitest";
import { addCounts, countHardhat, countVitest } from "#scripts/testing/count.ts";

const report = (testResults: unknown[], numbers: [number, number, number]) =>
  JSON.stringify({
    numPassedTests: numbers[0],
    numFailedTests: numbers[1],
    numPendingTests: numbers[2],
    testResults,
  });

test("A maintainer sees mocha's numbers through its colours, and what failed", () => {
  const said =
    "some title\n\u001b[92m \u001b[0m\u001b[32m 12 passing\u001b[0m\u001b[90m (3s)\u001b[0m\n\u001b[31m  2 failing\u001b[0m\n\n  1) A patient: refused\n";
  expect(countHardhat({ code: 1, said })).toEqual({
    passed: 12,
    failed: 2,
    skipped: 0,
    failures: ["2 failing\n\n  1) A patient: refused"],
  });
  expect(countHardhat({ code: 0, said: "  12 passing (3s)\n" })).toMatchObject({ passed: 12, failed: 0, failures: [] });
});

test("A maintainer whose runner breaks off without a number sees a failure, and its last words", () => {
  const broken = countHardhat({ code: 1, said: "Error HHE910: Compilation failed" });
  expect(broken).toMatchObject({ failed: 1, failures: ["Error HHE910: Compilation failed"] });
  expect(countVitest({ code: 1, report: undefined })).toMatchObject({ failed: 1, failures: [expect.any(String)] });
  const unsaid = countVitest({ code: 1, report: report([], [3, 0, 0]) });
  expect(unsaid).toMatchObject({ passed: 3, failed: 1, skipped: 0, failures: [expect.any(String)] });
});

test("A maintainer sees a test file that cannot be loaded as a failure, beside the tests that passed", () => {
  const failedTest = {
    status: "failed",
    fullName: "A patient reads",
    failureMessages: ["\u001b[31mexpected 1\u001b[0m"],
  };
  const results = [
    { name: "a.test.ts", status: "passed", assertionResults: [{ status: "passed" }] },
    { name: "b.test.ts", status: "failed", message: "no such module", assertionResults: [] },
    { name: "c.test.ts", status: "failed", message: "no chain", assertionResults: [{ status: "skipped" }] },
    { name: "d.test.ts", status: "failed", assertionResults: [failedTest] },
  ];
  expect(countVitest({ code: 1, report: report(results, [1, 1, 1]) })).toEqual({
    passed: 1,
    failed: 3,
    skipped: 1,
    failures: [
      "b.test.ts\n    no such module",
      "c.test.ts\n    no chain",
      "d.test.ts\nA patient reads\n    expected 1",
    ],
  });
});

test("A maintainer learns why a file's set-up failed although the runner's report leaves it out", () => {
  const results = [{ name: "/a/test/c.test.ts", status: "failed", assertionResults: [{ status: "skipped" }] }];
  const said = "\n\u001b[41m FAIL \u001b[49m |app| test/c.test.ts > A patient\nError: The chain ended.\n";
  const { failures } = countVitest({ code: 1, report: report(results, [0, 0, 1]), said });
  expect(failures).toEqual(["/a/test/c.test.ts\n    Error: The chain ended."]);
});

test("A maintainer reads one sum over all runners", () => {
  const sum = addCounts(
    { passed: 1, failed: 2, skipped: 3, failures: ["a"] },
    { passed: 4, failed: 5, skipped: 6, failures: ["b"] },
  );
  expect(sum).toEqual({ passed: 5, failed: 7, skipped: 9, failures: ["a", "b"] });
});
