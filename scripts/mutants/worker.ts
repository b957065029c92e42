// One of the processes that try mutants. The test files are loaded once; for each mutant that is asked for, the chain is
// brought back to its beginning, the mutant to life, and the tests that can notice it run until one fails.

import { readdirSync } from "node:fs";
import { join } from "node:path";
import Mocha from "mocha";
import { z } from "zod";
import { projectRoot } from "../build/project-root.ts";
import { hearReached } from "../solidity/hear-reached.ts";
import { coinbaseOf, silence } from "../solidity/coinbase.ts";

/** A test, and the points that it reaches. */
export type Test = { title: string; points: number[]; passed: boolean };

/** What became of a mutant: the test that failed, or undefined when all passed. */
export type Verdict = { id: number; killer: string | undefined; tests: number };

const question = z.object({ id: z.number(), titles: z.array(z.string()) });

/** Tests that say nothing about a mutant: of size, of gas, of deployment by a script, and of a page. */
const apart = ["gas.test.ts", "deploy.test.ts", "acts-page.test.ts"];

// Listening costs time, so only the process that is asked what the tests reach does it.
const reached = process.argv.includes("--reach") ? hearReached() : undefined;
const { connection } = await import("../../test/contracts/support/stage.ts");
const mocha = new Mocha({ timeout: 120_000, reporter: Mocha.reporters.Base });
mocha.cleanReferencesAfterRun(false);
for (const file of listTests()) mocha.addFile(file);
await mocha.loadFilesAsync();
let start = await connection.networkHelpers.takeSnapshot();

process.on("message", (message) => {
  const { id, titles } = question.parse(message);
  void (reached === undefined ? tryMutant(id, titles) : tellReach()).then((answer) => process.send?.(answer));
});
process.send?.({ ready: true });

async function tryMutant(id: number, titles: string[]): Promise<Verdict> {
  await bringToLife(id);
  let tests = 0;
  for (const title of titles) {
    tests += 1;
    if (!(await passes(title))) return { id, killer: title, tests };
  }
  return { id, killer: undefined, tests };
}

/** Runs every test without a mutant, and tells what each reaches. */
async function tellReach(): Promise<Test[]> {
  await bringToLife(0);
  const told: Test[] = [];
  for (const title of listTitles(mocha.suite)) {
    reached?.clear();
    let passed = await passes(title);
    const points = [...(reached ?? [])];
    // A test that counts instructions or gas sees those that tell, too: it is asked again while nothing tells.
    if (!passed) {
      await bringToLife(silence);
      passed = await passes(title);
      await bringToLife(0);
    }
    told.push({ title, passed, points });
  }
  return told;
}

async function bringToLife(id: number): Promise<void> {
  await start.restore();
  connection.networkHelpers.clearSnapshots();
  start = await connection.networkHelpers.takeSnapshot();
  await connection.provider.request({ method: "hardhat_setCoinbase", params: [coinbaseOf(id)] });
}

function passes(title: string): Promise<boolean> {
  mocha.grep(new RegExp(`^${title.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")}$`));
  return new Promise((resolve) => {
    mocha.run((failures) => resolve(failures === 0));
  });
}

function listTitles(suite: Mocha.Suite): string[] {
  return [...suite.tests.map((test) => test.fullTitle()), ...suite.suites.flatMap(listTitles)];
}

function listTests(): string[] {
  const folder = join(projectRoot, "test/contracts");
  return readdirSync(folder)
    .filter((name) => name.endsWith(".test.ts") && !apart.includes(name))
    .sort()
    .map((name) => join(folder, name));
}
