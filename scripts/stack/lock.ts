// One process for each data folder. The lock names its holder's process; a lock whose holder is gone is taken over.

import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { Failure } from "#protocol/failure.ts";

/**
 * Takes the lock, or says who holds it.
 * @throws {Failure} "conflict" when a living process holds it, "unavailable" when the folder cannot be written
 */
export async function takeLock(options: { file: string; what: string }): Promise<{ release: () => Promise<void> }> {
  const { file, what } = options;
  try {
    await mkdir(dirname(file), { recursive: true });
    for (;;) {
      try {
        await writeFile(file, String(process.pid), { flag: "wx" });
        return { release: () => rm(file, { force: true }) };
      } catch (error) {
        if (errorCode(error) !== "EEXIST") throw error;
      }
      const holder = Number(await readFile(file, "utf8").catch(() => ""));
      if (holder !== process.pid && isAlive(holder)) {
        throw new Failure(
          "conflict",
          `${what} is already in use by another Placet (process ${holder}). That one was left alone. ` +
            "Stop it first, or start this one with a folder of its own: npm start -- --data FOLDER",
        );
      }
      await rm(file, { force: true });
    }
  } catch (error) {
    if (error instanceof Failure) throw error;
    throw new Failure(
      "unavailable",
      `${dirname(file)} cannot be written by this user (${errorCode(error)}). Nothing was changed. ` +
        "Use a folder that belongs to this user (for data: npm start -- --data FOLDER).",
      { cause: error },
    );
  }
}

/** True when a process of that number lives, whoever owns it. */
export function isAlive(pid: number): boolean {
  if (!Number.isInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return errorCode(error) === "EPERM";
  }
}

function errorCode(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : "unknown";
}
