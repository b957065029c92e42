// The event stream, kept in a table so that a client who was away resumes where it stopped, from whichever process.
// Whoever appends holds a lock until their commit: ids become visible in order, and a reader never skips one.

import type { Queryable } from "./database.ts";
import { notify } from "./database.ts";

/** What a live client can be told. */
export type StreamEvent = {
  type: "act" | "receipt" | "relay" | "reorg" | "status" | "gap" | "session" | "recovery" | "member-key";
  /** Accounts that may see it, and `tagHolder` of some; "auditor" lets every auditor, "*" everybody. */
  audience: readonly string[];
  payload: unknown;
};

/** An event as it is read back; `payload` is what was appended. */
export type StoredEvent = { id: number; type: StreamEvent["type"]; payload: unknown };

/** Names those who read under an account's consents: its members are told of these too, and of nothing else of it. */
export const tagHolder = (account: string): string => `holder ${account}`;

const APPEND_LOCK = 712_001;

/** Appends events inside the caller's transaction; clients are told when it commits. */
export async function appendStream(
  tx: Queryable,
  events: readonly StreamEvent[],
  at = Math.floor(Date.now() / 1000),
): Promise<void> {
  if (events.length === 0) return;
  await tx.query("select pg_advisory_xact_lock($1)", [APPEND_LOCK]);
  await tx.copyRows(
    "stream",
    ["type", "audience", "payload", "at"],
    events.map(({ type, audience, payload }) => [type, audience, JSON.stringify(payload), at]),
  );
  await notify(tx, "stream");
}

/** Events after `after` that one of `tags` may see, oldest first. */
export async function readStream(
  db: Queryable,
  { after, tags, limit }: { after: number; tags: readonly string[]; limit: number },
): Promise<StoredEvent[]> {
  return db.query<StoredEvent>(
    "select id, type, payload from stream where id > $1 and audience && $2::text[] order by id limit $3",
    [after, tags, limit],
  );
}

/** The ids of the oldest and newest event that are kept; null when there is none. */
export async function readStreamBounds(db: Queryable): Promise<{ first: number; last: number } | null> {
  const [row] = await db.query<{ first: number | null; last: number | null }>(
    "select min(id) as first, max(id) as last from stream",
  );
  return row === undefined || row.first === null || row.last === null ? null : { first: row.first, last: row.last };
}

/** Forgets all but the newest `keep` events. */
export async function pruneStream(db: Queryable, keep: number): Promise<void> {
  await db.query("delete from stream where id <= (select max(id) from stream) - $1", [keep]);
}
