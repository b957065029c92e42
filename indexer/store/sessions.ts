// Sign-in's rows. The token of a session is never here, only its hash; who reads this table cannot sign in with it.

import type { Address, Hex } from "viem";
import type { Queryable } from "./database.ts";

/** A signed-in person. */
export type Session = {
  /** SHA-256 of the cookie's token, hex: names the row, opens nothing. */
  id: string;
  account: Address;
  /** The P-256 key named at sign-in (raw, base64url); it signs read requests. Null when sign-in named none. */
  sessionKey: string | null;
  /** The organisation that this person reads for, as claimed at sign-in; membership is checked at each use. */
  organisation: Address | null;
  /** The signed EIP-4361 message and its signature: the delegation that receipts quote. */
  message: string;
  signature: Hex;
  createdAt: number;
  expiresAt: number;
};

type SessionRow = {
  id: string;
  account: Address;
  session_key: string | null;
  organisation: Address | null;
  message: string;
  signature: Hex;
  created_at: number;
  expires_at: number;
};

/** Keeps a nonce until `expiresAt`, and forgets those whose time is over. */
export async function addNonce(
  db: Queryable,
  { nonce, now, expiresAt }: { nonce: string; now: number; expiresAt: number },
): Promise<void> {
  await db.query("delete from nonces where expires_at <= $1", [now]);
  await db.query("insert into nonces (nonce, expires_at) values ($1, $2)", [nonce, expiresAt]);
}

/** Uses a nonce up; false when it is unknown, used or too old. */
export async function takeNonce(db: Queryable, { nonce, now }: { nonce: string; now: number }): Promise<boolean> {
  const rows = await db.query<{ expires_at: number }>("delete from nonces where nonce = $1 returning expires_at", [
    nonce,
  ]);
  return rows[0] !== undefined && rows[0].expires_at > now;
}

/** Keeps a session, and forgets those whose time is over. */
export async function addSession(db: Queryable, session: Session): Promise<void> {
  await db.query("delete from sessions where expires_at <= $1", [session.createdAt]);
  await db.query(
    `insert into sessions (id, account, session_key, organisation, message, signature, created_at, expires_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8)`,
    [
      session.id,
      session.account,
      session.sessionKey,
      session.organisation,
      session.message,
      session.signature,
      session.createdAt,
      session.expiresAt,
    ],
  );
}

/** The session with this hashed token, unless its time is over; null when there is none. */
export async function readSession(db: Queryable, { id, now }: { id: string; now: number }): Promise<Session | null> {
  const [row] = await db.query<SessionRow>("select * from sessions where id = $1 and expires_at > $2", [id, now]);
  if (row === undefined) return null;
  return {
    id: row.id,
    account: row.account,
    sessionKey: row.session_key,
    organisation: row.organisation,
    message: row.message,
    signature: row.signature,
    createdAt: row.created_at,
    expiresAt: row.expires_at,
  };
}

/** Ends a session. */
export async function endSession(db: Queryable, id: string): Promise<void> {
  await db.query("delete from sessions where id = $1", [id]);
}

/** Until when (Unix seconds) this caller may not try to sign in; 0 when they may. */
export async function readLock(db: Queryable, key: string): Promise<number> {
  const [row] = await db.query<{ locked_until: number }>("select locked_until from sign_in_failures where key = $1", [
    key,
  ]);
  return row?.locked_until ?? 0;
}

/** Counts a failed sign-in and gives how many there were in a row. `forgetAfter` in seconds. */
export async function countFailure(
  db: Queryable,
  { key, now, forgetAfter }: { key: string; now: number; forgetAfter: number },
): Promise<number> {
  await db.query("delete from sign_in_failures where forget_at <= $1", [now]);
  const [row] = await db.query<{ failures: number }>(
    `insert into sign_in_failures (key, failures, locked_until, forget_at) values ($1, 1, 0, $2)
     on conflict (key) do update set failures = sign_in_failures.failures + 1, forget_at = $2 returning failures`,
    [key, now + forgetAfter],
  );
  return row?.failures ?? 1;
}

/** Lets nobody with this key sign in until `until`. */
export async function lockSignIn(db: Queryable, { key, until }: { key: string; until: number }): Promise<void> {
  await db.query("update sign_in_failures set locked_until = $2 where key = $1", [key, until]);
}

/** Forgets failed attempts after a good one. */
export async function forgetFailures(db: Queryable, key: string): Promise<void> {
  await db.query("delete from sign_in_failures where key = $1", [key]);
}
