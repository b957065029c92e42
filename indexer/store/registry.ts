// What the provider registry says, as the index has it: credentials and cards, members, auditors, registrars.

import type { Address, Hex } from "viem";
import { providerKinds } from "#protocol/codes/index.ts";
import type { Card } from "#protocol/providers/index.ts";
import { createConditions, pageSize } from "./conditions.ts";
import type { Queryable } from "./database.ts";
import { isFinal } from "./final.ts";
import { foldText, foldWords } from "./fold-text.ts";

/** A credential as the registry keeps it; kinds and statuses are #protocol/codes'. */
export type Credential = {
  account: Address;
  status: number;
  kind: number;
  licence: Hex | null;
  card: Hex | null;
  validUntil: number;
  changedAt: number;
  appliedAt: number | null;
  registrar: Address | null;
  final: boolean;
};

/** A provider in the directory: the credential and what its public card says. */
export type Provider = Credential & { words: Card | null };

const credentialColumns = `c.key as account, c.status, c.kind, c.licence, c.card, c.valid_until as "validUntil",
  c.changed_at as "changedAt", c.applied_at as "appliedAt", c.registrar, ${isFinal("credentials", "c.key")} as final`;

/** True when `account` is an auditor at `now`. */
export async function isAuditor(db: Queryable, { account, now }: { account: Address; now: number }): Promise<boolean> {
  const rows = await db.query("select 1 from auditors where key = $1 and appointed and valid_until > $2", [
    account,
    now,
  ]);
  return rows.length > 0;
}

/** True when `account` is a registrar. */
export async function isRegistrar(db: Queryable, account: Address): Promise<boolean> {
  const rows = await db.query("select 1 from registrars where key = $1 and state = 'accepted'", [account]);
  return rows.length > 0;
}

/** True when `account` is a verified organisation at `now`. */
export async function isOrganisation(
  db: Queryable,
  { account, now }: { account: Address; now: number },
): Promise<boolean> {
  const rows = await db.query(
    "select 1 from credentials where key = $1 and status = 2 and kind = 7 and valid_until > $2",
    [account, now],
  );
  return rows.length > 0;
}

/** The credential of one account with its card's words; null when it never applied. */
export async function readProvider(db: Queryable, account: Address): Promise<Provider | null> {
  const [row] = await db.query<Provider>(
    `select ${credentialColumns}, k.body as words from credentials c left join cards k on k.digest = c.card where c.key = $1`,
    [account],
  );
  return row ?? null;
}

/** Providers whose card is known, by name: those that match all the given conditions. */
export async function listProviders(
  db: Queryable,
  options: {
    text: string | null;
    kind: number | null;
    place: string | null;
    verified: boolean;
    now: number;
    after: [string, string] | null;
    limit: number;
  },
): Promise<Provider[]> {
  const { text, kind, place, verified, now, after, limit } = options;
  const words = foldWords(text ?? "");
  const where = createConditions();
  const plain = words.filter((word) => kindsNamed(word).length === 0);
  if (plain.length > 0) where.add((value) => `k.search @@ to_tsquery('simple', ${value(toPrefixQuery(plain))})`);
  // "nurse uppsala": a word that names a kind need not stand on the card as well.
  for (const word of words.filter((each) => !plain.includes(each)))
    where.add(
      (value) =>
        `(c.kind = any(${value(kindsNamed(word))}::int[]) or k.search @@ to_tsquery('simple', ${value(toPrefixQuery([word]))}))`,
    );
  if (kind !== null) where.add((value) => `c.kind = ${value(kind)}`);
  if (place !== null) where.add((value) => `k.place_folded like ${value(`%${escapeLike(foldText(place))}%`)}`);
  if (verified) where.add((value) => `c.status = 2 and c.valid_until > ${value(now)}::bigint`);
  else where.add(() => "c.status in (2, 3)");
  if (after !== null) where.add((value) => `(${sortName}, c.key) > (${value(after[0])}, ${value(after[1])})`);
  const rows = await db.query<Provider>(
    `select ${credentialColumns}, k.body as words
     from credentials c ${words.length === 0 && place === null ? "left " : ""}join cards k on k.digest = c.card
     ${where.text()} order by ${sortName}, c.key limit ${pageSize(limit)}`,
    where.values,
  );
  return rows.slice(0, limit);
}

const sortName = "coalesce(k.name_folded, '')";

/** Words that begin so: "lena car" becomes lena:* & car:*. */
function toPrefixQuery(words: readonly string[]): string {
  return words.map((word) => `${word}:*`).join(" & ");
}

/** The kinds of provider whose name begins with a word of three letters or more. */
function kindsNamed(word: string): number[] {
  return word.length < 3 ? [] : providerKinds.filter(({ id }) => id.startsWith(word)).map(({ code }) => code);
}

function escapeLike(text: string): string {
  return text.replace(/[\\%_]/g, (sign) => `\\${sign}`);
}

/** Every application, newest change first. */
export async function listApplications(
  db: Queryable,
  { status, after, limit }: { status: number | null; after: [number, string] | null; limit: number },
): Promise<Provider[]> {
  return db.query<Provider>(
    `select ${credentialColumns}, k.body as words from credentials c left join cards k on k.digest = c.card
     where c.status > 0 and ($4::int is null or c.status = $4) and ($1::bigint is null or (c.changed_at, c.key) < ($1, $2))
     order by c.changed_at desc, c.key desc limit $3`,
    [after?.[0] ?? null, after?.[1] ?? null, limit, status],
  );
}

/** One membership. Role 0 means no longer a member. */
export type Membership = { organisation: Address; member: Address; role: number; changedAt: number };

/** A part of a list that is sorted by account: what comes after one, and at most so many. */
export type AccountPage = { after: string | null; limit: number };

/** The present members of an organisation, by address: all of them, or a page. */
export async function listMembers(
  db: Queryable,
  organisation: Address,
  page: AccountPage | null = null,
): Promise<(Membership & { final: boolean })[]> {
  return db.query<Membership & { final: boolean }>(
    `select organisation, member, role, changed_at as "changedAt", ${isFinal("members")} as final from members
     where organisation = $1 and role > 0 and ($2::text is null or member > $2) order by member limit $3`,
    [organisation, page?.after ?? null, page?.limit ?? null],
  );
}

/** The organisations of which `member` is a member now and which are verified at `now`, with the member's role. */
export async function listOrganisationsOf(
  db: Queryable,
  { member, now }: { member: Address; now: number },
): Promise<Membership[]> {
  return db.query<Membership>(
    `select m.organisation, m.member, m.role, m.changed_at as "changedAt" from members m join credentials c on c.key = m.organisation
     where m.member = $1 and m.role > 0 and c.status = 2 and c.kind = 7 and c.valid_until > $2 order by m.organisation`,
    [member, now],
  );
}

/** An auditor: until when, and by whom appointed. */
export type Auditor = {
  account: Address;
  validUntil: number;
  appointed: boolean;
  changedAt: number;
  registrar: Address;
  final: boolean;
};

/** Auditors by address, also dismissed ones. */
export async function listAuditors(db: Queryable, { after, limit }: AccountPage): Promise<Auditor[]> {
  return db.query<Auditor>(
    `select key as account, valid_until as "validUntil", appointed, changed_at as "changedAt", registrar,
       ${isFinal("auditors")} as final from auditors
     where $1::text is null or key > $1 order by key limit $2`,
    [after, limit],
  );
}

/** A registrar, or somebody who was proposed as one. */
export type Registrar = {
  account: Address;
  state: "proposed" | "accepted" | "dismissed";
  changedAt: number;
  by: Address | null;
  final: boolean;
};

/** Registrars by address, also proposed and dismissed ones. */
export async function listRegistrars(db: Queryable, { after, limit }: AccountPage): Promise<Registrar[]> {
  return db.query<Registrar>(
    `select key as account, state, changed_at as "changedAt", by, ${isFinal("registrars")} as final from registrars
     where $1::text is null or key > $1 order by key limit $2`,
    [after, limit],
  );
}
