// Seals: who may open what is decided elsewhere; here they are only kept. The subject's own is never replaced by an author's.

import type { Address, Hex } from "viem";
import type { Queryable } from "./database.ts";

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

/** Keeps a seal; false when the subject's own is held and this one is an author's, or when the document was erased. */
export async function writeSeal(db: Queryable, row: SealRow): Promise<boolean> {
  const rows = await db.query(
    `insert into seals (subject, document, version, keyed_by, author, seal, at)
     select $1::text, $2::text, $3::bigint, $4::text, $5::text, $6::bytea, $7::bigint
     where not exists (select 1 from erasures where subject = $1 and document = $2)
     on conflict (subject, document, version, keyed_by) do update set author = $5, seal = $6, at = $7
     where $5 = $1 or seals.author <> $1 returning subject`,
    [row.subject, row.document, row.version, row.keyed_by, row.author, row.seal, row.at],
  );
  return rows.length === 1;
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
  return (await db.query("delete from seals where subject = $1 returning document", [subject])).length;
}

/** The newest version of each of a subject's documents of which a seal is held: no seal is opened for it. */
export async function readSealedVersions(db: Queryable, subject: Address): Promise<Map<Hex, number>> {
  const rows = await db.query<{ document: Hex; version: number }>(
    "select document, max(version) as version from seals where subject = $1 group by document",
    [subject],
  );
  return new Map(rows.map(({ document, version }) => [document, version]));
}
