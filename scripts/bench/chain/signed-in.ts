// A session for somebody whose key the bench does not hold: the rows that signing in leaves behind, written directly.

import { randomBytes } from "node:crypto";
import type { Address } from "viem";
import { cookieNames, hashToken } from "#indexer/http/session.ts";
import type { Database } from "#indexer/store/database.ts";
import { addSession } from "#indexer/store/sessions.ts";

const SECONDS = 36_000;

/** Gives the Cookie header of a fresh session. */
export async function signInDirectly(database: Database, account: Address): Promise<string> {
  const [id, token] = [randomBytes(16).toString("hex"), randomBytes(32).toString("base64url")];
  const createdAt = Math.floor(Date.now() / 1000);
  const expiresAt = createdAt + SECONDS;
  const session = { id, account, sessionKey: null, organisation: null, message: "", signature: "0x" as const };
  await addSession(database, { ...session, createdAt, expiresAt, device: "bench" }, [
    { hash: hashToken(token), kind: "access", expiresAt },
  ]);
  return `${cookieNames.session}=${token}`;
}
