// Signed acts handed in to be sent, from the moment they were accepted until our own index knows them.

import type { Address, Hex } from "viem";
import type { Queryable } from "./database.ts";

/** How far an act is. */
export type RelayState = "queued" | "sent" | "on-the-ledger" | "indexed" | "failed";

/** One act. `account` handed it in, `actor` acts by it. */
export type RelayRow = {
  id: string;
  digest: Hex;
  account: Address;
  actor: Address;
  name: string;
  act: unknown;
  subject: Address | null;
  grantee: Address | null;
  scope: Hex | null;
  ceiling: number | null;
  /** How many acts it is: more than one for a batch. */
  parts: number;
  state: RelayState;
  sending: number;
  tx: Hex | null;
  block: number | null;
  reason: string | null;
  detail: string | null;
  at: number;
  changed_at: number;
};

const RELAY_LOCK = 712_004;

/** Makes this transaction the only one, in any process, that handles the act of this digest until it ends. */
export async function lockRelay(tx: Queryable, digest: Hex): Promise<void> {
  await tx.query("select pg_advisory_xact_lock($1, hashtext($2))", [RELAY_LOCK, digest]);
}

/** Keeps an act; false when the same one is held already. */
export async function writeRelay(
  tx: Queryable,
  row: Omit<RelayRow, "state" | "tx" | "block" | "reason" | "detail" | "changed_at">,
): Promise<boolean> {
  const rows = await tx.query(
    `insert into relays (id, digest, account, actor, name, act, subject, grantee, scope, ceiling, parts, state, sending, at, changed_at)
     values ($1, $2, $3, $4, $5, $6::jsonb, $7, $8, $9, $10, $13, 'queued', $11, $12, $12) on conflict (digest) do nothing returning id`,
    [
      row.id,
      row.digest,
      row.account,
      row.actor,
      row.name,
      JSON.stringify(row.act),
      row.subject,
      row.grantee,
      row.scope,
      row.ceiling,
      row.sending,
      row.at,
      row.parts,
    ],
  );
  return rows.length === 1;
}

/** The act of this id; null when there is none. */
export async function readRelay(db: Queryable, id: string): Promise<RelayRow | null> {
  const [row] = await db.query<RelayRow>("select * from relays where id = $1", [id]);
  return row ?? null;
}

/** The act that has this digest; null when it was never handed in. */
export async function readRelayByDigest(db: Queryable, digest: Hex): Promise<RelayRow | null> {
  const [row] = await db.query<RelayRow>("select * from relays where digest = $1", [digest]);
  return row ?? null;
}

/** A page of what an account handed in or acts by, newest first; only what is still under way where `open`. */
export async function listRelays(
  db: Queryable,
  {
    account,
    open,
    before,
    limit,
  }: { account: Address; open: boolean; before: readonly [number, string] | null; limit: number },
): Promise<RelayRow[]> {
  return db.query<RelayRow>(
    `select * from relays where (account = $1 or actor = $1) and (not $2 or state in ('queued', 'sent', 'on-the-ledger'))
     and ($3::bigint is null or (at, id) < ($3, $4)) order by at desc, id desc limit $5`,
    [account, open, before?.[0] ?? null, before?.[1] ?? "", limit],
  );
}

const isRevoke = "name in ('revoke', 'revokeMany', 'revokeByProxy')";

/** How many acts (revokes apart) an account handed in since a moment, how many of them are still under way, and how many revokes. */
export async function countRelays(
  db: Queryable,
  { account, since }: { account: Address; since: number },
): Promise<{ recent: number; open: number; revokes: number }> {
  const [row] = await db.query<{ recent: number; open: number; revokes: number }>(
    `select coalesce(sum(parts) filter (where not (${isRevoke}) and at >= $2), 0)::int as recent,
       count(*) filter (where not (${isRevoke}) and state in ('queued', 'sent', 'on-the-ledger')) as open,
       coalesce(sum(parts) filter (where (${isRevoke}) and at >= $2), 0)::int as revokes from relays where account = $1`,
    [account, since],
  );
  return row ?? { recent: 0, open: 0, revokes: 0 };
}

/** An act whose transaction has moved on since it was last looked at, and what it should now say. */
export type MovedRelay = RelayRow & {
  next: RelayState;
  next_tx: Hex | null;
  next_block: number | null;
  next_reason: string | null;
  next_detail: string | null;
};

/** Acts that have moved on: those under way, and those that a reorganisation took out of the index again. */
export async function readMovedRelays(db: Queryable): Promise<MovedRelay[]> {
  return db.query<MovedRelay>(
    `select * from (
       select r.*, coalesce(s.tx, s.hashes[cardinality(s.hashes)]) as next_tx, s.block as next_block, s.reason as next_reason,
         s.detail as next_detail,
         case s.state when 'mined' then
           case when exists (select 1 from acts a where a.block = s.block and a.block_hash = s.block_hash and a.tx = s.tx)
             then 'indexed' else 'on-the-ledger' end
         else s.state end as next
       from relays r join sendings s on s.id = r.sending
       where r.id in (
         select id from relays where state in ('queued', 'sent', 'on-the-ledger')
         union
         select i.id from sendings o join relays i on i.sending = o.id where o.state in ('queued', 'sent') and i.state = 'indexed'
       )
     ) moved where next <> state or next_tx is distinct from tx order by at, id limit 500`,
  );
}

/** Gives an act that had failed another transaction. */
export async function reopenRelay(
  tx: Queryable,
  { id, sending, at }: { id: string; sending: number; at: number },
): Promise<void> {
  await tx.query(
    "update relays set state = 'queued', sending = $2, tx = null, block = null, reason = null, detail = null, at = $3, changed_at = $3 where id = $1",
    [id, sending, at],
  );
}

/** The vault account that the index knows for a subject; null for none. */
export async function readVaultAccount(db: Queryable, subject: Address): Promise<Address | null> {
  const [row] = await db.query<{ vault_account: Address | null }>("select vault_account from accounts where key = $1", [
    subject,
  ]);
  return row?.vault_account ?? null;
}

/** Writes down how far an act is. */
export async function updateRelay(
  tx: Queryable,
  {
    id,
    state,
    hash,
    block,
    reason,
    detail,
    at,
  }: {
    id: string;
    state: RelayState;
    hash: Hex | null;
    block: number | null;
    reason: string | null;
    detail: string | null;
    at: number;
  },
): Promise<void> {
  await tx.query(
    "update relays set state = $2, tx = $3, block = $4, reason = $5, detail = $6, changed_at = $7 where id = $1",
    [id, state, hash, block, reason, detail, at],
  );
}

/** Remembers what signed revokes end, from the moment they were received; the highest ceiling counts. */
export async function noteRevokes(
  tx: Queryable,
  revokes: readonly { subject: Address; grantee: Address; scope: Hex; ceiling: number }[],
): Promise<void> {
  if (revokes.length === 0) return;
  // In order, so that two batches that name the same consents wait for each other once and not crosswise.
  await tx.query(
    `insert into revokes_received (subject, grantee, scope, ceiling)
     select subject, grantee, scope, max(ceiling)
     from unnest($1::text[], $2::text[], $3::text[], $4::bigint[]) as r (subject, grantee, scope, ceiling)
     group by subject, grantee, scope order by subject, grantee, scope
     on conflict (subject, grantee, scope) do update set ceiling = greatest(revokes_received.ceiling, excluded.ceiling)`,
    [
      revokes.map(({ subject }) => subject),
      revokes.map(({ grantee }) => grantee),
      revokes.map(({ scope }) => scope),
      revokes.map(({ ceiling }) => ceiling),
    ],
  );
}

/** The highest ceiling of a signed revoke of this consent that was ever received; null when none was. */
export async function readRevokeCeiling(
  db: Queryable,
  { subject, grantee, scope }: { subject: Address; grantee: Address; scope: Hex },
): Promise<number | null> {
  const [row] = await db.query<{ ceiling: number }>(
    "select ceiling from revokes_received where subject = $1 and grantee = $2 and scope = $3",
    [subject, grantee, scope],
  );
  return row?.ceiling ?? null;
}
