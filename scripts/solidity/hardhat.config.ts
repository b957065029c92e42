// How contracts that were written anew by a tool (all mutants in one, or with counters in them) are compiled and run: as
// the real ones, in a folder of their own, and without the limit that only their size would meet.

import { join } from "node:path";
import { defineConfig } from "hardhat/config";
import config, { quickCompiler } from "../../hardhat.config.ts";

const folder = process.env["PLACET_REWRITTEN"];
if (folder === undefined) throw new Error("PLACET_REWRITTEN names the folder of the contracts that were written anew.");

export default defineConfig({
  ...config,
  solidity: {
    compilers: [{ ...quickCompiler, settings: { ...quickCompiler.settings, evmVersion: "prague" } }],
  },
  networks: {
    // Before Osaka a transaction may take as much gas as a block: deploying so much code takes more than it may since.
    default: { type: "edr-simulated", chainType: "l1", hardfork: "prague", allowUnlimitedContractSize: true },
  },
  paths: {
    sources: join(folder, "sources"),
    tests: { mocha: "./test/contracts", solidity: join(folder, "none") },
    cache: join(folder, "cache"),
    artifacts: join(folder, "artifacts"),
  },
});
