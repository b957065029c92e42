// `npm test`: the checks, then every test there is: contracts by Hardhat's mocha, everything else by vitest, the real
// browser last. `npm test -- protocol` runs one part, and further words narrow it to files. Two cores are enough.

import { existsSync } from "node:fs";
import { mkdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { buildContracts } from "./build/contracts.ts";
import { projectRoot } from "./build/project-root.ts";
import { runTool } from "./build/run-tool.ts";

type Count = { passed: number; failed: number; skipped: number };

const parts = ["contracts", "protocol", "indexer", "scripts", "app", "e2e"] as const;
type Part = (typeof parts)[number];

const [first, ...files] = process.argv.slice(2);
const wanted = parts.filter((part) => first === undefined || part === first);
if (wanted.length === 0) {
  console.error(`There is no part "${first}". There are: ${parts.join(", ")}.`);
  process.exit(1);
}

process.on("SIGINT", () => process.exit(130));
process.on("SIGTERM", () => process.exit(143));

const results = join(projectRoot, "test-results");
await mkdir(results, { recursive: true });
const began = Date.now();
const total: Count = { passed: 0, failed: 0, skipped: 0 };
let checksFailed = false;

if (first === undefined) {
  title("Checks");
  const { code } = await runTool({ script: "scripts/check.ts", args: [], show: true });
  checksFailed = code !== 0;
}
await buildContracts({ writesAbis: false });
for (const part of wanted) {
  title(part);
  add(part === "contracts" ? await testContracts() : await testWithVitest(part));
}

const minutes = ((Date.now() - began) / 60_000).toFixed(1);
console.log(`\nAll of it took ${minutes} minutes.`);
if (checksFailed) console.log("The checks failed: see above, or run `npm run check`.");
const skipped = total.skipped > 0 ? `, ${total.skipped} skipped` : "";
console.log(`${total.passed} passed, ${total.failed} failed${skipped}`);
// A run that ran nothing has proven nothing.
process.exit(total.failed > 0 || checksFailed || total.passed === 0 ? 1 : 0);

function title(text: string): void {
  console.log(`\n=== ${text} ===\n`);
}

function add(count: Count): void {
  total.passed += count.passed;
  total.failed += count.failed;
  total.skipped += count.skipped;
}

async function testContracts(): Promise<Count> {
  const solidity = existsSync(join(projectRoot, "test/contracts/solidity"));
  const count: Count = { passed: 0, failed: 0, skipped: 0 };
  for (const runner of solidity ? ["mocha", "solidity"] : ["mocha"]) {
    const { code, said } = await runTool({
      package: "hardhat",
      args: ["test", runner, ...files],
      show: true,
      keep: true,
    });
    const passed = lastNumber(said, "passing");
    const failed = lastNumber(said, "failing");
    count.passed += passed;
    // A runner that broke off says no number of failures.
    count.failed += code !== 0 ? Math.max(failed, 1) : failed;
  }
  return count;
}

function lastNumber(said: string, word: "passing" | "failing"): number {
  const plain = said.replace(/\u001b\[[0-9;]*m/g, "");
  return Number([...plain.matchAll(new RegExp(`^\\s*(\\d+) ${word}\\b`, "gm"))].at(-1)?.[1] ?? 0);
}

const vitestReport = z.object({
  numPassedTests: z.number(),
  numFailedTests: z.number(),
  numPendingTests: z.number(),
  testResults: z.array(z.object({ status: z.string(), assertionResults: z.array(z.unknown()) })),
});

async function testWithVitest(part: Exclude<Part, "contracts">): Promise<Count> {
  if (!existsSync(join(projectRoot, "test", part))) return { passed: 0, failed: 0, skipped: 0 };
  const report = join(results, `${part}.json`);
  await rm(report, { force: true });
  const { code } = await runTool({
    package: "vitest",
    args: ["run", "--project", part, "--reporter=default", "--reporter=json", `--outputFile.json=${report}`, ...files],
    show: true,
  });
  const text = await readFile(report, "utf8").catch(() => undefined);
  if (text === undefined) return { passed: 0, failed: 1, skipped: 0 };
  const { numPassedTests, numFailedTests, numPendingTests, testResults } = vitestReport.parse(JSON.parse(text));
  // A file that could not even be loaded, or whose set-up failed, has failures that no test carries.
  const brokenFiles = testResults.filter(
    ({ status, assertionResults }) => status === "failed" && assertionResults.length === 0,
  );
  const failed = numFailedTests + brokenFiles.length;
  return { passed: numPassedTests, failed: code !== 0 ? Math.max(failed, 1) : failed, skipped: numPendingTests };
}
