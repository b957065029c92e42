// Looks sessions up by their tokens, many at once when many ask at once. Rule: each question goes to the database after it
// was asked, so that a session that was ended opens nothing from that moment on; no answer is kept for the next.

import type { Database } from "../store/database.ts";
import { readSessionsByTokens } from "../store/sessions.ts";
import type { Session } from "./route.ts";

/** Reads the session that the hash of an access token opens; null when there is none. */
export type ReadSession = (hash: string) => Promise<Session | null>;

type Waiting = { hash: string; resolve(session: Session | null): void; reject(error: unknown): void };

/** So many questions are on their way at most, so that one that hangs does not hold all others up. */
const MOST_ON_THE_WAY = 3;

/** Makes the reader: who asks alone is answered at once; who asks while others are being answered goes with the next question. */
export function createSessionReader(database: Database, { now }: { now: () => number }): ReadSession {
  let waiting: Waiting[] = [];
  let onTheWay = 0;

  async function ask(): Promise<void> {
    const asked = waiting;
    waiting = [];
    onTheWay += 1;
    try {
      const found = await readSessionsByTokens(database, {
        hashes: [...new Set(asked.map(({ hash }) => hash))],
        now: now(),
      });
      for (const { hash, resolve } of asked) resolve(found.get(hash) ?? null);
    } catch (error) {
      for (const { reject } of asked) reject(error);
    } finally {
      onTheWay -= 1;
      if (waiting.length > 0) void ask();
    }
  }

  return (hash) =>
    new Promise((resolve, reject) => {
      waiting.push({ hash, resolve, reject });
      if (onTheWay < MOST_ON_THE_WAY) void ask();
    });
}
