// `npm run test:mutants`: makes every small mistake that could be made in the contracts that decide about consent, and
// asks of each whether a test notices. A mistake that none notices is named, and the run fails. `-- --every` tries those
// too that are listed as changing nothing, `-- --only TEXT` just those whose name holds a text, and `-- --core` the mutants
// of the module Consents, its value type and the signatures; `-- --compile` ends when they are compiled,
// and `-- --remember` writes down which test noticed which, to ask it first the next time. The first step, which finds out what
// each test reaches, counts the coverage of all contracts.

import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { projectRoot } from "../build/project-root.ts";
import { buildOnce } from "../build/stamp.ts";
import { tellFailure } from "../build/tell-failure.ts";
import { tellCoverage } from "../coverage/report.ts";
import { findPoints } from "../solidity/points.ts";
import { compileRewritten, inputsOfRewritten } from "../solidity/rewritten.ts";
import { parseContracts } from "../solidity/syntax.ts";
import { readEquivalent } from "./equivalent.ts";
import { findMutants, placesOf, type Mutant } from "./find.ts";
import { readKillers, rememberKillers } from "./killers.ts";
import { meant } from "./meant.ts";
import { orderTests } from "./order.ts";
import { writeSchema } from "./schemata.ts";
import { findReach, tryAll } from "./try-all.ts";
import type { Verdict } from "./worker.ts";

await tellFailure(async () => {
  const began = Date.now();
  const only = process.argv.includes("--only") ? process.argv[process.argv.indexOf("--only") + 1] : undefined;
  const scope = process.argv.includes("--core") ? "core" : "whole";
  const folder = join(projectRoot, `build/mutants-${scope}`);
  const sources = parseContracts();
  const points = findPoints(sources);
  const mutants = findMutants(sources, (path) => meant[scope].test(path));
  const { reasons, stale } = await readEquivalent(mutants, meant[scope]);
  await buildOnce({
    name: `mutants-${scope}`,
    inputs: inputsOfRewritten,
    outputs: [`build/mutants-${scope}/artifacts`],
    build: () =>
      compileRewritten({
        folder,
        sources: new Map(sources.map((source) => [source.path, writeSchema(source, { mutants, points })])),
      }),
  });
  console.log(`${mutants.length} mutants, compiled (${seconds(began)}).`);
  if (process.argv.includes("--compile")) return;
  const tests = await findReach(folder);
  console.log(`${tests.length} tests of the contracts pass without any of them (${seconds(began)}).`);
  const reached = new Set(tests.flatMap((test) => test.points));
  const isCovered = await tellCoverage({ points, reached });
  const order = orderTests(tests, await readKillers(mutants.map(({ name }) => name)));

  const wanted = mutants.filter(
    ({ name }) =>
      (process.argv.includes("--every") || !reasons.has(name)) && (only === undefined || name.includes(only)),
  );
  const waiting = [...wanted];
  const byId = new Map(mutants.map((mutant) => [mutant.id, mutant]));
  const verdicts: Verdict[] = [];
  await tryAll({
    folder,
    next: () => {
      const mutant = waiting.shift();
      if (mutant === undefined) return undefined;
      const places = placesOf(mutant, points);
      return { id: mutant.id, titles: order.testsOf(places, mutant.name), isAtDeployment: places.length === 0 };
    },
    hear: (verdict) => {
      verdicts.push(verdict);
      const mutant = byId.get(verdict.id);
      if (mutant === undefined) return;
      if (verdict.killer !== undefined) order.noteKill(placesOf(mutant, points), verdict.killer);
      else if (!reasons.has(mutant.name)) console.log(`survives: ${tell(mutant)}`);
      if (verdicts.length % 100 === 0) console.log(`${verdicts.length} of ${wanted.length} tried (${seconds(began)})`);
    },
  });

  await writeReport(verdicts, byId);
  if (process.argv.includes("--remember")) await rememberKillers(killersOf(verdicts, byId));
  const survivors = verdicts.flatMap(({ id, killer }) => (killer === undefined ? (byId.get(id) ?? []) : []));
  const unexplained = survivors.filter(({ name }) => !reasons.has(name)).sort((a, b) => a.id - b.id);
  const killed = verdicts.length - survivors.length;
  const needless = [...reasons.keys()].filter((name) =>
    verdicts.some(({ id, killer }) => killer !== undefined && byId.get(id)?.name === name),
  );
  console.log(`\n${killed} mutants killed, ${reasons.size} listed as changing nothing (${seconds(began)}).`);
  for (const name of stale) console.log(`Listed as changing nothing, and no mutant any more: ${name}`);
  for (const name of needless) console.log(`Listed as changing nothing, and yet a test notices: ${name}`);
  for (const mutant of unexplained) console.log(`No test notices ${tell(mutant)}\n    ${mutant.name}`);
  const isGood = unexplained.length + stale.length + needless.length === 0 && killed > 0;
  process.exitCode = isGood && isCovered ? 0 : 1;
});

function killersOf(verdicts: Verdict[], byId: Map<number, Mutant>): Map<string, string> {
  return new Map(
    verdicts.flatMap(({ id, killer }) => (killer === undefined ? [] : [[byId.get(id)?.name ?? "", killer]])),
  );
}

async function writeReport(verdicts: Verdict[], byId: Map<number, Mutant>): Promise<void> {
  const report = [...verdicts]
    .sort((a, b) => a.id - b.id)
    .map(({ id, killer, tests }) => ({ mutant: byId.get(id)?.name ?? "", killer: killer ?? null, tests }));
  await mkdir(join(projectRoot, "test-results"), { recursive: true });
  await writeFile(join(projectRoot, "test-results/mutants.json"), JSON.stringify(report, null, 2));
}

function tell({ file, line, was, becomes }: Mutant): string {
  return `${file}:${line}: ${was}  ->  ${becomes}`;
}

function seconds(began: number): string {
  return `${((Date.now() - began) / 1000).toFixed(0)} s`;
}
