// The benchmarks, small: that they run, that what they compare stored the same, and that their JSON has the form that is
// documented. No number is judged here; a busy computer would fail any.

import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import { projectRoot } from "#scripts/build/project-root.ts";

const run = promisify(execFile);

async function runBench(script: string, args: string[]): Promise<Record<string, unknown>> {
  const { stdout } = await run(process.execPath, [join(projectRoot, "scripts/bench", script), "--json", ...args]);
  return JSON.parse(stdout.trim().split("\n").at(-1) ?? "") as Record<string, unknown>;
}

describe("Somebody who wants to know how fast the indexer is", () => {
  it("gets our sync, the floor and the live stream measured on a small chain, with every check on", async () => {
    const sizes = ["--dense", "60", "--sparse", "0", "--blocks", "1"];
    const args = [...sizes, "--no-ponder", "--no-keep", "--database", "pglite"];
    expect(await runBench("indexer.ts", args)).toEqual({
      dense: {
        pglite: {
          vsPonderCold: null,
          vsPonderWarm: null,
          vsFloor: expect.any(Number),
          rssMiB: expect.any(Number),
          actsPerSecond: expect.any(Number),
        },
      },
      live: { p50ms: expect.any(Number), p95ms: expect.any(Number), vsPonder: null },
    });
  }, 300_000);

  it("gets the queries measured beside a bare route, without one that fails", async () => {
    const args = ["--acts", "200", "--patients", "30", "--consents", "60", "--providers", "10", "--seconds", "0.2"];
    const { pglite } = await runBench("queries.ts", [...args, "--database", "pglite"]);
    const row = expect.objectContaining({ p95ms: expect.any(Number), rpsVsBare: expect.any(Number), failed: 0 });
    expect(pglite).toMatchObject({ bare: row, trail: row, active: row, search: row });
  }, 300_000);
});
