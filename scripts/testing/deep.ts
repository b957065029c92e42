// `npm run test:contracts:deep`: the Solidity tests with the profile "deep" of hardhat.config.ts: three suites with
// 50,000 acts each, in runs of 250 instead of 15, and ten times as many single cases, with other chances.

import { buildContracts } from "../build/contracts.ts";
import { runTool } from "../build/run-tool.ts";
import { tellFailure } from "../build/tell-failure.ts";

await tellFailure(async () => {
  await buildContracts({ writesAbis: false });
  const { code } = await runTool({
    package: "hardhat",
    args: ["test", "solidity", "--test-profile", "deep"],
    show: true,
  });
  process.exitCode = code;
});
