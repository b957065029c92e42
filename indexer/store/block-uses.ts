// Whose a block is, and which documents use it. Rule: whose it is says who put it here first; a manifest counts only once
// the ledger names it, as the version of a document that is in somebody's records.

import type { Address, Hex } from "viem";
import type { Queryable } from "./database.ts";
import { isFinal } from "./final.ts";

const LIVE = 1;

// An end that the chain may still take back is none: what an act above the final block changed can be undone, and is noted.
const COUNTS = `(d.status = ${LIVE} or not ${isFinal("documents", "d.key")})`;

/** Remembers that this account put this block now; the first time counts. */
export async function holdBlock(db: Queryable, { cid, account }: { cid: string; account: Address }): Promise<void> {
  // By the one clock that all processes share, and so finely that somebody was first.
  await db.query(
    `insert into block_holders (cid, account, put_at) values ($1, $2, (extract(epoch from clock_timestamp()) * 1000000)::bigint)
     on conflict (cid, account) do update set put_at = coalesce(block_holders.put_at, excluded.put_at)`,
    [cid, account],
  );
}

/** Remembers that this account put a manifest that names this body; the last time counts. Unix seconds. */
export async function nameBody(
  db: Queryable,
  { cid, account, at }: { cid: string; account: Address; at: number },
): Promise<void> {
  await db.query(
    `insert into block_holders (cid, account, put_at, named_at) values ($1, $2, null, $3)
     on conflict (cid, account) do update set named_at = excluded.named_at`,
    [cid, account, at],
  );
}

/** Forgets who put this block, which is there no more. */
export async function forgetHolders(db: Queryable, cid: string): Promise<void> {
  await db.query("delete from block_holders where cid = $1", [cid]);
}

/** Whether one of these accounts put this body, or a manifest that names it, since then. */
export async function isNamedSince(
  db: Queryable,
  { cid, accounts, since }: { cid: string; accounts: readonly Address[]; since: number },
): Promise<boolean> {
  const rows = await db.query(
    "select 1 from block_holders where cid = $1 and account = any($2::text[]) and greatest(put_at / 1000000, named_at) >= $3 limit 1",
    [cid, accounts, since],
  );
  return rows.length > 0;
}

/** Which of these blocks one of these accounts put here first, or before it was noted who was. */
export async function listPutFirst(
  db: Queryable,
  { cids, accounts }: { cids: readonly string[]; accounts: readonly Address[] },
): Promise<Set<string>> {
  const rows = await db.query<{ cid: string }>(
    `select h.cid from block_holders h where h.cid = any($1::text[]) and h.account = any($2::text[])
       and h.put_at = (select min(o.put_at) from block_holders o where o.cid = h.cid)`,
    [cids, accounts],
  );
  return new Set(rows.map(({ cid }) => cid));
}

/** A block, and its SHA-256, by which the ledger may name it as a manifest. */
export type NamedBlock = { cid: string; digest: Hex };

/** Which of these blocks documents other than this one use, as manifest, body or leaf, of those that were read. */
export async function listUsedElsewhere(
  db: Queryable,
  { blocks, subject, document }: { blocks: readonly NamedBlock[]; subject: Address; document: Hex },
): Promise<Set<string>> {
  const rows = await db.query<{ cid: string }>(
    `with asked as (select cid, digest from unnest($1::text[], $2::text[]) as a (cid, digest)),
     named as (
       select cid, digest as manifest from asked
       union select a.cid, r.manifest from asked a join manifest_readings r on r.body = a.cid
       union select a.cid, r.manifest from asked a join body_leaves l on l.leaf = a.cid join manifest_readings r on r.body = l.body
     )
     select distinct n.cid from named n join document_versions v on v.manifest = n.manifest
     join documents d on d.subject = v.subject and d.document = v.document
     where (d.subject, d.document) <> ($3, $4) and ${COUNTS}`,
    [blocks.map(({ cid }) => cid), blocks.map(({ digest }) => digest), subject, document],
  );
  return new Set(rows.map(({ cid }) => cid));
}

/** Manifests of documents in somebody's records that were never looked for here. */
export async function listUnread(db: Queryable, limit: number): Promise<Hex[]> {
  const rows = await db.query<{ manifest: Hex }>(
    `select distinct v.manifest from document_versions v
     join documents d on d.subject = v.subject and d.document = v.document
     where ${COUNTS} and not exists (select 1 from manifest_readings r where r.manifest = v.manifest) limit $1`,
    [limit],
  );
  return rows.map(({ manifest }) => manifest);
}

/** Manifests of which something was not here when it was last looked for, before `until`; those that wait longest first. */
export async function listIncomplete(
  db: Queryable,
  { until, limit }: { until: number; limit: number },
): Promise<Hex[]> {
  const rows = await db.query<{ manifest: Hex }>(
    "select manifest from manifest_readings where not complete and looked_at < $1 order by looked_at limit $2",
    [until, limit],
  );
  return rows.map(({ manifest }) => manifest);
}

/** What a manifest names, as far as it is here. */
export type ManifestReading = { manifest: Hex; body: string | null; leaves: readonly string[]; complete: boolean };

/** Keeps what was read of a manifest. */
export async function writeReading(
  tx: Queryable,
  { manifest, body, leaves, complete, at }: ManifestReading & { at: number },
): Promise<void> {
  if (body !== null)
    await tx.query(
      "insert into body_leaves (leaf, body) select leaf, $2 from unnest($1::text[]) as l (leaf) on conflict do nothing",
      [leaves, body],
    );
  await tx.query(
    `insert into manifest_readings (manifest, body, complete, looked_at) values ($1, $2, $3, $4)
     on conflict (manifest) do update set body = $2, complete = $3, looked_at = $4`,
    [manifest, body, complete, at],
  );
}

/** A block came in: what was read of manifests without it is to be read again. */
export async function forgetReadings(db: Queryable, { cid, digest }: NamedBlock): Promise<void> {
  await db.query("delete from manifest_readings where not complete and (manifest = $1 or body = $2)", [digest, cid]);
}
