// Sign-in's rows. A session is what one sign-in began; its tokens are never here, only their hashes: who reads these tables
// cannot sign in with them.

import type { Address, Hex } from "viem";
import type { Queryable } from "./database.ts";

/** A signed-in person. */
export type Session = {
  /** Names the session in its person's list; opens nothing. */
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
  /** When the signed message ends; renewing the session's tokens never moves it. */
  expiresAt: number;
};

/** A session as its token opened it, and whether its person was an auditor at that moment. */
export type OpenedSession = Session & { isAuditor: boolean };

/** A session as its person sees it in their list. */
export type ListedSession = Pick<Session, "id" | "organisation" | "createdAt" | "expiresAt"> & {
  device: string;
  seenAt: number;
  endedAt: number | null;
  endedWhy: EndedWhy | null;
};

/** Why a session ended before its time. */
export type EndedWhy = "signed-out" | "ended-elsewhere" | "token-reused";

/** What is kept of a token. Hashes are SHA-256 in hex. */
export type Token = { hash: string; kind: "access" | "refresh"; expiresAt: number };

const KEEP_ENDED_SECONDS = 30 * 86_400;
const columns = `s.id, s.account, s.session_key as "sessionKey", s.organisation, s.message, s.signature,
  s.created_at as "createdAt", s.expires_at as "expiresAt"`;

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

/** Keeps a session with its first tokens, and forgets those that are long over. */
export async function addSession(
  db: Queryable,
  session: Session & { device: string },
  tokens: readonly Token[],
): Promise<void> {
  const { createdAt: now } = session;
  await db.query("delete from sessions where expires_at <= $1", [now - KEEP_ENDED_SECONDS]);
  await db.query("delete from session_tokens where expires_at <= $1", [now]);
  await db.query(
    `insert into sessions (id, account, session_key, organisation, message, signature, device, created_at, seen_at, expires_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $8, $9)`,
    [
      session.id,
      session.account,
      session.sessionKey,
      session.organisation,
      session.message,
      session.signature,
      session.device,
      session.createdAt,
      session.expiresAt,
    ],
  );
  await addTokens(db, { session: session.id, tokens, now });
}

/** Adds tokens to a session. */
export async function addTokens(
  db: Queryable,
  { session, tokens, now }: { session: string; tokens: readonly Token[]; now: number },
): Promise<void> {
  for (const { hash, kind, expiresAt } of tokens)
    await db.query(
      "insert into session_tokens (hash, session, kind, issued_at, expires_at) values ($1, $2, $3, $4, $5)",
      [hash, session, kind, now, expiresAt],
    );
}

/** The sessions that access tokens open, by the tokens' hashes: none for a token or session whose time is over or that was ended. */
export async function readSessionsByTokens(
  db: Queryable,
  { hashes, now }: { hashes: readonly string[]; now: number },
): Promise<Map<string, OpenedSession>> {
  const one = hashes.length === 1;
  const rows = await db.query<OpenedSession & { hash: string }>(
    `select t.hash, ${columns},
       exists (select 1 from auditors a where a.key = s.account and a.appointed and a.valid_until > $2) as "isAuditor"
     from session_tokens t join sessions s on s.id = t.session
     where t.hash ${one ? "= $1" : "= any($1::text[])"} and t.kind = 'access' and t.expires_at > $2 and s.expires_at > $2
       and s.ended_at is null`,
    [one ? hashes[0] : hashes, now],
  );
  return new Map(rows.map(({ hash, ...session }) => [hash, session]));
}

/** Whether a session still goes on. */
export async function isSessionAlive(db: Queryable, { id, now }: { id: string; now: number }): Promise<boolean> {
  const rows = await db.query("select 1 from sessions where id = $1 and expires_at > $2 and ended_at is null", [
    id,
    now,
  ]);
  return rows.length > 0;
}

/** A refresh token's row with its session, locked until the transaction ends; null when it was never given. */
export async function lockRefreshToken(
  tx: Queryable,
  hash: string,
): Promise<{
  session: Session;
  endedWhy: EndedWhy | null;
  endedAt: number | null;
  usedAt: number | null;
  salt: string | null;
} | null> {
  const [row] = await tx.query<
    Session & { endedWhy: EndedWhy | null; endedAt: number | null; usedAt: number | null; salt: string | null }
  >(
    `select ${columns}, s.ended_why as "endedWhy", s.ended_at as "endedAt", t.used_at as "usedAt", t.salt
     from session_tokens t join sessions s on s.id = t.session where t.hash = $1 and t.kind = 'refresh' for update`,
    [hash],
  );
  if (row === undefined) return null;
  const { endedWhy, endedAt, usedAt, salt, ...session } = row;
  return { session, endedWhy, endedAt, usedAt, salt };
}

/** Marks a refresh token as used, and lets the access tokens given so far end at `accessUntil`. */
export async function useRefreshToken(
  tx: Queryable,
  {
    hash,
    session,
    salt,
    now,
    accessUntil,
  }: { hash: string; session: string; salt: string; now: number; accessUntil: number },
): Promise<void> {
  await tx.query("update session_tokens set used_at = $2, salt = $3 where hash = $1", [hash, now, salt]);
  await tx.query(
    "update session_tokens set expires_at = least(expires_at, $2::bigint) where session = $1 and kind = 'access'",
    [session, accessUntil],
  );
  // Older salts have done their work: what they made cannot be made again.
  await tx.query("update session_tokens set salt = null where session = $1 and hash <> $2", [session, hash]);
  await tx.query("update sessions set seen_at = $2 where id = $1", [session, now]);
}

/** Whether a token was used; false also when there is none. */
export async function isTokenUsed(db: Queryable, hash: string): Promise<boolean> {
  return (await db.query("select 1 from session_tokens where hash = $1 and used_at is not null", [hash])).length > 0;
}

/** A person's sessions of the last thirty days, newest first. */
export async function listSessions(
  db: Queryable,
  { account, after, limit }: { account: Address; after: [number, string] | null; limit: number },
): Promise<ListedSession[]> {
  return db.query<ListedSession>(
    `select id, organisation, device, created_at as "createdAt", seen_at as "seenAt", expires_at as "expiresAt",
       ended_at as "endedAt", ended_why as "endedWhy"
     from sessions where account = $1 and ($2::bigint is null or (created_at, id) < ($2, $3))
     order by created_at desc, id desc limit $4`,
    [account, after?.[0] ?? null, after?.[1] ?? null, limit],
  );
}

/** Ends sessions of an account that go on: the named one, or all but `except`. Gives how many it ended. */
export async function endSessions(
  db: Queryable,
  {
    account,
    id,
    except,
    why,
    now,
  }: { account: Address; id: string | null; except: string | null; why: EndedWhy; now: number },
): Promise<number> {
  const rows = await db.query(
    `update sessions set ended_at = $5, ended_why = $4 where account = $1 and ($2::text is null or id = $2)
     and ($3::text is null or id <> $3) and ended_at is null and expires_at > $5 returning id`,
    [account, id, except, why, now],
  );
  return rows.length;
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
