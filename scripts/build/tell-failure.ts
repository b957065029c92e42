// How a script ends that could not do its work: in words for what was expected to go wrong, with a trace for the rest.

import { isFailure } from "#protocol/failure.ts";

/** Runs a script's work; a failure is told on standard error and ends the process with code 1. */
export async function tellFailure(work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    console.error(isFailure(error) ? error.message : error);
    process.exitCode = 1;
  }
}
