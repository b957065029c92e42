// Nonces of calls that a session's key signed: each is good once, at whichever process it comes first.

import type { Address } from "viem";
import type { Queryable } from "./database.ts";

/** Uses a nonce up until `expiresAt`; false where it was used before. Forgets those whose time is over. */
export async function useCallNonce(
  db: Queryable,
  { account, nonce, now, expiresAt }: { account: Address; nonce: string; now: number; expiresAt: number },
): Promise<boolean> {
  await db.query("delete from call_nonces where expires_at <= $1", [now]);
  const rows = await db.query(
    "insert into call_nonces (account, nonce, expires_at) values ($1, $2, $3) on conflict do nothing returning nonce",
    [account, nonce, expiresAt],
  );
  return rows.length === 1;
}
