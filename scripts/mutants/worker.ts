// One of the processes that try mutants. The test files are loaded once; for each mutant that is asked for, the mutant is
// brought to life, and the tests that can notice it run until one fails. The contracts are deployed anew only for mutants
// that could matter then: the chain goes back to its beginning. All others find what was deployed while they slept.

import { readdirSync } from "node:fs";
import { join } from "node:path";
import Mocha from "mocha";
import { z } from "zod";
import { projectRoot } from "../build/project-root.ts";
import { hearReached } from "../solidity/hear-reached.ts";
import { coinbaseOf, silence } from "../solidity/coinbase.ts";

/** A test, the points that it reaches, and what it says when it fails. */
export type Test = { title: string; points: number[]; failure?: string | undefined };

/** What became of a mutant: the test that failed, or undefined when all passed. */
export type Verdict = { id: number; killer: string | undefined; tests: number };

const question = z.object({ id: z.number(), titles: z.array(z.string()), isAtDeployment: z.boolean() });

/** Tests that say nothing about a mutant: of size, of gas, of deployment by a script, and of a page. */
const apart = ["gas.test.ts", "deploy.test.ts", "acts-page.test.ts"];

// Listening costs time, so only the processes that are asked what the tests reach do it: each runs its share of them.
const share = process.argv.includes("--reach")
  ? z.tuple([z.coerce.number(), z.coerce.number()]).parse(process.argv.slice(-2))
  : undefined;
const reached = share === undefined ? undefined : hearReached();
const { connection, startStage } = await import("../../test/contracts/support/stage.ts");
const mocha = new Mocha({ timeout: 120_000, reporter: Mocha.reporters.Base });
mocha.cleanReferencesAfterRun(false);
for (const file of listTests()) mocha.addFile(file);
await mocha.loadFilesAsync();
let start = await connection.networkHelpers.takeSnapshot();
let coinbase = coinbaseOf(silence);
let deployedUnder: number | undefined;
holdCoinbase();

process.on("message", (message) => {
  const asked = question.parse(message);
  void (share === undefined ? tryMutant(asked) : tellReach(share)).then((answer) => process.send?.(answer));
});
process.send?.({ ready: true });

async function tryMutant({ id, titles, isAtDeployment }: z.infer<typeof question>): Promise<Verdict> {
  let tests = 0;
  // What only reads, reads under the coinbase of the last block: who survives is tried once more from the beginning.
  for (const isFromBeginning of isAtDeployment ? [true] : [false, true]) {
    if (isFromBeginning) await startUnder(id);
    else await wake(id);
    for (const title of titles) {
      tests += 1;
      if ((await findFailure(title)) !== undefined) return { id, killer: title, tests };
    }
  }
  return { id, killer: undefined, tests };
}

/** Brings a mutant to life in contracts that were deployed while it slept. */
async function wake(id: number): Promise<void> {
  if (deployedUnder !== silence) {
    await startUnder(silence);
    await startStage();
  }
  await setCoinbase(id);
}

/** Runs its share of the tests without a mutant, and tells what each reaches. */
async function tellReach([first, step]: [number, number]): Promise<Test[]> {
  await startUnder(0);
  const told: Test[] = [];
  const titles = listTitles(mocha.suite).filter((_, index) => index % step === first);
  for (const title of titles) {
    reached?.clear();
    let failure = await findFailure(title);
    const points = [...(reached ?? [])];
    // A test that counts instructions or gas sees those that tell, too: it is asked again while nothing tells.
    if (failure !== undefined) {
      await startUnder(silence);
      failure = await findFailure(title);
      await startUnder(0);
    }
    told.push({ title, points, failure });
  }
  return told;
}

/** Goes back to the chain's beginning. The first test after it deploys the contracts, and the others find them. */
async function startUnder(id: number): Promise<void> {
  await start.restore();
  connection.networkHelpers.clearSnapshots();
  start = await connection.networkHelpers.takeSnapshot();
  deployedUnder = id;
  await setCoinbase(id);
}

async function setCoinbase(id: number): Promise<void> {
  coinbase = coinbaseOf(id);
  await connection.provider.request({ method: "hardhat_setCoinbase", params: [coinbase] });
}

/** A snapshot has the coinbase of its time in it: whoever goes back to one gets the present one again. */
function holdCoinbase(): void {
  const request = connection.provider.request.bind(connection.provider);
  connection.provider.request = async (asked): Promise<unknown> => {
    const answer: unknown = await request(asked);
    if (asked.method === "evm_revert") await request({ method: "hardhat_setCoinbase", params: [coinbase] });
    return answer;
  };
}

/** What a test says when it fails, or undefined when it passes. */
function findFailure(title: string): Promise<string | undefined> {
  mocha.grep(new RegExp(`^${title.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")}$`));
  return new Promise((resolve) => {
    let said: string | undefined;
    const runner = mocha.run(() => resolve(said));
    runner.on("fail", (_test, error) => (said ??= String(error)));
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
