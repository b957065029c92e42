// What a runner's output says about how many tests passed, and which failed and why. A runner that broke off counts as one
// failure at least: no run may look better than it was.

import { stripVTControlCharacters } from "node:util";
import { z } from "zod";

/** How many tests of a run came out how, and what is to be read again of those that failed, once all is over. */
export type Count = { passed: number; failed: number; skipped: number; failures: string[] };

/** Nothing ran. */
export const nothing: Count = { passed: 0, failed: 0, skipped: 0, failures: [] };

/** How many lines of one failure are told again at the end: its message, not the whole of its trace. */
const linesTold = 15;

/** The sum of two runs. */
export function addCounts(a: Count, b: Count): Count {
  return {
    passed: a.passed + b.passed,
    failed: a.failed + b.failed,
    skipped: a.skipped + b.skipped,
    failures: [...a.failures, ...b.failures],
  };
}

/** Reads the closing lines of mocha and of Hardhat's Solidity runner ("12 passing", "1 failing"). */
export function countHardhat(run: { code: number; said: string }): Count {
  const said = stripVTControlCharacters(run.said);
  const failed = lastNumber(said, "failing");
  const isWhole = run.code === 0 && failed === 0;
  return {
    passed: lastNumber(said, "passing"),
    failed: run.code === 0 ? failed : Math.max(failed, 1),
    skipped: lastNumber(said, "pending"),
    failures: isWhole ? [] : [tellEnd(said)],
  };
}

function lastNumber(said: string, word: string): number {
  return Number([...said.matchAll(new RegExp(`^\\s*(\\d+) ${word}\\b`, "gm"))].at(-1)?.[1] ?? 0);
}

/** What Hardhat says after it has counted its failures, or its last lines where it broke off before that. */
function tellEnd(said: string): string {
  const start = [...said.matchAll(/^\s*\d+ failing\b/gm)].at(-1)?.index;
  const lines = (start === undefined ? said : said.slice(start)).trim().split("\n");
  return (start === undefined ? lines.slice(-linesTold) : lines.slice(0, 8 * linesTold)).join("\n");
}

const assertion = z.object({
  status: z.string(),
  fullName: z.string().default(""),
  failureMessages: z.array(z.string()).nullish(),
});
const vitestReport = z.object({
  numPassedTests: z.number(),
  numFailedTests: z.number(),
  numPendingTests: z.number(),
  testResults: z.array(
    z.object({
      name: z.string().default(""),
      status: z.string(),
      message: z.string().default(""),
      assertionResults: z.array(assertion),
    }),
  ),
});

/**
 * Reads vitest's JSON report; undefined stands for one that was never written. Where the report leaves out why the set-up
 * of a file's tests failed, as vitest does, that is taken from what the runner said.
 */
export function countVitest(run: { code: number; report: string | undefined; said?: string }): Count {
  if (run.report === undefined) {
    return { ...nothing, failed: 1, failures: ["The runner broke off before it wrote its report."] };
  }
  const { numPassedTests, numFailedTests, numPendingTests, testResults } = vitestReport.parse(JSON.parse(run.report));
  const failures = testResults.flatMap(({ name, status, message, assertionResults }) => {
    const failed = assertionResults.filter((one) => one.status === "failed");
    // A file that could not be loaded, or whose set-up failed, has a failure that no test of it carries.
    if (status === "failed" && failed.length === 0)
      return [tellFailed(name, [message || tellSetUp(run.said ?? "", name)])];
    return failed.map(({ fullName, failureMessages }) => tellFailed(`${name}\n${fullName}`, failureMessages ?? []));
  });
  const failed = Math.max(failures.length, numFailedTests, run.code === 0 ? 0 : 1);
  if (failed > 0 && failures.length === 0) failures.push("The runner ended with an error that no test of it carries.");
  return { passed: numPassedTests, failed, skipped: numPendingTests, failures };
}

/** What stands below the runner's line "FAIL ... FILE", whose path begins somewhere within the whole one. */
function tellSetUp(said: string, name: string): string {
  const lines = stripVTControlCharacters(said).split("\n");
  const at = lines.findIndex(
    (line) => /\bFAIL\b/.test(line) && line.split(/\s+/).some((word) => isPathEnd(name, word)),
  );
  return at < 0 ? "" : lines.slice(at + 1, at + 1 + linesTold).join("\n");
}

function isPathEnd(name: string, word: string): boolean {
  return word.includes(".test.") && (name === word || name.endsWith(`/${word}`));
}

function tellFailed(title: string, messages: string[]): string {
  const lines = messages.flatMap((message) => stripVTControlCharacters(message).trim().split("\n"));
  return [title, ...lines.slice(0, linesTold).map((line) => `    ${line}`)].join("\n");
}
