// Erased documents. Rule: what is named here is never opened again, and no seal of it is kept.

import type { Address, Hex } from "viem";
import type { Queryable } from "./database.ts";
import { lockForErasure } from "./seals.ts";

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
  await lockForErasure(tx, { subject, document });
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
    `with gone as (delete from seals where subject = $1 and document = $2 returning 1),
     noted as (
       insert into seals_gone (subject, document) select $1, $2 where exists (select 1 from gone)
       on conflict (subject, document) do update set number = default
     )
     update erasures set seals = seals + (select count(*) from gone) where subject = $1 and document = $2`,
    [subject, document],
  );
}

/** Keeps the certificate of a finished erasure; the first one stands. */
export async function finishErasure(
  tx: Queryable,
  { subject, document, at, certificate }: { subject: Address; document: Hex; at: number; certificate: Uint8Array },
): Promise<void> {
  await tx.query(
    "update erasures set erased_at = $3, certificate = $4 where subject = $1 and document = $2 and certificate is null",
    [subject, document, at, certificate],
  );
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

/** What became of a version's blocks. */
export type ErasedVersion = { version: number; manifest: Hex; destroyed: number; absent: number; kept: number };

/** Keeps what became of some versions' blocks; the first word on each stands. */
export async function writeErasedVersions(
  db: Queryable,
  { subject, document, versions }: { subject: Address; document: Hex; versions: readonly ErasedVersion[] },
): Promise<void> {
  await db.query(
    `insert into erased_versions (subject, document, version, manifest, destroyed, absent, kept)
     select $1, $2, v.version, v.manifest, v.destroyed, v.absent, v.kept
     from jsonb_to_recordset($3::jsonb) as v (version bigint, manifest text, destroyed bigint, absent bigint, kept bigint)
     on conflict do nothing`,
    [subject, document, JSON.stringify(versions)],
  );
}

/** The newest version whose blocks were seen to; 0 where none was. They are seen to in order. */
export async function readLastErased(
  db: Queryable,
  { subject, document }: { subject: Address; document: Hex },
): Promise<number> {
  const [row] = await db.query<{ last: number | null }>(
    "select max(version) as last from erased_versions where subject = $1 and document = $2",
    [subject, document],
  );
  return row?.last ?? 0;
}

/** What became of the first `limit` versions one by one, and of all others together. */
export async function readErasedVersions(
  db: Queryable,
  { subject, document, limit }: { subject: Address; document: Hex; limit: number },
): Promise<{ first: ErasedVersion[]; others: Omit<ErasedVersion, "version" | "manifest"> & { count: number } }> {
  const first = await db.query<ErasedVersion>(
    `select version, manifest, destroyed, absent, kept from erased_versions where subject = $1 and document = $2
     order by version limit $3`,
    [subject, document, limit],
  );
  const [others] = await db.query<{ count: number; destroyed: number; absent: number; kept: number }>(
    `select count(*) as count, coalesce(sum(destroyed), 0)::bigint as destroyed, coalesce(sum(absent), 0)::bigint as absent,
       coalesce(sum(kept), 0)::bigint as kept
     from erased_versions where subject = $1 and document = $2 and version > $3`,
    [subject, document, first.at(-1)?.version ?? 0],
  );
  return { first, others: others ?? { count: 0, destroyed: 0, absent: 0, kept: 0 } };
}
