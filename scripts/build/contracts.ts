// Compiling the contracts, and writing down for TypeScript what they look like from outside.

import { buildOnce } from "./stamp.ts";
import { requireTool } from "./run-tool.ts";
import { writeAbis } from "./abis.ts";

/**
 * Compiles with Hardhat and, unless told otherwise, brings protocol/contracts up to date.
 * @returns true when something was compiled
 */
export function buildContracts(options: { writesAbis?: boolean } = {}): Promise<boolean> {
  return buildOnce({
    name: "contracts",
    inputs: ["contracts", "hardhat.config.ts"],
    outputs: ["artifacts/contracts/Ledger.sol", "artifacts/contracts/ProviderRegistry.sol"],
    build: async () => {
      await requireTool({
        package: "hardhat",
        args: ["build", "--quiet", "--no-tests"],
        what: "Compiling the contracts",
      });
      if (options.writesAbis !== false) await writeAbis();
    },
  });
}
