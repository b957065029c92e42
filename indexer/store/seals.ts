// Seals: who may open what is decided elsewhere; here they are only kept. The subject's own is never replaced by an author's.

import type { Address, Hex } from "viem";
import type { Database, Queryable } from "./database.ts";

/** A seal as it was handed in. */
export type SealRow = {
  subject: Address;
  document: Hex;
  version: number;
  keyed_by: "category" | "document";
  author: Address;
  seal: Uint8Array;
  at: number;
};

const ERASURE_LOCK = 712_001;
type Of = { subject: Address; document: Hex };

/** Until the transaction's end no seal of this document comes in: waits for those that are coming. */
export async function lockForErasure(tx: Queryable, { subject, document }: Of): Promise<void> {
  await tx.query("select pg_advisory_xact_lock($1::int, hashtext($2))", [ERASURE_LOCK, `${subject}|${document}`]);
}

/**
 * Keeps a seal; false when the subject's own is held and this one is an author's, or when the document was erased. In a
 * transaction: an erasure that begins meanwhile waits for its end, and destroys this seal, too.
 */
export async function writeSeal(tx: Queryable, row: SealRow): Promise<boolean> {
  const { subject, document } = row;
  await tx.query("select pg_advisory_xact_lock_shared($1::int, hashtext($2))", [
    ERASURE_LOCK,
    `${subject}|${document}`,
  ]);
  const [written] = await tx.query<{ replaced: boolean }>(
    `insert into seals (subject, document, version, keyed_by, author, seal, at)
     select $1::text, $2::text, $3::bigint, $4::text, $5::text, $6::bytea, $7::bigint
     where not exists (select 1 from erasures where subject = $1 and document = $2)
     on conflict (subject, document, version, keyed_by) do update set author = $5, seal = $6, at = $7
     where $5 = $1 or seals.author <> $1 returning xmax::text <> '0' as replaced`,
    [subject, document, row.version, row.keyed_by, row.author, row.seal, row.at],
  );
  if (written?.replaced === true)
    await tx.query(`insert into seals_gone (subject, document) values ($1, $2) ${AGAIN}`, [subject, document]);
  return written !== undefined;
}

const AGAIN = "on conflict (subject, document) do update set number = default";

/** Whether seals of this document left the table, and the table's file may still hold their bytes. */
export async function areSealsGone(db: Queryable, { subject, document }: Of): Promise<boolean> {
  const sql = "select 1 from seals_gone where subject = $1 and document = $2";
  return (await db.query(sql, [subject, document])).length > 0;
}

/** Writes the table's file anew, unless nothing left it: true where it was done. Never inside a transaction. */
export async function purgeSeals(database: Database): Promise<boolean> {
  const [row] = await database.query<{ last: number | null }>("select max(number) as last from seals_gone");
  const last = row?.last ?? null;
  if (last === null) return false;
  // Whoever has a lower number and is not done yet holds the table, and is waited for.
  await database.purgeDeleted("seals");
  await database.query("delete from seals_gone where number <= $1", [last]);
  return true;
}

/** The seals of some documents of one subject, in whatever version is held. */
export async function readSeals(
  db: Queryable,
  { subject, documents }: { subject: Address; documents: readonly Hex[] },
): Promise<SealRow[]> {
  return db.query<SealRow>("select * from seals where subject = $1 and document = any($2::text[])", [
    subject,
    documents,
  ]);
}

/** Which seals of a subject are held, without the seals: a page in order of document and version; of one author where `author` is given. */
export async function listSeals(
  db: Queryable,
  {
    subject,
    author,
    after,
    limit,
  }: { subject: Address; author: Address | null; after: readonly [string, number, string] | null; limit: number },
): Promise<Omit<SealRow, "seal">[]> {
  return db.query<Omit<SealRow, "seal">>(
    `select subject, document, version, keyed_by, author, at from seals
     where subject = $1 and ($2::text is null or author = $2) and ($3::text is null or (document, version, keyed_by) > ($3, $4, $5))
     order by document, version, keyed_by limit $6`,
    [subject, author, after?.[0] ?? null, after?.[1] ?? 0, after?.[2] ?? "", limit],
  );
}

/** Every seal of a subject's documents. */
export async function readAllSeals(db: Queryable, subject: Address): Promise<SealRow[]> {
  return db.query<SealRow>("select * from seals where subject = $1", [subject]);
}

/** Lets go of every seal of a subject's documents; gives how many there were. */
export async function deleteSeals(db: Queryable, subject: Address): Promise<number> {
  const [row] = await db.query<{ dropped: number }>(
    `with gone as (delete from seals where subject = $1 returning document),
     noted as (insert into seals_gone (subject, document) select distinct $1, document from gone ${AGAIN})
     select count(*) as dropped from gone`,
    [subject],
  );
  return row?.dropped ?? 0;
}

/** The newest version of each of a subject's documents of which a seal is held: no seal is opened for it. */
export async function readSealedVersions(db: Queryable, subject: Address): Promise<Map<Hex, number>> {
  const rows = await db.query<{ document: Hex; version: number }>(
    "select document, max(version) as version from seals where subject = $1 group by document",
    [subject],
  );
  return new Map(rows.map(({ document, version }) => [document, version]));
}
