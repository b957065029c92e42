// Guardians' shares, and the requests to hand them over. Everything secret in these rows is wrapped for somebody else.

import type { Address, Hex } from "viem";
import type { Queryable } from "./database.ts";

/** A guardian's share as it is kept. */
export type ShareRow = { subject: Address; guardian: Address; set: Hex; box: Uint8Array; at: number };

/** A request to one's guardians. Times in unix seconds. */
export type RecoveryRow = {
  subject: Address;
  id: string;
  set: Hex;
  publicKey: Hex;
  createdAt: number;
  expiresAt: number;
};

/** One guardian's part in a request: what is asked of them, and what they handed over. */
export type AnswerRow = { guardian: Address; tag: string; box: Uint8Array | null; answeredAt: number | null };

const recoveryColumns = `r.subject, r.id, r.set_name as "set", r.public_key as "publicKey", r.created_at as "createdAt",
  r.expires_at as "expiresAt"`;

/**
 * One after another, whoever changes what belongs to this subject: two pages that name guardians at once, or ask them.
 * Until the transaction ends, at every process of the service.
 */
export async function lockGuardians(tx: Queryable, subject: Address): Promise<void> {
  await tx.query("select pg_advisory_xact_lock(hashtextextended('guardians ' || $1, 0))", [subject]);
}

/** Replaces all shares of a subject; none ends guardianship. A request that was open is over, refusals are forgotten. */
export async function writeShares(
  tx: Queryable,
  { subject, set, shares, at }: { subject: Address; set: Hex; shares: readonly ShareRow[]; at: number },
): Promise<void> {
  await tx.query("delete from recoveries where subject = $1", [subject]);
  await tx.query("delete from declined_guardians where subject = $1", [subject]);
  await tx.query("delete from guardian_shares where subject = $1", [subject]);
  for (const { guardian, box } of shares)
    await tx.query("insert into guardian_shares (subject, guardian, set_name, box, at) values ($1, $2, $3, $4, $5)", [
      subject,
      guardian,
      set,
      box,
      at,
    ]);
}

/** The shares that a subject has given out. */
export async function listSharesOf(db: Queryable, subject: Address): Promise<ShareRow[]> {
  return db.query<ShareRow>(
    `select subject, guardian, set_name as "set", box, at from guardian_shares where subject = $1 order by guardian`,
    [subject],
  );
}

/** Somebody gives their share of a subject's vault back; false where they hold none. */
export async function declineShare(
  tx: Queryable,
  { subject, guardian, at }: { subject: Address; guardian: Address; at: number },
): Promise<boolean> {
  const [gone] = await tx.query<{ set: Hex }>(
    `delete from guardian_shares where subject = $1 and guardian = $2 returning set_name as "set"`,
    [subject, guardian],
  );
  if (gone === undefined) return false;
  // What was handed over already stays for the device that asked: it is its subject's.
  await tx.query("delete from recovery_answers where subject = $1 and guardian = $2 and box is null", [
    subject,
    guardian,
  ]);
  await tx.query(
    `insert into declined_guardians (subject, guardian, set_name, at) values ($1, $2, $3, $4)
     on conflict (subject, guardian) do update set set_name = $3, at = $4`,
    [subject, guardian, gone.set, at],
  );
  return true;
}

/** Who gave their share back since the subject named guardians last. */
export async function listDeclined(db: Queryable, subject: Address): Promise<Omit<ShareRow, "box" | "subject">[]> {
  return db.query<Omit<ShareRow, "box" | "subject">>(
    `select guardian, set_name as "set", at from declined_guardians where subject = $1 order by at, guardian`,
    [subject],
  );
}

/**
 * What somebody is a guardian for, each with the open request if there is one, the newest first; of one `subject` alone
 * where one is named. Anybody may name anybody: the list comes in pages to its end, so that no flood hides any of it.
 */
export async function listGuardianships(
  db: Queryable,
  {
    guardian,
    subject,
    now,
    after,
    limit,
  }: {
    guardian: Address;
    subject: Address | null;
    now: number;
    after: readonly [number, string] | null;
    limit: number;
  },
): Promise<{ share: ShareRow; recovery: RecoveryRow | null; answer: AnswerRow | null }[]> {
  const shares = await db.query<ShareRow>(
    `select subject, guardian, set_name as "set", box, at from guardian_shares
     where guardian = $1 and ($2::text is null or subject = $2)
       and ($3::bigint is null or (at, subject) < ($3::bigint, $4))
     order by at desc, subject desc limit $5`,
    [guardian, subject, after?.[0] ?? null, after?.[1] ?? "", limit],
  );
  const asked = await db.query<RecoveryRow & AnswerRow>(
    `select ${recoveryColumns}, a.guardian, a.tag, a.box, a.answered_at as "answeredAt"
     from recovery_answers a join recoveries r on r.subject = a.subject
     where a.guardian = $1 and r.expires_at > $2 and r.subject = any($3::text[])`,
    [guardian, now, shares.map((share) => share.subject)],
  );
  return shares.map((share) => {
    const found = asked.find((one) => one.subject === share.subject && one.set === share.set);
    if (found === undefined) return { share, recovery: null, answer: null };
    const { tag, box, answeredAt, guardian: who, ...recovery } = found;
    return { share, recovery, answer: { guardian: who, tag, box, answeredAt } };
  });
}

/** Begins a request, in the place of an earlier one. */
export async function writeRecovery(
  tx: Queryable,
  recovery: RecoveryRow,
  asked: readonly { guardian: Address; tag: string }[],
): Promise<void> {
  await tx.query("delete from recoveries where subject = $1", [recovery.subject]);
  // Others' old ones are cleared away in passing, and never waited for.
  await tx.query(
    `delete from recoveries where subject in
     (select subject from recoveries where expires_at <= $1 for update skip locked)`,
    [recovery.createdAt],
  );
  await tx.query(
    "insert into recoveries (subject, id, set_name, public_key, created_at, expires_at) values ($1, $2, $3, $4, $5, $6)",
    [recovery.subject, recovery.id, recovery.set, recovery.publicKey, recovery.createdAt, recovery.expiresAt],
  );
  for (const { guardian, tag } of asked)
    await tx.query("insert into recovery_answers (subject, guardian, tag) values ($1, $2, $3)", [
      recovery.subject,
      guardian,
      tag,
    ]);
}

/** A subject's open request with its answers; null when there is none. */
export async function readRecovery(
  db: Queryable,
  { subject, now }: { subject: Address; now: number },
): Promise<{ recovery: RecoveryRow; answers: AnswerRow[] } | null> {
  const [recovery] = await db.query<RecoveryRow>(
    `select ${recoveryColumns} from recoveries r where r.subject = $1 and r.expires_at > $2`,
    [subject, now],
  );
  if (recovery === undefined) return null;
  const answers = await db.query<AnswerRow>(
    `select guardian, tag, box, answered_at as "answeredAt" from recovery_answers where subject = $1 order by guardian`,
    [subject],
  );
  return { recovery, answers };
}

/** Ends a subject's request; false when there was none. */
export async function endRecovery(tx: Queryable, subject: Address): Promise<boolean> {
  return (await tx.query("delete from recoveries where subject = $1 returning id", [subject])).length > 0;
}

/** Keeps what a guardian handed over, once; false where nobody asks this guardian for this, or it was done before. */
export async function writeAnswer(
  tx: Queryable,
  {
    subject,
    id,
    guardian,
    box,
    now,
  }: { subject: Address; id: string; guardian: Address; box: Uint8Array; now: number },
): Promise<boolean> {
  const rows = await tx.query(
    `update recovery_answers set box = $4, answered_at = $5 where subject = $1 and guardian = $3 and box is null
     and exists (select 1 from recoveries r where r.subject = $1 and r.id = $2 and r.expires_at > $5) returning guardian`,
    [subject, id, guardian, box, now],
  );
  return rows.length === 1;
}
