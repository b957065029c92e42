// Two starts of one checkout build into the same folders: the second waits for the first.

import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { isFailure } from "#protocol/failure.ts";
import { takeLock } from "../stack/lock.ts";
import { projectRoot } from "./project-root.ts";

/** Waits until nobody else builds here, then holds that place until it is released. */
export async function waitForTurn(log: (line: string) => void): Promise<{ release: () => Promise<void> }> {
  for (let waited = 0; ; waited += 1) {
    try {
      return await takeLock({ file: join(projectRoot, "build", ".building"), what: "The build folder" });
    } catch (error) {
      if (!isFailure(error, "conflict")) throw error;
      if (waited === 0) log("Another Placet is building in this folder. Waiting for it.");
      await sleep(500);
    }
  }
}
