// The tokens of a session. An access token is good for some minutes; a refresh token is good once, and gives the next two.
// Rule: a refresh token that comes a second time was copied, so the session ends for whoever has it and its person is told.

import { createHmac, randomBytes } from "node:crypto";
import type { Database } from "../store/database.ts";
import { addTokens, endSessions, isTokenUsed, lockRefreshToken, useRefreshToken } from "../store/sessions.ts";
import type { Session, Token } from "../store/sessions.ts";
import { appendStream } from "../store/stream.ts";
import { hashToken } from "./session.ts";

/** How long an access token given before stays good, for calls that are on their way. */
const OVERLAP_SECONDS = 30;
/** How long an answer that was lost (or asked for by two pages at once) is given again, instead of counting as reuse. */
const AGAIN_SECONDS = 10;

/** A session's two tokens, as its browser gets them. */
export type Tokens = { access: string; refresh: string };

/** Two fresh tokens. */
export function makeTokens(): Tokens {
  return { access: randomBytes(32).toString("base64url"), refresh: randomBytes(32).toString("base64url") };
}

/** What is kept of them: no token outlives its session. */
export function keepTokens(
  tokens: Tokens,
  { session, now, accessSeconds }: { session: Pick<Session, "expiresAt">; now: number; accessSeconds: number },
): Token[] {
  return [
    { hash: hashToken(tokens.access), kind: "access", expiresAt: Math.min(now + accessSeconds, session.expiresAt) },
    { hash: hashToken(tokens.refresh), kind: "refresh", expiresAt: session.expiresAt },
  ];
}

/** What came of a refresh: new tokens; a reuse, now or before, that ended the session; or a token that is good for nothing. */
export type Rotation = { outcome: "renewed"; session: Session; tokens: Tokens } | { outcome: "reused" | "over" };

/** Uses a refresh token up and gives the next two. */
export async function rotateTokens(
  database: Database,
  { token, now, accessSeconds }: { token: string; now: number; accessSeconds: number },
): Promise<Rotation> {
  const hash = hashToken(token);
  return database.transaction(async (tx): Promise<Rotation> => {
    const found = await lockRefreshToken(tx, hash);
    if (found === null || found.session.expiresAt <= now) return { outcome: "over" };
    const { session, usedAt, endedAt, endedWhy } = found;
    if (endedAt !== null) return { outcome: endedWhy === "token-reused" ? "reused" : "over" };
    if (usedAt === null) {
      const salt = randomBytes(32).toString("base64url");
      const tokens = succeed(token, salt);
      await useRefreshToken(tx, { hash, session: session.id, salt, now, accessUntil: now + OVERLAP_SECONDS });
      await addTokens(tx, { session: session.id, tokens: keepTokens(tokens, { session, now, accessSeconds }), now });
      return { outcome: "renewed", session, tokens };
    }
    if (found.salt !== null && now - usedAt <= AGAIN_SECONDS) {
      const tokens = succeed(token, found.salt);
      if (!(await isTokenUsed(tx, hashToken(tokens.refresh)))) return { outcome: "renewed", session, tokens };
    }
    const { account, id } = session;
    await endSessions(tx, { account, id, except: null, why: "token-reused", now });
    await appendStream(tx, [
      { type: "session", audience: [account], payload: { id, endedAt: now, endedWhy: "token-reused" } },
    ]);
    return { outcome: "reused" };
  });
}

/**
 * The two tokens that follow one: made from it and a salt, so that the same question gets the same answer, though only
 * hashes are kept. The salt alone (all that is stored) makes nothing, nor does the old token alone.
 */
function succeed(token: string, salt: string): Tokens {
  const make = (kind: string) => createHmac("sha256", token).update(`${kind} ${salt}`).digest("base64url");
  return { access: make("access"), refresh: make("refresh") };
}
