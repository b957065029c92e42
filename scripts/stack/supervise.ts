// Keeping a service up: one that stops without being asked to is started again, and given up when it keeps stopping.

import { Failure, isFailure } from "#protocol/failure.ts";
import type { RunningService } from "./service.ts";

/** A service that is watched over. */
export type Supervision = {
  /** How often it was started again so far. */
  restarts: () => number;
  /** Resolves when it runs; rejects when it was given up. */
  running: () => Promise<RunningService>;
  /** Rejects when it was given up, and never resolves. */
  givenUp: Promise<never>;
};

/** How often in a row a service may stop within a minute of its start. */
const patience = 3;

/** Watches over a service; `isStopping` says whether its end is wanted. */
export function superviseService(options: {
  service: RunningService;
  start: () => Promise<RunningService>;
  isStopping: () => boolean;
  log: (line: string) => void;
}): Supervision {
  const { isStopping, log } = options;
  let restarts = 0;
  let current = Promise.resolve(options.service);
  const watch = async (): Promise<never> => {
    let service = options.service;
    let began = Date.now();
    for (let failures = 0; ;) {
      const { code, signal } = await service.child.ended;
      if (isStopping()) return new Promise<never>(() => {});
      failures = Date.now() - began > 60_000 ? 1 : failures + 1;
      if (failures > patience)
        throw new Failure("unavailable", `The service keeps stopping. Its log: ${service.child.logFile}`);
      log(
        `The service stopped by itself (${signal ?? `code ${code}`}). The ledger runs on. Starting the service again.`,
      );
      restarts += 1;
      began = Date.now();
      current = options.start();
      service = await current;
      log(`The service is back: ${service.url}`);
    }
  };
  const givenUp = watch();
  givenUp.catch(() => {});
  return { restarts: () => restarts, running: () => Promise.race([current, givenUp]), givenUp };
}

/** Does work that needs the service; begins again when the service was started anew in the middle of it. */
export async function workThroughRestarts(supervision: Supervision, work: () => Promise<void>): Promise<void> {
  for (let tries = 1; ; tries += 1) {
    const before = supervision.restarts();
    try {
      return await work();
    } catch (error) {
      // The end of the process is known a moment after its connections break.
      await new Promise((resolve) => setTimeout(resolve, 500));
      if (tries === patience || supervision.restarts() === before) throw error;
      if (isFailure(error, "bad-input")) throw error;
      await supervision.running();
    }
  }
}
