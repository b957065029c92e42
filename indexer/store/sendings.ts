// Transactions of the service's own account, in the order in which they were wanted. Rule: what leaves for the chain
// stands here first, complete, so that after a crash the same bytes are sent again and never others under their nonce.

import type { Address, Hex } from "viem";
import type { Queryable } from "./database.ts";

/** What a transaction is for. */
export type SendingPurpose = "relay" | "receipts" | "key";

/** Where a transaction stands: waiting, handed to the node, in a block, or given up. */
export type SendingState = "queued" | "sent" | "mined" | "failed";

/** One transaction. `fee` is the highest price a unit of gas in wei; `hashes` all hashes it was ever sent under. */
export type SendingRow = {
  id: number;
  sender: Address;
  purpose: SendingPurpose;
  target: Address;
  data: Hex;
  /** How many acts it carries. */
  parts: number;
  state: SendingState;
  nonce: number | null;
  gas: number | null;
  hashes: Hex[];
  signed: Hex | null;
  fee: string | null;
  tx: Hex | null;
  block: number | null;
  block_hash: Hex | null;
  reason: string | null;
  detail: string | null;
  created_at: number;
  sent_at: number | null;
  changed_at: number;
};

/** Puts a transaction at the end of the queue and gives its id. */
export async function addSending(
  tx: Queryable,
  {
    sender,
    purpose,
    target,
    data,
    parts,
    at,
  }: { sender: Address; purpose: SendingPurpose; target: Address; data: Hex; parts?: number; at: number },
): Promise<number> {
  const [row] = await tx.query<{ id: number }>(
    `insert into sendings (sender, purpose, target, data, parts, state, created_at, changed_at)
     values ($1, $2, $3, $4, $6, 'queued', $5, $5) returning id`,
    [sender, purpose, target, data, at, parts ?? 1],
  );
  return row?.id ?? 0;
}

/**
 * What of this sender is not finished, oldest first; what has a nonce before what has none. Those of `later` that have no
 * nonce yet are left out, so that they take nobody's place.
 */
export async function readOpenSendings(
  db: Queryable,
  { sender, limit, later = [] }: { sender: Address; limit: number; later?: readonly number[] },
): Promise<SendingRow[]> {
  return db.query<SendingRow>(
    `select * from sendings where sender = $1 and state in ('queued', 'sent')
       and (nonce is not null or id not in (select jsonb_array_elements_text($3::jsonb)::bigint))
     order by nonce nulls last, id limit $2`,
    [sender, limit, JSON.stringify(later)],
  );
}

/** One transaction; null when there is none of that id. */
export async function readSending(db: Queryable, id: number): Promise<SendingRow | null> {
  const [row] = await db.query<SendingRow>("select * from sendings where id = $1", [id]);
  return row ?? null;
}

/** Writes nonce and signed bytes of a transaction that is about to leave. */
export async function markSent(
  tx: Queryable,
  {
    id,
    nonce,
    gas,
    signed,
    hash,
    fee,
    at,
  }: { id: number; nonce: number; gas: bigint; signed: Hex; hash: Hex; fee: bigint; at: number },
): Promise<void> {
  await tx.query(
    `update sendings set state = 'sent', nonce = $2, gas = $3, signed = $4, hashes = array_append(hashes, $5), fee = $6, sent_at = $7,
       changed_at = $7 where id = $1`,
    [id, nonce, gas.toString(), signed, hash, fee.toString(), at],
  );
}

/** Puts a transaction that lost its nonce to another one back into the queue, as new. */
export async function requeueSending(tx: Queryable, { id, at }: { id: number; at: number }): Promise<void> {
  await tx.query(
    "update sendings set state = 'queued', nonce = null, signed = null, tx = null, block = null, block_hash = null, changed_at = $2 where id = $1",
    [id, at],
  );
}

/** Puts a transaction that a reorganisation took out of the chain back to where it was sent. */
export async function unmineSending(tx: Queryable, { id, at }: { id: number; at: number }): Promise<void> {
  await tx.query(
    "update sendings set state = 'sent', tx = null, block = null, block_hash = null, sent_at = $2, changed_at = $2 where id = $1",
    [id, at],
  );
}

/** Notes the block that holds a transaction; with a reason where the ledger refused it there. */
export async function markMined(
  tx: Queryable,
  {
    id,
    hash,
    block,
    blockHash,
    refusal,
    at,
  }: {
    id: number;
    hash: Hex;
    block: number;
    blockHash: Hex;
    refusal: { reason: string; detail: string } | null;
    at: number;
  },
): Promise<void> {
  await tx.query(
    `update sendings set state = $2, tx = $3, block = $4, block_hash = $5, reason = $6, detail = $7, changed_at = $8 where id = $1`,
    [
      id,
      refusal === null ? "mined" : "failed",
      hash,
      block,
      blockHash,
      refusal?.reason ?? null,
      refusal?.detail ?? null,
      at,
    ],
  );
}

/** Gives a transaction up before it was ever sent. */
export async function markFailed(
  tx: Queryable,
  { id, reason, detail, at }: { id: number; reason: string; detail: string; at: number },
): Promise<void> {
  await tx.query("update sendings set state = 'failed', reason = $2, detail = $3, changed_at = $4 where id = $1", [
    id,
    reason,
    detail,
    at,
  ]);
}

/** How many transactions wait, and how many are on their way. */
export async function countOpenSendings(db: Queryable, sender: Address): Promise<{ queued: number; sent: number }> {
  const [row] = await db.query<{ queued: number; sent: number }>(
    `select count(*) filter (where state = 'queued') as queued, count(*) filter (where state = 'sent') as sent
     from sendings where sender = $1 and state in ('queued', 'sent')`,
    [sender],
  );
  return row ?? { queued: 0, sent: 0 };
}

/** The lowest nonce that no row of this sender was given; 0 when none was. */
export async function readNextNonce(db: Queryable, sender: Address): Promise<number> {
  const [row] = await db.query<{ next: number }>(
    "select coalesce(max(nonce) + 1, 0) as next from sendings where sender = $1 and nonce is not null",
    [sender],
  );
  return row?.next ?? 0;
}

/** Transactions whose block is no longer the one that the index knows at that height. */
export async function readOrphanedSendings(db: Queryable, sender: Address): Promise<SendingRow[]> {
  return db.query<SendingRow>(
    `select s.* from sendings s join blocks b on b.number = s.block
     where s.sender = $1 and s.state = 'mined' and b.hash <> s.block_hash`,
    [sender],
  );
}

/** True when exactly this transaction is waiting or on its way. */
export async function isSendingOpen(db: Queryable, { sender, data }: { sender: Address; data: Hex }): Promise<boolean> {
  return (
    (
      await db.query("select 1 from sendings where sender = $1 and data = $2 and state in ('queued', 'sent')", [
        sender,
        data,
      ])
    ).length > 0
  );
}
