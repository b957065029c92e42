// Work that is looked after again and again: when woken, and every so often besides. One turn at a time; a turn that
// throws is told to the log and tried again, so that a node that was away for a minute stops nothing for good.

import { isFailure } from "#protocol/failure.ts";
import type { Log } from "../log.ts";

/** Repeated work; it can be started again after it was stopped. */
export type Loop = {
  /** Runs a turn soon: at once, or right after the one that runs now. */
  wake(): void;
  start(): Promise<void>;
  /** Resolves when no turn runs any more. */
  stop(): Promise<void>;
};

/** Makes a loop around `work`, which is called every `everyMs` milliseconds at least. */
export function createLoop({
  everyMs,
  log,
  name,
  work,
}: {
  everyMs: number;
  log: Log;
  name: string;
  work: () => Promise<void>;
}): Loop {
  let running: Promise<void> | null = null;
  let again = false;
  let timer: NodeJS.Timeout | undefined;
  let state: "started" | "stopped" = "stopped";
  let failures = 0;

  async function run(): Promise<void> {
    do {
      again = false;
      try {
        await work();
        failures = 0;
      } catch (error) {
        failures += 1;
        // The message of a failure is ours; a foreign one may quote URLs with keys in them, so only its kind is told.
        log.warn(`${name}-turn-failed`, {
          failures,
          why: isFailure(error) ? error.message : error instanceof Error ? error.name : "unknown",
        });
      }
    } while (again && failures === 0 && state === "started");
    running = null;
    if (state === "started") timer = setTimeout(wake, Math.min(everyMs * 2 ** Math.min(failures, 5), 30_000));
  }

  function wake(): void {
    if (state !== "started") return;
    if (running !== null) {
      again = true;
      return;
    }
    clearTimeout(timer);
    running = run();
  }

  return {
    wake,
    start: async () => {
      if (state === "started") return;
      state = "started";
      wake();
    },
    stop: async () => {
      state = "stopped";
      clearTimeout(timer);
      await running;
    },
  };
}
