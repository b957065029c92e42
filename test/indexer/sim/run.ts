// Runs seeds one after the other and prints those that fail: node test/indexer/sim/run.ts --seeds 5000 [--from 1].

import { parseArgs } from "node:util";
import { makeGround } from "./ground.ts";
import { runSeed } from "./scenario.ts";

const { values } = parseArgs({
  options: {
    seeds: { type: "string", default: "200" },
    from: { type: "string", default: "1" },
    verbose: { type: "boolean", default: false },
  },
});
const [seeds, from] = [Number(values.seeds), Number(values.from)];
const ground = await makeGround();
const began = Date.now();
const failed: number[] = [];
const sum = { blocks: 0, reorgs: 0, restarts: 0 };
for (let seed = from; seed < from + seeds; seed += 1) {
  const start = Date.now();
  const outcome = await runSeed(seed, ground);
  sum.blocks += outcome.blocks;
  sum.reorgs += outcome.reorgs;
  sum.restarts += outcome.restarts;
  if (values.verbose)
    console.log(
      `seed ${seed}: ${Date.now() - start} ms, ${outcome.blocks} blocks, ${outcome.reorgs} reorgs, ${outcome.restarts} restarts`,
    );
  if (outcome.problem !== null) {
    failed.push(seed);
    console.log(`seed ${seed} FAILED: ${outcome.problem}\n`);
  }
  if ((seed - from + 1) % 250 === 0)
    console.log(`${seed - from + 1} seeds, ${failed.length} failed, ${Math.round((Date.now() - began) / 1000)} s`);
}
await ground.close();
console.log(
  `${seeds} seeds from ${from}: ${failed.length} failed${failed.length > 0 ? ` (${failed.join(", ")})` : ""}; ` +
    `${sum.blocks} blocks, ${sum.reorgs} reorganisations followed, ${sum.restarts} restarts, ${Math.round((Date.now() - began) / 1000)} s`,
);
process.exitCode = failed.length > 0 ? 1 : 0;
