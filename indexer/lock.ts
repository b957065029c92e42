// One process per data folder, by a file that holds its process id. A lock of a process that lives is never taken; one
// of a process that is gone is.

import { readFileSync, rmSync } from "node:fs";
import { link, mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Failure } from "#protocol/failure.ts";

const NAME = "service.pid";

/** The locks that this very process holds. */
const held = new Set<string>();

// A process that ends before it gave them back, as one that is stopped while it starts, leaves none behind: its number
// may be another process' by the time of the next start, which would then be refused.
process.on("exit", () => {
  for (const file of held) if (isMine(file)) rmSync(file, { force: true });
});

/** Takes the lock of a folder; throws `conflict` naming the process that holds it. The result gives it back. */
export async function takeLock(folder: string): Promise<() => Promise<void>> {
  await mkdir(folder, { recursive: true });
  const file = join(folder, NAME);
  const mine = `${file}.${process.pid}`;
  await writeFile(mine, `${process.pid}\n`);
  try {
    for (let tries = 0; tries < 3; tries += 1) {
      // A link is made by one process only, and its content is complete from the first moment.
      if (
        await link(mine, file).then(
          () => true,
          () => false,
        )
      ) {
        held.add(file);
        return () => giveBack(file);
      }
      const holder = await readHolder(file);
      // A process number that is used again, as in a container that was started anew, is not this process' own lock.
      const lives = holder !== null && (holder === process.pid ? held.has(file) : isAlive(holder));
      if (lives) {
        throw new Failure(
          "conflict",
          `Another service (process ${holder}) uses the data folder ${folder}. Nothing was changed. Stop that one first, or use another folder.`,
        );
      }
      await takeAway(file, holder);
    }
  } finally {
    await rm(mine, { force: true });
  }
  throw new Failure("conflict", `The lock of ${folder} cannot be taken. Nothing was changed. Try again.`);
}

/** Takes a dead holder's lock away. Another process may have been faster: a lock that is not the dead one's goes back. */
async function takeAway(file: string, dead: number | null): Promise<void> {
  const aside = `${file}.${process.pid}.stale`;
  const moved = await rename(file, aside).then(
    () => true,
    () => false,
  );
  if (!moved) return;
  if ((await readHolder(aside)) !== dead) await link(aside, file).catch(() => undefined);
  await rm(aside, { force: true });
}

async function giveBack(file: string): Promise<void> {
  held.delete(file);
  if ((await readHolder(file)) === process.pid) await rm(file, { force: true });
}

function isMine(file: string): boolean {
  try {
    return readFileSync(file, "utf8").trim() === String(process.pid);
  } catch {
    return false;
  }
}

async function readHolder(file: string): Promise<number | null> {
  const text = await readFile(file, "utf8").catch(() => "");
  return /^\d+\s*$/.test(text) ? Number(text) : null;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // A process of another user cannot be signalled, and lives.
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
