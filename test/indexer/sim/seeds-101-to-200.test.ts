// The second half of the seeds that run with every `npm test`: in a file of its own, for the other core.

import { testSeeds } from "./seeds.ts";

testSeeds({ from: 101, seeds: 100 });
