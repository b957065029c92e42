// Work that everybody may ask for and that is dear: one run at a time, one more waiting, and rest after a long one.

import { setTimeout as sleep } from "node:timers/promises";

/** A run shorter than this, in milliseconds, wants no rest. */
const QUICK_MS = 1_000;
/** So many times as long as it took it rests. */
const REST = 10;

/** Gives what asks for a run that begins after the asking; who asks before it began shares it. Rejects as the run does. */
export function takeTurns(
  run: () => Promise<unknown>,
  { quickMs = QUICK_MS, rest = REST }: { quickMs?: number; rest?: number } = {},
): () => Promise<void> {
  let running: Promise<void> = Promise.resolve();
  let next: Promise<void> | null = null;
  let restUntil = 0;

  async function work(): Promise<void> {
    const began = performance.now();
    try {
      await run();
    } finally {
      const took = performance.now() - began;
      restUntil = took < quickMs ? 0 : performance.now() + took * rest;
    }
  }

  async function begin(before: Promise<void>): Promise<void> {
    await before.catch(() => undefined);
    const left = restUntil - performance.now();
    if (left > 0) await sleep(left, undefined, { ref: false });
    next = null;
    running = work();
    return running;
  }

  return () => (next ??= begin(running));
}
