// How the index stands, told by whichever process knows: the writer's own loop here, else what the writer last wrote
// down for the others. So every process answers /status, and tells its live clients of each block.

import { setTimeout as sleep } from "node:timers/promises";
import { Failure } from "#protocol/failure.ts";
import type { Log } from "../log.ts";
import { notify } from "../store/database.ts";
import type { Database } from "../store/database.ts";
import { readNote, writeNote } from "../store/writer.ts";
import type { Sync, SyncStatus } from "../sync/index.ts";
import type { Writer } from "./index.ts";

/** The index as a route sees it, in whichever process. */
export type SharedSync = Pick<Sync, "status" | "onBlock" | "waitFor"> & {
  /** From now on this process writes, with this loop of its own; null: another process does. */
  follow(own: Sync | null): void;
  start(): Promise<void>;
  stop(): Promise<void>;
};

type Block = { number: number; hash: string; time: number };

const TELL_EVERY_MS = 500;
const ASK_EVERY_MS = 2_000;

/** Makes the shared view. `initial` is what is told before anything is known. */
export function createSharedSync(
  database: Database,
  { writer, log, initial }: { writer: Pick<Writer, "database">; log: Log; initial: SyncStatus },
): SharedSync {
  const isShared = database.kind === "postgres";
  const hearers = new Set<(block: Block) => void>();
  let own: Sync | null = null;
  let ownTimer: NodeJS.Timeout | undefined;
  let askTimer: NodeJS.Timeout | undefined;
  let deafen: (() => Promise<void>) | null = null;
  let deafenOwn: (() => void) | null = null;
  let told = "";
  let seen: SyncStatus = initial;
  let work: Promise<void> = Promise.resolve();

  /** The writer's part: writes the state down, and tells the others when a block came. */
  function tell(): void {
    const now = own?.status();
    const text = JSON.stringify(now);
    if (now === undefined || text === told) return;
    told = text;
    work = work.then(() =>
      writer.database
        .transaction(async (tx) => {
          await writeNote(tx, "sync", now);
          await notify(tx, "sync");
        })
        // Who is no longer the writer has nothing to tell; anything else shows in the loops themselves.
        .catch(() => undefined),
    );
  }

  /** The others' part: reads what the writer wrote. */
  function ask(): void {
    if (own !== null) return;
    work = work.then(async () => {
      const note = await readNote(database, "sync");
      if (own !== null || note === null) return;
      const before = seen.cursor?.hash;
      // Written by `tell` of a process of the same version: the database refuses others at start.
      seen = note as SyncStatus;
      if (seen.cursor !== null && seen.cursor.hash !== before) announce(seen.cursor);
    });
    work = work.catch((error: unknown) =>
      log.warn("sync-note-unread", { message: error instanceof Error ? error.message.slice(0, 400) : "unknown" }),
    );
  }

  function announce({ number, hash, time }: Block): void {
    for (const hear of hearers) hear({ number, hash, time });
  }

  const status = (): SyncStatus => own?.status() ?? { ...seen };

  return {
    status,
    onBlock(hear) {
      hearers.add(hear);
      return () => void hearers.delete(hear);
    },
    async waitFor(number, timeoutMs) {
      const until = Date.now() + timeoutMs;
      while ((status().cursor?.number ?? -1) < number) {
        if (Date.now() > until)
          throw new Failure(
            "unavailable",
            `Block ${number} is not indexed yet. Nothing was lost. Try again in a moment.`,
          );
        await sleep(25);
      }
    },
    follow(next) {
      if (own !== null) seen = own.status();
      deafenOwn?.();
      deafenOwn = null;
      clearInterval(ownTimer);
      own = next;
      if (next === null) return;
      deafenOwn = next.onBlock((block) => {
        announce(block);
        if (isShared) tell();
      });
      if (isShared) ownTimer = setInterval(tell, TELL_EVERY_MS);
    },
    async start() {
      if (!isShared) return;
      deafen = await database.listen("sync", ask);
      askTimer = setInterval(ask, ASK_EVERY_MS);
      ask();
    },
    async stop() {
      clearInterval(ownTimer);
      clearInterval(askTimer);
      await deafen?.();
      await work;
    },
  };
}
