// Challenges that show whether somebody holds the key that they published: only the hash of the answer is kept.

import type { Address, Hex } from "viem";
import type { Queryable } from "./database.ts";

/** A challenge and, once answered, when. */
export type KeyProofRow = {
  id: Hex;
  account: Address;
  encryption_key: Hex;
  answer: Hex;
  expires_at: number;
  proven_at: number | null;
};

/** Keeps a challenge, and forgets those that ran out unanswered. */
export async function writeKeyProof(db: Queryable, row: Omit<KeyProofRow, "proven_at">, now: number): Promise<void> {
  await db.query("delete from key_proofs where proven_at is null and expires_at < $1", [now]);
  await db.query(
    "insert into key_proofs (id, account, encryption_key, answer, expires_at) values ($1, $2, $3, $4, $5)",
    [row.id, row.account, row.encryption_key, row.answer, row.expires_at],
  );
}

/** Marks a challenge as answered where account, answer and time are right; gives the key that was proven, null otherwise. One try each. */
export async function answerKeyProof(
  db: Queryable,
  { id, account, answer, now }: { id: Hex; account: Address; answer: Hex; now: number },
): Promise<Hex | null> {
  const [row] = await db.query<{ encryption_key: Hex; answer: Hex }>(
    "update key_proofs set expires_at = 0 where id = $1 and account = $2 and proven_at is null and expires_at >= $3 returning encryption_key, answer",
    [id, account, now],
  );
  if (row === undefined || row.answer !== answer) return null;
  await db.query("update key_proofs set proven_at = $2 where id = $1", [id, now]);
  return row.encryption_key;
}

/** When the account last proved that it holds this key; null when never. */
export async function readProvenAt(
  db: Queryable,
  { account, encryptionKey }: { account: Address; encryptionKey: Hex },
): Promise<number | null> {
  const [row] = await db.query<{ at: number | null }>(
    "select max(proven_at) as at from key_proofs where account = $1 and encryption_key = $2",
    [account, encryptionKey],
  );
  return row?.at ?? null;
}
