// `npm run test:sim -- --seeds N [--from S] [--verbose]`: the sync's simulator for longer than `npm test` lets it run.

import { runTool } from "./build/run-tool.ts";

const { code } = await runTool({ script: "test/indexer/sim/run.ts", args: process.argv.slice(2), show: true });
process.exitCode = code;
