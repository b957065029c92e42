// `npm test`: the checks, then every test there is: contracts by Hardhat, everything else by vitest, the real browser
// last. `npm test -- protocol` runs one part, and further words narrow it to files. Two cores are enough.

import { Failure } from "#protocol/failure.ts";
import { buildContracts } from "./build/contracts.ts";
import { runTool } from "./build/run-tool.ts";
import { tellFailure } from "./build/tell-failure.ts";
import { addCounts, type Count, nothing } from "./testing/count.ts";
import { parts, prepareParts, runPart } from "./testing/run-part.ts";

process.on("SIGINT", () => process.exit(130));
process.on("SIGTERM", () => process.exit(143));

await tellFailure(async () => {
  const [first, ...files] = process.argv.slice(2);
  const wanted = parts.filter((part) => first === undefined || part === first);
  if (wanted.length === 0) {
    throw new Failure("bad-input", `There is no part "${first}" of the tests. There are: ${parts.join(", ")}.`);
  }
  const began = Date.now();
  let total = nothing;
  if (first === undefined) total = addCounts(total, await runChecks());
  await buildContracts({ writesAbis: false });
  prepareParts(wanted);
  for (const part of wanted) {
    console.log(`\n=== ${part} ===\n`);
    total = addCounts(total, await runPart({ part, files }));
  }
  // Told once more at the end, since whoever sees only the last lines of a long run must still learn what failed.
  if (total.failures.length > 0) console.log(`\n=== what failed ===\n\n${total.failures.join("\n\n")}`);
  console.log(`\nAll of it took ${((Date.now() - began) / 60_000).toFixed(1)} minutes.`);
  const skipped = total.skipped > 0 ? `, ${total.skipped} skipped` : "";
  console.log(`${total.passed} passed, ${total.failed} failed${skipped}`);
  // A run that ran nothing has proven nothing.
  process.exitCode = total.failed > 0 || total.passed === 0 ? 1 : 0;
});

/** The checks count only where they fail, all of them as one: they are no tests. */
async function runChecks(): Promise<Count> {
  console.log("=== checks ===\n");
  const { code, said } = await runTool({ script: "scripts/check.ts", args: [], show: true, keep: true });
  if (code === 0) return nothing;
  const lines = said.trim().split("\n").slice(-60);
  return { ...nothing, failed: 1, failures: [`npm run check\n${lines.join("\n")}`] };
}
