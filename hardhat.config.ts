// How the contracts are compiled, run and tested. The compiler is the npm package `solc`, so that a build downloads
// nothing; everything that changes bytecode (version, optimizer, IR, EVM version) is fixed here.

import { readdirSync } from "node:fs";
import { createRequire } from "node:module";
import hardhatEthers from "@nomicfoundation/hardhat-ethers";
import hardhatEthersChaiMatchers from "@nomicfoundation/hardhat-ethers-chai-matchers";
import hardhatMocha from "@nomicfoundation/hardhat-mocha";
import hardhatNetworkHelpers from "@nomicfoundation/hardhat-network-helpers";
import { defineConfig } from "hardhat/config";

const require = createRequire(import.meta.url);

/** The compiler and its settings: whatever is measured or tested beside the contracts is compiled in the same way. */
export const compiler = {
  version: "0.8.37",
  path: require.resolve("solc/soljson.js"),
  settings: {
    viaIR: true,
    optimizer: { enabled: true, runs: 200 },
    evmVersion: "osaka",
    // No path of the machine that compiled ends up in the code: two builds of one commit are byte for byte equal.
    metadata: { bytecodeHash: "ipfs" },
    // The tests hold the storage of the ledger and of its extension equal.
    outputSelection: { "*": { "*": ["storageLayout"] } },
  },
};

/**
 * The same compiler with a few steps of its optimizer: for code that is not deployed (tests, and contracts that a tool
 * wrote anew at many times their length) it takes a third of the time, and the stack still suffices.
 */
export const quickCompiler = {
  ...compiler,
  settings: {
    ...compiler.settings,
    optimizer: {
      enabled: true,
      runs: 1,
      details: { yul: true, yulDetails: { stackAllocation: true, optimizerSteps: "dhfoDgvulfnTUtnIf:" } },
    },
  },
};

/**
 * For tests written in Solidity, which are not measured and never deployed: without the intermediate language it takes
 * seconds. The contracts under test are those that `compiler` made.
 */
const testCompiler = {
  ...compiler,
  settings: { optimizer: { enabled: true, runs: 1 }, evmVersion: compiler.settings.evmVersion },
};

const solidityTests = readdirSync(new URL("./test/contracts/solidity", import.meta.url)).filter((name) =>
  name.endsWith(".t.sol"),
);

export default defineConfig({
  plugins: [hardhatEthers, hardhatEthersChaiMatchers, hardhatMocha, hardhatNetworkHelpers],
  solidity: {
    compilers: [compiler],
    overrides: Object.fromEntries(solidityTests.map((name) => [`test/contracts/solidity/${name}`, testCompiler])),
  },
  networks: {
    // The chain behind `npm start`. It mines on every transaction, and on every second besides: an automining clock
    // stands still, and then no consent would ever expire.
    node: {
      type: "edr-simulated",
      chainType: "l1",
      chainId: 31337,
      hardfork: "osaka",
      mining: { auto: true, interval: 1000 },
      // Several transactions in one second share that second. Otherwise each pushes the chain's clock a second ahead of
      // the wall clock, for good, and a consent that is in force would look not yet begun.
      allowBlocksWithSameTimestamp: true,
      loggingEnabled: false,
    },
  },
  paths: {
    sources: "./contracts",
    tests: { mocha: "./test/contracts", solidity: "./test/contracts/solidity" },
    cache: "./cache",
    artifacts: "./artifacts",
  },
  test: {
    mocha: {
      timeout: 120_000,
      forbidOnly: process.env["CI"] !== undefined,
      forbidPending: true,
    },
    solidity: {
      profiles: {
        default: {
          fuzz: { runs: 1_000, seed: "0x1" },
          invariant: { runs: 1_000, depth: 15, failOnRevert: true },
        },
        deep: {
          fuzz: { runs: 10_000, seed: "0x2" },
          invariant: { runs: 200, depth: 250, failOnRevert: true },
        },
      },
    },
  },
});
