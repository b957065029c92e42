// `npm run test:contracts:coverage`: runs the tests of the contracts on contracts that tell what is reached, and prints
// line and branch coverage. It fails when something is not reached that scripts/coverage/exceptions.json does not name.

import { join } from "node:path";
import { projectRoot } from "../build/project-root.ts";
import { buildOnce } from "../build/stamp.ts";
import { tellFailure } from "../build/tell-failure.ts";
import { writeSchema } from "../mutants/schemata.ts";
import { findReach } from "../mutants/try-all.ts";
import { findPoints } from "../solidity/points.ts";
import { compileRewritten, inputsOfRewritten } from "../solidity/rewritten.ts";
import { parseContracts } from "../solidity/syntax.ts";
import { tellCoverage } from "./report.ts";

const folder = join(projectRoot, "build/coverage");

await tellFailure(async () => {
  const sources = parseContracts();
  const points = findPoints(sources);
  await buildOnce({
    name: "coverage",
    inputs: inputsOfRewritten,
    outputs: ["build/coverage/artifacts"],
    build: () =>
      compileRewritten({
        folder,
        sources: new Map(sources.map((source) => [source.path, writeSchema(source, { mutants: [], points })])),
      }),
  });
  const tests = await findReach(folder);
  console.log(`${tests.length} tests of the contracts passed.`);
  const reached = new Set(tests.flatMap((test) => test.points));
  process.exitCode = (await tellCoverage({ points, reached })) ? 0 : 1;
});
