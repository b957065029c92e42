// `npm run abis`: compiles the contracts and writes their ABIs into protocol/contracts.

import { writeAbis } from "./build/abis.ts";
import { buildContracts } from "./build/contracts.ts";
import { tellFailure } from "./build/tell-failure.ts";

await tellFailure(async () => {
  await buildContracts({ writesAbis: false });
  const written = await writeAbis();
  console.log(written.length === 0 ? "The ABIs are up to date." : `Written: ${written.join(", ")}`);
});
