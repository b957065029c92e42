// From a mined block to a client that has it: the real service follows the chain, a signed-in client holds its event
// stream open, and blocks of a few acts are mined one by one.

import { spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";
import { buildDatabaseTemplate, prepareDatabase } from "#scripts/build/database.ts";
import { projectRoot } from "#scripts/build/project-root.ts";
import type { SeededChain } from "../chain/seed.ts";

/** Milliseconds from mined to seen, the middle and the slow end. */
export type Live = { p50ms: number; p95ms: number };

const readySchema = z.object({ url: z.string(), cookie: z.string() });

/** Sorted times to the two numbers. */
export function toLive(times: readonly number[]): Live {
  const sorted = times.toSorted((a, b) => a - b);
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN;
  return { p50ms: Math.round(at(0.5)), p95ms: Math.round(at(0.95)) };
}

/** Our service: mines `blocks` blocks and waits for each in the stream. */
export async function measureLive(chain: SeededChain, { blocks }: { blocks: number }): Promise<Live> {
  const folder = await mkdtemp(join(tmpdir(), "placet-bench-live-"));
  await buildDatabaseTemplate();
  await prepareDatabase(folder);
  const child = spawn(process.execPath, [join(projectRoot, "scripts/bench/indexer/serve-live.ts")], {
    stdio: ["ignore", "pipe", "inherit"],
    env: {
      ...process.env,
      PLACET_DATA: folder,
      PLACET_RPC_URL: chain.rpcUrl,
      PLACET_DEPLOYMENT: chain.deploymentFile,
      PLACET_PORT: "0",
      PLACET_DEMO: "0",
      DATABASE_URL: "",
      BENCH_PERSON: chain.people[0],
    },
  });
  const ended = new Promise((resolve) => child.once("exit", resolve));
  try {
    let ready: z.infer<typeof readySchema> | null = null;
    for await (const line of createInterface({ input: child.stdout })) {
      if (!line.startsWith("{")) continue;
      ready = readySchema.parse(JSON.parse(line));
      break;
    }
    if (ready === null) throw new Error("The service ended before it answered.");
    const stop = new AbortController();
    const seen: number[] = [];
    const response = await fetch(`${ready.url}/api/stream`, { headers: { cookie: ready.cookie }, signal: stop.signal });
    const reading = readActs(response, () => seen.push(performance.now())).catch(() => undefined);
    const times: number[] = [];
    for (let block = 0; block < blocks; block += 1) {
      await sleep(100 + 37 * (block % 11)); // not in step with any poll
      const before = seen.length;
      await chain.actAgain(chain.people.length);
      const mined = performance.now();
      while (seen.length === before) await sleep(1);
      times.push(Math.max(0, (seen[before] ?? mined) - mined));
    }
    stop.abort();
    await reading;
    return toLive(times);
  } finally {
    child.kill("SIGTERM");
    await ended;
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

async function readActs(response: Response, hear: () => void): Promise<void> {
  if (response.body === null) throw new Error("The stream has no body.");
  const decoder = new TextDecoder();
  let rest = "";
  for await (const bytes of response.body) {
    rest += decoder.decode(bytes, { stream: true });
    const events = rest.split("\n\n");
    rest = events.pop() ?? "";
    if (events.some((event) => event.includes("event: act"))) hear();
  }
}
