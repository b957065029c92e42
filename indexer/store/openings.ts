// Openings and cards: what acts commit to and IPFS holds. An opening stays wrapped to the gateway; a card is public.

import type { Address, Hex } from "viem";
import type { Card } from "#protocol/providers/index.ts";
import { notify } from "./database.ts";
import type { Queryable } from "./database.ts";
import { foldText, foldWords } from "./fold-text.ts";

/** A consent whose opening is not held yet. */
export type WantedOpening = { subject: Address; grantee: Address; scope: Hex; capsule: Hex; tries: number };

const wantedColumns = "c.subject, c.grantee, c.scope, c.capsule";
/** What an act names where there is nothing to fetch. */
const NOTHING = "'0x' || repeat('0', 64)";

/** Consents changed in block `since` or later whose capsule was never looked for, newest first. */
export async function listUnseenOpenings(
  db: Queryable,
  { since, limit }: { since: number; limit: number },
): Promise<WantedOpening[]> {
  return db.query<WantedOpening>(
    `select ${wantedColumns}, 0 as tries from consents c left join openings o on o.key = c.key
     where c.block >= $1 and c.capsule is not null and c.capsule <> ${NOTHING}
       and (o.key is null or (o.state <> 'held' and o.capsule <> c.capsule))
     order by c.block desc, c.log_index desc limit $2`,
    [since, limit],
  );
}

/** Consents whose capsule was missing and may be looked for again, those first that have waited longest. */
export async function listMissingOpenings(
  db: Queryable,
  { now, limit }: { now: number; limit: number },
): Promise<WantedOpening[]> {
  return db.query<WantedOpening>(
    `select ${wantedColumns}, o.tries from openings o join consents c on c.key = o.key
     where o.state = 'missing' and o.next_try <= $1 and o.capsule = c.capsule and c.capsule <> ${NOTHING}
     order by o.next_try limit $2`,
    [now, limit],
  );
}

/** Notes what came of fetching a capsule. */
export async function writeOpening(
  db: Queryable,
  opening: {
    subject: Address;
    grantee: Address;
    scope: Hex;
    capsule: Hex;
    state: "held" | "missing" | "refused";
    reason: string | null;
    box: Uint8Array | null;
    tries: number;
    nextTry: number;
  },
): Promise<void> {
  const { subject, grantee, scope, capsule, state, reason, box, tries, nextTry } = opening;
  await db.query(
    `insert into openings (key, subject, grantee, scope, capsule, state, reason, box, tries, next_try)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
     on conflict (key) do update set capsule = $5, state = $6, reason = $7, box = $8, tries = $9, next_try = $10`,
    [`${subject}|${grantee}|${scope}`, subject, grantee, scope, capsule, state, reason, box, tries, nextTry],
  );
}

/** The wrapped opening of a consent; null when its capsule was not looked for yet. */
export async function readOpening(
  db: Queryable,
  { subject, grantee, scope }: { subject: Address; grantee: Address; scope: Hex },
): Promise<{ state: "held" | "missing" | "refused"; reason: string | null; box: Uint8Array | null } | null> {
  const [row] = await db.query<{
    state: "held" | "missing" | "refused";
    reason: string | null;
    box: Uint8Array | null;
  }>("select state, reason, box from openings where key = $1", [`${subject}|${grantee}|${scope}`]);
  return row ?? null;
}

/** Digests of cards on the registry that were never looked for. */
export async function listUnseenCards(
  db: Queryable,
  { limit }: { limit: number },
): Promise<{ digest: Hex; tries: number }[]> {
  return db.query<{ digest: Hex; tries: number }>(
    `select distinct c.card as digest, 0 as tries from credentials c left join cards k on k.digest = c.card
     where c.card is not null and c.card <> ${NOTHING} and k.digest is null limit $1`,
    [limit],
  );
}

/** Digests of cards on the registry that were missing and may be looked for again, those first that have waited longest. */
export async function listMissingCards(
  db: Queryable,
  { now, limit }: { now: number; limit: number },
): Promise<{ digest: Hex; tries: number }[]> {
  return db.query<{ digest: Hex; tries: number }>(
    `select k.digest, k.tries from cards k
     where k.state = 'missing' and k.next_try <= $1 and exists (select 1 from credentials c where c.card = k.digest)
     order by k.next_try limit $2`,
    [now, limit],
  );
}

/** Notes a card: its words when it is held, else when to look again. */
export async function writeCard(
  db: Queryable,
  card: {
    digest: Hex;
    state: "held" | "missing" | "refused";
    body: Card | null;
    tries: number;
    nextTry: number;
  },
): Promise<void> {
  const { digest, state, body, tries, nextTry } = card;
  await db.query(
    `insert into cards (digest, state, name, specialty, place, body, search, tries, next_try, name_folded, place_folded)
     values ($1, $2, $3, $4, $5, $6::jsonb, to_tsvector('simple', $7), $8, $9, $10, $11)
     on conflict (digest) do update set state = $2, name = $3, specialty = $4, place = $5, body = $6::jsonb,
       search = to_tsvector('simple', $7), tries = $8, next_try = $9, name_folded = $10, place_folded = $11`,
    [
      digest,
      state,
      body?.name ?? null,
      body?.specialty ?? null,
      body?.place ?? null,
      body === null ? null : JSON.stringify(body),
      body === null ? "" : foldWords(`${body.name} ${body.specialty} ${body.place}`).join(" "),
      tries,
      nextTry,
      body === null ? null : foldText(body.name),
      body === null ? null : foldText(body.place),
    ],
  );
}

/** Has what was looked for in vain looked for again, now that a block of this digest came. */
export async function wakeWanted(db: Queryable, digest: Hex): Promise<void> {
  const openings = await db.query(
    "update openings set tries = 0, next_try = 0 where state = 'missing' and capsule = $1 returning key",
    [digest],
  );
  const cards = await db.query(
    "update cards set tries = 0, next_try = 0 where state = 'missing' and digest = $1 returning digest",
    [digest],
  );
  if (openings.length + cards.length > 0) await notify(db, "act");
}

/** Whether a block of this digest is a card on the registry: those are public. */
export async function isCard(db: Queryable, digest: Hex): Promise<boolean> {
  return (await db.query("select 1 from credentials where card = $1 limit 1", [digest])).length > 0;
}
