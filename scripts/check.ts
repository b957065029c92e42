// `npm run check`: types, lint, format, unused code, and whether the generated ABIs are those of the contracts. All are
// run and all are told, so that one look shows everything that is wrong.

import { findStaleAbis } from "./build/abis.ts";
import { buildContracts } from "./build/contracts.ts";
import { runTool } from "./build/run-tool.ts";

type Check = { name: string; run: () => Promise<{ code: number; said: string }> };

const checks: Check[] = [
  { name: "Types of the app", run: checkApp },
  { name: "Generated ABIs", run: checkAbis },
  { name: "Types", run: () => runTool({ package: "typescript", tool: "tsc", args: ["--noEmit"] }) },
  {
    name: "Lint",
    run: () =>
      runTool({
        package: "eslint",
        args: [".", "--max-warnings", "0", "--cache", "--cache-location", "build/.eslintcache"],
      }),
  },
  { name: "Format", run: () => runTool({ package: "prettier", args: ["--check", "--log-level", "warn", "."] }) },
  { name: "Unused code", run: () => runTool({ package: "knip", args: ["--no-progress"] }) },
];

async function checkAbis(): Promise<{ code: number; said: string }> {
  // Read before compiling, which would bring them up to date.
  await buildContracts({ writesAbis: false });
  const stale = await findStaleAbis();
  const said = stale.map(({ path }) => `${path} is not what the contracts say. Run: npm run abis`).join("\n");
  return { code: stale.length === 0 ? 0 : 1, said };
}

async function checkApp(): Promise<{ code: number; said: string }> {
  // Kit writes the types that the app's tsconfig extends.
  const synced = await runTool({ package: "@sveltejs/kit", tool: "svelte-kit", args: ["sync"] });
  if (synced.code !== 0) return synced;
  return runTool({
    package: "svelte-check",
    args: ["--tsconfig", "app/tsconfig.json", "--fail-on-warnings", "--output", "human-verbose"],
  });
}

let failed = 0;
const waiting = [...checks];

async function work(): Promise<void> {
  for (let check = waiting.shift(); check !== undefined; check = waiting.shift()) {
    const began = Date.now();
    const { code, said } = await check.run().catch((error: unknown) => ({ code: 1, said: String(error) }));
    const seconds = ((Date.now() - began) / 1000).toFixed(1);
    console.log(`${code === 0 ? "ok  " : "FAIL"}  ${check.name} (${seconds} s)`);
    if (code !== 0) {
      failed += 1;
      console.log(`\n${said.trim()}\n`);
    }
  }
}

// Two at a time. The longest begins first.
await Promise.all([work(), work()]);
process.exitCode = failed === 0 ? 0 : 1;
