// The process: settings from the environment, one line on standard output when it answers, a clean end on SIGTERM.

import { isFailure } from "#protocol/failure.ts";
import { readConfig, startService } from "./index.ts";
import type { RunningService } from "./index.ts";

const STOP_MS = 3_000;

let running: RunningService | null = null;
let stopping = false;

async function stop(): Promise<void> {
  if (stopping) return;
  stopping = true;
  // Whatever hangs, the process ends in time: all that must last is on disk before it is answered.
  setTimeout(() => process.exit(1), STOP_MS).unref();
  await running?.stop();
  process.exit(0);
}

for (const signal of ["SIGTERM", "SIGINT"] as const) process.on(signal, () => void stop());

try {
  running = await startService(readConfig(process.env));
  process.stdout.write(JSON.stringify({ listening: running.url }) + "\n");
} catch (error) {
  process.stderr.write(`${isFailure(error) ? error.message : error instanceof Error ? error.stack : String(error)}\n`);
  process.exit(1);
}
