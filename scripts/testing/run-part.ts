// Running one part of the tests: the contracts by Hardhat, everything else by vitest.

import { existsSync } from "node:fs";
import { mkdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { isFailure } from "#protocol/failure.ts";
import { projectRoot } from "../build/project-root.ts";
import { runTool } from "../build/run-tool.ts";
import { findKubo } from "./find-kubo.ts";
import { findPostgres } from "./find-postgres.ts";
import { addCounts, type Count, countHardhat, countVitest, nothing } from "./count.ts";

/** The parts, in the order in which they run: what is quick to fail comes first. */
export const parts = [
  "contracts",
  "mutants",
  "protocol",
  "indexer",
  "postgres",
  "scripts",
  "app",
  "e2e",
  "kubo",
] as const;

/**
 * One part of the tests: a folder below test/; "mutants" asks whether the contracts' tests would notice mistakes, and what
 * they reach; "postgres" is the service's tests once more, on PostgreSQL; "kubo" comes last, since Kubo may still be built
 * meanwhile.
 */
export type Part = (typeof parts)[number];

/** Runs a part, or those of its files that are named, and counts. */
export function runPart(options: { part: Part; files: string[] }): Promise<Count> {
  const { part, files } = options;
  if (part === "contracts") return runContracts(files);
  if (part === "mutants") return runMutants();
  if (part === "kubo") return runOnKubo(files);
  return part === "postgres" ? runOnPostgres(files) : runVitest({ part, files });
}

/** Where no Kubo can be had, that is said, and counted as skipped, in CI too: building it needs Go and its module proxy. */
async function runOnKubo(files: string[]): Promise<Count> {
  try {
    await findKubo();
  } catch (error) {
    if (!isFailure(error)) throw error;
    const line = "!".repeat(100);
    console.error(`${line}\n${error.message}\nNothing was tried on Kubo in this run: SKIPPED.\n${line}`);
    return { ...nothing, skipped: 1 };
  }
  return runVitest({ part: "kubo", files });
}

const mutants = { script: "scripts/mutants/main.ts", show: true };
let compiling: Promise<unknown> | undefined;

/** Begins what takes one core a minute and a half, and nothing of which is needed before its part: compiling all mutants. */
export function prepareParts(wanted: readonly Part[]): void {
  if (wanted.includes("contracts") && wanted.includes("mutants")) {
    compiling = runTool({ ...mutants, args: ["--core", "--compile"], show: false });
  }
}

/** The mutants of the module Consents, its value type and the signatures, and the coverage of all contracts. */
async function runMutants(): Promise<Count> {
  // Whether that went well is found out below: what is not there is compiled again.
  await compiling;
  const { code } = await runTool({ ...mutants, args: ["--core"] });
  if (code === 0) return { ...nothing, passed: 1 };
  return {
    ...nothing,
    failed: 1,
    failures: ["The contracts' tests would not notice a mistake, or do not reach a line: see mutants above."],
  };
}

/** Where no PostgreSQL can be had, that is said, and counted: as skipped on somebody's own computer, as failed in CI. */
async function runOnPostgres(files: string[]): Promise<Count> {
  try {
    if (process.env["PLACET_TEST_DATABASE_URL"] === undefined) await findPostgres();
  } catch (error) {
    if (!isFailure(error)) throw error;
    const isRequired = Boolean(process.env["CI"]);
    const line = "!".repeat(100);
    const verdict = isRequired ? "In CI that is a failure." : "Nothing was tried on PostgreSQL in this run.";
    console.error(`${line}\n${error.message}\n${verdict}\n${line}`);
    return isRequired ? { ...nothing, failed: 1, failures: [error.message] } : { ...nothing, skipped: 1 };
  }
  return runVitest({ part: "postgres", files });
}

async function runContracts(files: string[]): Promise<Count> {
  const runners =
    files.length === 0 && existsSync(join(projectRoot, "test/contracts/solidity")) ? ["mocha", "solidity"] : ["mocha"];
  let total = nothing;
  for (const runner of runners) {
    const run = await runTool({ package: "hardhat", args: ["test", runner, ...files], show: true, keep: true });
    total = addCounts(total, countHardhat(run));
  }
  return total;
}

async function runVitest(options: { part: Part; files: string[] }): Promise<Count> {
  const folder = options.part === "postgres" ? "indexer" : options.part;
  if (!existsSync(join(projectRoot, "test", folder))) return nothing;
  const results = join(projectRoot, "test-results");
  const file = join(results, `${options.part}.json`);
  await mkdir(results, { recursive: true });
  await rm(file, { force: true });
  const reporters = ["--reporter=default", "--reporter=json", `--outputFile.json=${file}`];
  const { code, said } = await runTool({
    package: "vitest",
    args: ["run", "--project", options.part, ...reporters, ...options.files],
    show: true,
    // Whoever sits at a terminal sees its progress as it likes to show it, and can scroll back.
    keep: !process.stdout.isTTY,
  });
  return countVitest({ code, said, report: await readFile(file, "utf8").catch(() => undefined) });
}
