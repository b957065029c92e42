// Starts the sync in a process of its own, which a test can kill at any moment: over node 0 of a ground, on the database of
// a folder, whichever this run has.

import { fork } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import type { DatabasePlace } from "#indexer/store/database.ts";
import type { Strides } from "#indexer/sync/follow.ts";
import { databasePlaceOf } from "../support/database.ts";
import type { Ground } from "./scenario.ts";

const script = fileURLToPath(new URL("./child.ts", import.meta.url));

/** What the process is told. */
export type Orders = { place: DatabasePlace; deploymentFile: string; url: string; strides: Strides };

/** A sync that runs as a process. */
export type ForkedSync = {
  child: ChildProcess;
  /** Resolves when it has looked at what is stored, and goes on. */
  following: Promise<unknown>;
  /** Resolves with its code and signal when it has ended. */
  ended: Promise<unknown[]>;
};

/** Starts it; it ends with this process at the latest. */
export function forkSync(ground: Ground, { folder, strides = {} }: { folder: string; strides?: Strides }): ForkedSync {
  const { deploymentFile, nodes } = ground;
  const orders: Orders = { place: databasePlaceOf(folder), deploymentFile, url: nodes.url(0), strides };
  const child = fork(script, [JSON.stringify(orders)], { stdio: ["ignore", "pipe", "inherit", "ipc"], execArgv: [] });
  const endWithThis = () => void child.kill("SIGKILL");
  process.once("exit", endWithThis);
  const ended = once(child, "exit").finally(() => process.off("exit", endWithThis));
  const failed = ended.then((how) => Promise.reject(new Error(`It ended before it followed: ${how.join(" ")}`)));
  const following = Promise.race([child.stdout === null ? failed : once(child.stdout, "data"), failed]);
  // Nobody has to wait for it.
  following.catch(() => undefined);
  return { child, following, ended };
}
