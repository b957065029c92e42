// The first half of the seeds that run with every `npm test`, and every seed that ever failed.

import { keptSeeds } from "./kept-seeds.ts";
import { testSeeds } from "./seeds.ts";

testSeeds({ from: 1, seeds: 100, kept: keptSeeds });
