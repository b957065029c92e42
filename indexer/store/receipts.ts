// Receipts and their batches. Rule: numbers have no gap, in the gateway's chain and in each subject's, because one
// transaction at a time takes the next number and nothing is ever updated or deleted.

import type { Address, Hex } from "viem";
import type { Queryable } from "./database.ts";

/** A receipt and what finds it. `receipt` is its canonical bytes. */
export type ReceiptRow = {
  gateway: Address;
  number: number;
  subject: Address;
  subject_number: number;
  grantee: Address;
  scope: Hex;
  reader: Address;
  kind: "released" | "refused" | "disclosure";
  reason: string | null;
  released: number;
  stranger: boolean;
  request_id: string;
  time: number;
  hash: Hex;
  leaf: Hex;
  receipt: Uint8Array;
};

/** A receipt with the batch that anchors it, once there is one. */
export type AnchoredReceiptRow = ReceiptRow & {
  batch_first: number | null;
  batch_count: number | null;
  batch_root: Hex | null;
  anchored_tx: Hex | null;
  /** A release under a consent of which the index knows nothing. */
  without_consent: boolean;
};

/** Receipts first..first+count-1 as the leaves of a root. */
export type BatchRow = {
  gateway: Address;
  first: number;
  count: number;
  root: Hex;
  made_at: number;
  sending: number | null;
};

const CHAIN_LOCK = 712_002;

/** Makes this transaction the only one, in any process, that may add a receipt or a batch until it commits. */
export async function lockReceipts(tx: Queryable): Promise<void> {
  await tx.query("select pg_advisory_xact_lock($1)", [CHAIN_LOCK]);
}

/** The ends of the gateway's chain and of the subject's: what the next receipt follows. */
export async function readChainEnds(
  tx: Queryable,
  { gateway, subject }: { gateway: Address; subject: Address },
): Promise<{ number: number; hash: Hex | null; subjectNumber: number; subjectHash: Hex | null }> {
  const [last] = await tx.query<{ number: number; hash: Hex }>(
    "select number, hash from receipts where gateway = $1 order by number desc limit 1",
    [gateway],
  );
  const [own] = await tx.query<{ number: number; hash: Hex }>(
    "select subject_number as number, hash from receipts where gateway = $1 and subject = $2 order by subject_number desc limit 1",
    [gateway, subject],
  );
  return {
    number: last?.number ?? 0,
    hash: last?.hash ?? null,
    subjectNumber: own?.number ?? 0,
    subjectHash: own?.hash ?? null,
  };
}

/** Adds a receipt at the end of both chains. */
export async function writeReceipt(tx: Queryable, row: ReceiptRow): Promise<void> {
  await tx.query(
    `insert into receipts (gateway, number, subject, subject_number, grantee, scope, reader, kind, reason, released, stranger, request_id, time, hash, leaf, receipt)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)`,
    [
      row.gateway,
      row.number,
      row.subject,
      row.subject_number,
      row.grantee,
      row.scope,
      row.reader,
      row.kind,
      row.reason,
      row.released,
      row.stranger,
      row.request_id,
      row.time,
      row.hash,
      row.leaf,
      row.receipt,
    ],
  );
}

/** Whether a request of this id was answered before. */
export async function isRequestKnown(
  db: Queryable,
  { gateway, requestId }: { gateway: Address; requestId: string },
): Promise<boolean> {
  return (
    (await db.query("select 1 from receipts where gateway = $1 and request_id = $2", [gateway, requestId])).length > 0
  );
}

/** How many disclosures an auditor was given since a moment. */
export async function countDisclosures(
  db: Queryable,
  { auditor, since }: { auditor: Address; since: number },
): Promise<number> {
  const [row] = await db.query<{ count: number }>(
    "select count(*) as count from receipts where reader = $1 and kind = 'disclosure' and time >= $2",
    [auditor, since],
  );
  return row?.count ?? 0;
}

/** How many refusals of strangers are recorded for a subject since a moment: by anybody, and by one reader. */
export async function countStrangers(
  db: Queryable,
  { subject, reader, since }: { subject: Address; reader: Address; since: number },
): Promise<{ all: number; own: number }> {
  const [row] = await db.query<{ all: number; own: number }>(
    `select count(*) as all, count(*) filter (where reader = $2) as own from receipts
     where subject = $1 and stranger and time >= $3`,
    [subject, reader, since],
  );
  return { all: row?.all ?? 0, own: row?.own ?? 0 };
}

/** Counts a stranger's refusal that is not recorded by itself. `day` is the UTC day since 1970. */
export async function countUnrecorded(
  tx: Queryable,
  { subject, day }: { subject: Address; day: number },
): Promise<void> {
  await tx.query(
    `insert into unrecorded_refusals (subject, day, count) values ($1, $2, 1)
     on conflict (subject, day) do update set count = unrecorded_refusals.count + 1`,
    [subject, day],
  );
}

/** How many refusals of strangers were counted without a receipt, for one subject or for all, since a UTC day. */
export async function readUnrecorded(
  db: Queryable,
  { subject, since }: { subject: Address | null; since: number },
): Promise<number> {
  const [row] = await db.query<{ count: number }>(
    `select coalesce(sum(count), 0)::bigint as count from unrecorded_refusals
     where ($1::text is null or subject = $1) and day >= $2`,
    [subject, since],
  );
  return row?.count ?? 0;
}

/** How many times documents were opened under this consent: in all, and since a moment. */
export async function countUses(
  db: Queryable,
  { subject, grantee, scope, since }: { subject: Address; grantee: Address; scope: Hex; since: number },
): Promise<{ uses: number; lately: number }> {
  const [row] = await db.query<{ uses: number; lately: number }>(
    `select coalesce(sum(released), 0)::bigint as uses, coalesce(sum(released) filter (where time >= $4), 0)::bigint as lately
     from receipts where subject = $1 and grantee = $2 and scope = $3`,
    [subject, grantee, scope, since],
  );
  return row ?? { uses: 0, lately: 0 };
}

const ANCHORED = `select r.*, b.first as batch_first, b.count as batch_count, b.root as batch_root, a.tx as anchored_tx,
    r.kind = 'released' and not exists (select 1 from consents c where c.subject = r.subject and c.grantee = r.grantee and c.scope = r.scope)
      as without_consent
  from receipts r
  left join receipt_batches b on b.gateway = r.gateway and r.number >= b.first and r.number < b.first + b.count
  left join anchors a on a.gateway = r.gateway and a.first = b.first and a.root = b.root`;

/** Whose receipts are asked for: a subject's own, a reader's (without those that a stranger got), or all. */
export type ReceiptView = { as: "subject" | "reader"; account: Address } | { as: "gateway" };

/** A page of receipts, newest first; of one subject where `subject` is given. */
export async function listReceipts(
  db: Queryable,
  {
    gateway,
    view,
    subject,
    before,
    limit,
  }: { gateway: Address; view: ReceiptView; subject: Address | null; before: number | null; limit: number },
): Promise<AnchoredReceiptRow[]> {
  const account = view.as === "gateway" ? null : view.account;
  return db.query<AnchoredReceiptRow>(
    `${ANCHORED} where r.gateway = $1 and ($2::bigint is null or r.number < $2) and ($3::text is null or r.subject = $3)
     and case $4::text when 'subject' then r.subject = $5 when 'reader' then (r.reader = $5 or r.grantee = $5) and not r.stranger else true end
     order by r.number desc limit $6`,
    [gateway, before, subject, view.as, account, limit],
  );
}

/** One receipt; null when the gateway has not come so far. */
export async function readReceipt(
  db: Queryable,
  { gateway, number }: { gateway: Address; number: number },
): Promise<AnchoredReceiptRow | null> {
  const [row] = await db.query<AnchoredReceiptRow>(`${ANCHORED} where r.gateway = $1 and r.number = $2`, [
    gateway,
    number,
  ]);
  return row ?? null;
}

/** The leaves of receipts first..first+count-1, in order. */
export async function readLeaves(
  db: Queryable,
  { gateway, first, count }: { gateway: Address; first: number; count: number },
): Promise<Hex[]> {
  const rows = await db.query<{ leaf: Hex }>(
    "select leaf from receipts where gateway = $1 and number >= $2 and number < $2 + $3::bigint order by number",
    [gateway, first, count],
  );
  return rows.map((row) => row.leaf);
}

/** The newest batch; null when there is none. */
export async function readLastBatch(db: Queryable, gateway: Address): Promise<BatchRow | null> {
  const [row] = await db.query<BatchRow>(
    "select * from receipt_batches where gateway = $1 order by first desc limit 1",
    [gateway],
  );
  return row ?? null;
}

/** The oldest batch whose anchor the index does not know; null when all are known. */
export async function readOpenBatch(db: Queryable, gateway: Address): Promise<BatchRow | null> {
  const [row] = await db.query<BatchRow>(
    `select b.* from receipt_batches b where b.gateway = $1
     and not exists (select 1 from anchors a where a.gateway = b.gateway and a.first = b.first and a.root = b.root) order by b.first limit 1`,
    [gateway],
  );
  return row ?? null;
}

/** How many receipts stand in no batch yet, and when the oldest of them was written (null when there is none). */
export async function readUnbatched(
  db: Queryable,
  gateway: Address,
): Promise<{ first: number; count: number; oldest: number | null }> {
  const last = await readLastBatch(db, gateway);
  const first = last === null ? 1 : last.first + last.count;
  const [row] = await db.query<{ count: number; oldest: number | null }>(
    "select count(*) as count, min(time) as oldest from receipts where gateway = $1 and number >= $2",
    [gateway, first],
  );
  return { first, count: row?.count ?? 0, oldest: row?.oldest ?? null };
}

/** Keeps a batch before its root is sent. */
export async function writeBatch(tx: Queryable, batch: BatchRow): Promise<void> {
  await tx.query(
    "insert into receipt_batches (gateway, first, count, root, made_at, sending) values ($1, $2, $3, $4, $5, $6)",
    [batch.gateway, batch.first, batch.count, batch.root, batch.made_at, batch.sending],
  );
}

/** Notes which transaction carries a batch. */
export async function updateBatchSending(
  tx: Queryable,
  { gateway, first, sending }: { gateway: Address; first: number; sending: number },
): Promise<void> {
  await tx.query("update receipt_batches set sending = $3 where gateway = $1 and first = $2", [
    gateway,
    first,
    sending,
  ]);
}
