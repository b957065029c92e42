// Consents, requests and who muted whom, as the index has them.

import type { Address, Hex } from "viem";
import { BREAK_GLASS_HOURS, type ConsentRecord } from "#protocol/consent/index.ts";
import { createConditions, pageSize } from "./conditions.ts";
import type { Queryable } from "./database.ts";
import { isFinal } from "./final.ts";
import { jsonObject, readJson } from "./json-text.ts";

/** A consent's record with its place on the chain and who ended or replaced it. */
export type Consent = ConsentRecord & {
  key: string;
  subject: Address;
  grantee: Address;
  scope: Hex;
  capsule: Hex | null;
  replaces: Hex | null;
  replacedBy: Hex | null;
  endedBy: Address | null;
  /** The proxy who last granted or renewed it, and the scope of the mandate that let them; null where the subject did. */
  proxy: Address | null;
  mandate: Hex | null;
  block: number;
  logIndex: number;
  tx: Hex;
};

const columns = `key, subject, grantee, scope, status, version, ops, not_before as "notBefore", expires_at as "expiresAt",
  granted_at as "grantedAt", changed_at as "changedAt", capsule, replaces, replaced_by as "replacedBy", ended_by as "endedBy",
  times, used, proxy, mandate, block, log_index as "logIndex", tx`;

/** A consent with what this gateway did by it: reads that were released, and whether it knows what the consent covers. */
export type UsedConsent = Consent & {
  reads: number;
  lastRead: number | null;
  opening: "held" | "missing" | "refused" | "none";
};

/** Rows of `consents`, as a query without its order, joined with what was done by each: one question, not three. */
function withUse(consents: string): string {
  return `select c.*, r.reads, r."lastRead", coalesce(o.state, 'none') as opening from (${consents}) c
    cross join lateral (select count(*) as reads, max(time) as "lastRead" from receipts
      where subject = c.subject and grantee = c.grantee and scope = c.scope and kind = 'released') r
    left join openings o on o.key = c.key`;
}

/** One consent; null when no act ever named it. */
export async function readConsent(db: Queryable, name: ConsentName): Promise<Consent | null> {
  const [row] = await db.query<Consent>(`select ${columns} from consents where key = $1`, [consentKeyOf(name)]);
  return row ?? null;
}

/** One consent and its use; null when no act ever named it. */
export async function readUsedConsent(db: Queryable, name: ConsentName): Promise<UsedConsent | null> {
  const [row] = await db.query<UsedConsent>(withUse(`select ${columns} from consents where key = $1`), [
    consentKeyOf(name),
  ]);
  return row ?? null;
}

type ConsentName = { subject: Address; grantee: Address; scope: Hex };

/** The key under which a consent is kept here. */
export function consentKeyOf({ subject, grantee, scope }: ConsentName): string {
  return `${subject}|${grantee}|${scope}`;
}

/** Those of some consents that this service has read of itself: from the ledger, or an opening of theirs. */
export async function pickKnownConsents<T extends ConsentName>(db: Queryable, some: readonly T[]): Promise<T[]> {
  if (some.length === 0) return [];
  const rows = await db.query<{ key: string }>(
    "select key from consents where key = any($1) union select key from openings where key = any($1)",
    [some.map(consentKeyOf)],
  );
  const known = new Set(rows.map(({ key }) => key));
  return some.filter((one) => known.has(consentKeyOf(one)));
}

/** The effective status of a consents row at $n (Unix seconds), as #protocol/consent's effectiveStatus computes it. */
const effective = (at: string) =>
  `case when status not in (1, 5) then status when ${at} >= expires_at then 6 when ${at} < greatest(not_before, granted_at) then 7
        when status = 1 then 1 when used > 0 and ${at} >= changed_at and ${at} < changed_at + ${BREAK_GLASS_HOURS * 3600} then 8
        when used >= times then 9 else 5 end`;

/** Which consents to list: of a subject, or those that any of `grantees` holds; `status` is the effective one at `at`. */
export type ConsentFilter = {
  subject: Address | null;
  grantees: readonly Address[] | null;
  status: number | null;
  at: number;
  after: [number, string] | null;
  limit: number;
};

/**
 * Consents, last changed first, as JSON: a UsedConsent each, without `key` and `logIndex`, with `effectiveStatus` at `at`,
 * `blockTime`, and `final` (its block is at most `finalized`).
 */
export async function listConsentTexts(
  db: Queryable,
  { subject, grantees, status, at, after, limit, finalized }: ConsentFilter & { finalized: number },
): Promise<string[]> {
  const where = createConditions([at, finalized]);
  where.add(() => "status > 0");
  if (subject !== null) where.add((value) => `subject = ${value(subject)}`);
  // One name is asked for by equality: then the index gives the rows in order, and the first page is all that is read.
  if (grantees?.length === 1) where.add((value) => `grantee = ${value(grantees[0])}`);
  else if (grantees !== null) where.add((value) => `grantee = any(${value(grantees)}::text[])`);
  if (status !== null) where.add((value) => `${effectiveNow} = ${value(status)}::int`);
  if (after !== null) where.add((value) => `(changed_at, key) < (${value(after[0])}::bigint, ${value(after[1])})`);
  const page = `select ${columns}, ${effectiveNow} as "effectiveStatus" from consents ${where.text()}
    order by changed_at desc, key desc limit ${pageSize(limit)}`;
  const rows = `select ${jsonColumn} as json from (${withUse(page)}) u
    order by u."changedAt" desc, u.key desc`;
  return (await readJson(db, rows, where.values)).slice(0, limit);
}

const effectiveNow = effective("$1::bigint");
const jsonColumn = jsonObject({
  subject: { sql: "u.subject", as: "word" },
  grantee: { sql: "u.grantee", as: "word" },
  scope: { sql: "u.scope", as: "word" },
  status: { sql: "u.status", as: "number" },
  effectiveStatus: { sql: `u."effectiveStatus"`, as: "number" },
  version: { sql: "u.version", as: "number" },
  ops: { sql: "u.ops", as: "number" },
  notBefore: { sql: `u."notBefore"`, as: "number" },
  expiresAt: { sql: `u."expiresAt"`, as: "number" },
  grantedAt: { sql: `u."grantedAt"`, as: "number" },
  changedAt: { sql: `u."changedAt"`, as: "number" },
  capsule: { sql: "u.capsule", as: "word", nullable: true },
  replaces: { sql: "u.replaces", as: "word", nullable: true },
  replacedBy: { sql: `u."replacedBy"`, as: "word", nullable: true },
  endedBy: { sql: `u."endedBy"`, as: "word", nullable: true },
  times: { sql: "u.times", as: "number" },
  used: { sql: "u.used", as: "number" },
  proxy: { sql: "u.proxy", as: "word", nullable: true },
  mandate: { sql: "u.mandate", as: "word", nullable: true },
  reads: { sql: "u.reads", as: "number" },
  lastRead: { sql: `u."lastRead"`, as: "number", nullable: true },
  opening: { sql: "u.opening", as: "word" },
  tx: { sql: "u.tx", as: "word" },
  block: { sql: "u.block", as: "number" },
  blockTime: { sql: `u."changedAt"`, as: "number" },
  final: { sql: "u.block <= $2::bigint", as: "boolean" },
});

/** Consents in force at `at` from a subject to any of `grantees`. */
export async function listLiveConsents(
  db: Queryable,
  { subject, grantees, at }: { subject: Address; grantees: readonly Address[]; at: number },
): Promise<Consent[]> {
  return db.query<Consent>(
    `select ${columns} from consents where subject = $1 and grantee = any($2::text[]) and ${effective("$3::bigint")} in (1, 8) order by key`,
    [subject, grantees, at],
  );
}

/** SQL that is true where a consent `c` is what a request `r` asked for: granted after it. */
const grantsRequest = `c.subject = r.subject and c.grantee = r.grantee
  and (c.granted_at > r.at or (c.granted_at = r.at and (c.block, c.log_index) > (r.block, r.log_index)))`;

/** A request; its id is the grantee's head after asking. */
export type ConsentRequest = {
  id: Hex;
  grantee: Address;
  subject: Address;
  note: Hex;
  at: number;
  state: "open" | "granted" | "declined";
  declinedNote: Hex | null;
  muted: boolean;
  tx: Hex;
  /** Whether request, decline and mute are final, and each consent that grants it. */
  final: boolean;
};

/** Requests to a subject or by a grantee, newest first. Granted: the subject granted that grantee something since. */
export async function listRequests(
  db: Queryable,
  options: { subject: Address | null; grantee: Address | null; after: [number, string] | null; limit: number },
): Promise<ConsentRequest[]> {
  const { subject, grantee, after, limit } = options;
  return db.query<ConsentRequest>(
    `select r.key as id, r.grantee, r.subject, r.note, r.at, r.declined_note as "declinedNote", r.tx,
       case when r.declined_at is not null then 'declined'
            when exists (select 1 from consents c where ${grantsRequest}) then 'granted'
            else 'open' end as state,
       coalesce(m.muted, false) as muted,
       ${isFinal("requests", "r.key")} and ${isFinal("mutes", "r.subject || '|' || r.grantee")} and (r.declined_at is not null
         or not exists (select 1 from consents c where ${grantsRequest} and not ${isFinal("consents", "c.key")})) as final
     from requests r left join mutes m on m.subject = r.subject and m.grantee = r.grantee
     where ($1::text is null or r.subject = $1) and ($2::text is null or r.grantee = $2)
       and ($3::bigint is null or (r.at, r.key) < ($3, $4))
     order by r.at desc, r.key desc limit $5`,
    [subject, grantee, after?.[0] ?? null, after?.[1] ?? null, limit],
  );
}
