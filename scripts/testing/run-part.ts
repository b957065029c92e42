// Running one part of the tests: the contracts by Hardhat, everything else by vitest.

import { existsSync } from "node:fs";
import { mkdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { projectRoot } from "../build/project-root.ts";
import { runTool } from "../build/run-tool.ts";
import { addCounts, type Count, countHardhat, countVitest, nothing } from "./count.ts";

/** The parts, in the order in which they run: what is quick to fail comes first. */
export const parts = ["contracts", "protocol", "indexer", "scripts", "app", "e2e"] as const;

/** One part of the tests: a folder below test/. */
export type Part = (typeof parts)[number];

/** Runs a part, or those of its files that are named, and counts. */
export function runPart(options: { part: Part; files: string[] }): Promise<Count> {
  const { part, files } = options;
  return part === "contracts" ? runContracts(files) : runVitest({ part, files });
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
  if (!existsSync(join(projectRoot, "test", options.part))) return nothing;
  const results = join(projectRoot, "test-results");
  const file = join(results, `${options.part}.json`);
  await mkdir(results, { recursive: true });
  await rm(file, { force: true });
  const reporters = ["--reporter=default", "--reporter=json", `--outputFile.json=${file}`];
  const { code } = await runTool({
    package: "vitest",
    args: ["run", "--project", options.part, ...reporters, ...options.files],
    show: true,
  });
  return countVitest({ code, report: await readFile(file, "utf8").catch(() => undefined) });
}
