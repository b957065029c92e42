// `npm run test:contracts:deep`: the Solidity tests with the profile "deep" of hardhat.config.ts: 250,000 acts instead of
// 15,000, and other chances.

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
