// Erased documents, and who put which block. Rule: what is named here is never opened again, and no seal of it is kept.

import type { Address, Hex } from "viem";
import type { Queryable } from "./database.ts";

/** An erasure: asked for at `requestedAt`, done once there is a certificate. Times are Unix seconds. */
export type Erasure = {
  subject: Address;
  document: Hex;
  /** Seals destroyed so far. */
  seals: number;
  requestedAt: number;
  erasedAt: number | null;
  certificate: Uint8Array | null;
};

const columns = `subject, document, seals, requested_at as "requestedAt", erased_at as "erasedAt", certificate`;

/** Puts a document on the list of those that are never opened, and destroys its seals. Once it is there it stays as it is. */
export async function beginErasure(
  tx: Queryable,
  { subject, document, at }: { subject: Address; document: Hex; at: number },
): Promise<void> {
  await tx.query(
    `insert into erasures (subject, document, seals, requested_at) values ($1, $2, 0, $3) on conflict do nothing`,
    [subject, document, at],
  );
  await deleteSeals(tx, { subject, document });
}

/** Destroys the seals of a document that is being erased, and counts them. */
export async function deleteSeals(
  tx: Queryable,
  { subject, document }: { subject: Address; document: Hex },
): Promise<void> {
  await tx.query(
    `with gone as (delete from seals where subject = $1 and document = $2 returning 1)
     update erasures set seals = seals + (select count(*) from gone) where subject = $1 and document = $2`,
    [subject, document],
  );
}

/** Keeps the certificate of a finished erasure. */
export async function finishErasure(
  tx: Queryable,
  { subject, document, at, certificate }: { subject: Address; document: Hex; at: number; certificate: Uint8Array },
): Promise<void> {
  await tx.query("update erasures set erased_at = $3, certificate = $4 where subject = $1 and document = $2", [
    subject,
    document,
    at,
    certificate,
  ]);
}

/** One erasure; null where none was asked for. */
export async function readErasure(
  db: Queryable,
  { subject, document }: { subject: Address; document: Hex },
): Promise<Erasure | null> {
  const [row] = await db.query<Erasure>(`select ${columns} from erasures where subject = $1 and document = $2`, [
    subject,
    document,
  ]);
  return row ?? null;
}

/** A subject's erasures in order of their documents: a page. */
export async function listErasures(
  db: Queryable,
  { subject, after, limit }: { subject: Address; after: string | null; limit: number },
): Promise<Erasure[]> {
  return db.query<Erasure>(
    `select ${columns} from erasures where subject = $1 and ($2::text is null or document > $2) order by document limit $3`,
    [subject, after, limit],
  );
}

/** Which of these documents of a subject are erased, or being erased. */
export async function readErased(
  db: Queryable,
  { subject, documents }: { subject: Address; documents: readonly Hex[] },
): Promise<Set<Hex>> {
  const rows = await db.query<{ document: Hex }>(
    "select document from erasures where subject = $1 and document = any($2::text[])",
    [subject, documents],
  );
  return new Set(rows.map(({ document }) => document));
}

/** Remembers that this account put this block. */
export async function holdBlock(db: Queryable, { cid, account }: { cid: string; account: Address }): Promise<void> {
  await db.query("insert into block_holders (cid, account) values ($1, $2) on conflict do nothing", [cid, account]);
}

/** Who put this block. */
export async function readHolders(db: Queryable, cid: string): Promise<Address[]> {
  const rows = await db.query<{ account: Address }>("select account from block_holders where cid = $1", [cid]);
  return rows.map(({ account }) => account);
}

/** Forgets who put this block, which is there no more. */
export async function forgetHolders(db: Queryable, cid: string): Promise<void> {
  await db.query("delete from block_holders where cid = $1", [cid]);
}
