// The audit trail's rows.

import type { Address, Hex } from "viem";
import { createConditions, pageSize } from "./conditions.ts";
import type { Queryable } from "./database.ts";
import { isFinal } from "./final.ts";
import { jsonObject, readJson } from "./json-text.ts";

/** One act as it is stored: protocol's TrailRow, column for column. */
export type ActRow = {
  contract: "ledger" | "providerRegistry";
  address: Address;
  block: number;
  blockHash: Hex;
  time: number;
  tx: Hex;
  logIndex: number;
  account: Address;
  index: number;
  act: string;
  args: Record<string, unknown>;
  headBefore: Hex;
  headAfter: Hex;
  topics: Hex[];
  data: Hex;
};

/** The columns of an act, from a table or join that calls it `a`. */
export const actColumns = `a.contract, a.address, a.block, a.block_hash as "blockHash", a.time, a.tx, a.log_index as "logIndex", a.account,
  a."index", a.act, a.args, a.head_before as "headBefore", a.head_after as "headAfter", a.topics, a.data`;

/** A place in the chain: block number and log index. */
export type Place = readonly [block: number, logIndex: number];

/** Which acts to list. */
export type ActFilter = {
  party: Address | null;
  account: Address | null;
  act: string | null;
  from: number | null;
  to: number | null;
  after: Place | null;
  newestFirst: boolean;
  limit: number;
};

/** Acts in the chain's order (or against it): those that name `party` (null: everybody's, for an auditor) and match the filters. */
export async function listActs(db: Queryable, filter: ActFilter): Promise<ActRow[]> {
  return listPlaced<ActRow>(db, { filter, columns: actColumns, ...actsOf(filter) });
}

/** The same acts as JSON, each with `final` (its block is at most `finalized`) and with `mark` null. */
export async function listActTexts(
  db: Queryable,
  { finalized, ...filter }: ActFilter & { finalized: number },
): Promise<string[]> {
  const { sql, values } = writePlaced({ filter, columns: jsonColumn, values: [finalized], ...actsOf(filter) });
  return (await readJson(db, sql, values)).slice(0, filter.limit);
}

// An ActRow as it is answered. What the chain and this program made is made of words; its args are JSON.
const jsonColumn = `${jsonObject({
  contract: { sql: "a.contract", as: "word" },
  address: { sql: "a.address", as: "word" },
  block: { sql: "a.block", as: "number" },
  blockHash: { sql: "a.block_hash", as: "word" },
  time: { sql: "a.time", as: "number" },
  tx: { sql: "a.tx", as: "word" },
  logIndex: { sql: "a.log_index", as: "number" },
  account: { sql: "a.account", as: "word" },
  index: { sql: `a."index"`, as: "number" },
  act: { sql: "a.act", as: "text" },
  args: { sql: "a.args", as: "json" },
  headBefore: { sql: "a.head_before", as: "word" },
  headAfter: { sql: "a.head_after", as: "word" },
  topics: { sql: "a.topics", as: "words" },
  data: { sql: "a.data", as: "word" },
  final: { sql: "a.block <= $1::bigint", as: "boolean" },
  mark: { sql: "'null'", as: "json" },
})} as json`;

function actsOf({ party }: ActFilter): { source: string; place: readonly [string, string] } {
  if (party === null) return { source: "acts a", place: ["a.block", "a.log_index"] };
  return {
    source: "act_parties p join acts a on a.block = p.block and a.log_index = p.log_index",
    place: ["p.block", "p.log_index"],
  };
}

/** What a list of acts is made of; `source`, `columns` and `place` are this folder's own words. */
type Placed = {
  filter: ActFilter;
  columns: string;
  /** What `columns` calls $1, $2 ... */
  values?: readonly unknown[];
  source: string;
  place: readonly [string, string];
  /** What tells two rows of one place apart, and its value in the last row that was listed. */
  tie?: { column: string; after: string | null };
};

/** The rows of a list of acts. */
export async function listPlaced<T extends object>(db: Queryable, list: Placed): Promise<T[]> {
  const { sql, values } = writePlaced(list);
  return (await db.query<T>(sql, values)).slice(0, list.filter.limit);
}

/** The one query behind every list of acts. */
function writePlaced(list: Placed): { sql: string; values: readonly unknown[] } {
  const place = list.tie === undefined ? list.place : [...list.place, list.tie.column];
  const tieAfter = list.tie?.after;
  const { party, account, act, from, to, after, newestFirst, limit } = list.filter;
  const [sign, order] = newestFirst ? ["<", "desc"] : [">", "asc"];
  // Only the conditions that are asked for stand in the statement: a plan made once for all of them would read from the
  // first row to the last.
  const where = createConditions(list.values);
  if (party !== null) where.add((value) => `p.party = ${value(party)}`);
  if (account !== null) where.add((value) => `a.account = ${value(account)}`);
  if (act !== null) where.add((value) => `a.act = ${value(act)}`);
  if (from !== null) where.add((value) => `a.time >= ${value(from)}::bigint`);
  if (to !== null) where.add((value) => `a.time < ${value(to)}::bigint`);
  if (after !== null)
    where.add((value) => {
      const words = [`${value(after[0])}::bigint`, `${value(after[1])}::int`];
      if (list.tie !== undefined) words.push(value(tieAfter ?? ""));
      return `(${place.join(", ")}) ${sign} (${words.join(", ")})`;
    });
  const sql = `select ${list.columns} from ${list.source} ${where.text()}
     order by ${place.map((column) => `${column} ${order}`).join(", ")} limit ${pageSize(limit)}`;
  return { sql, values: where.values };
}

/** Every act of one contract after a place, in the chain's order. */
export async function readActsAfter(
  db: Queryable,
  { contract, after, limit }: { contract: string; after: Place | null; limit: number },
): Promise<ActRow[]> {
  return db.query<ActRow>(
    `select ${actColumns} from acts a where contract = $1 and ($2::bigint is null or (block, log_index) > ($2::bigint, $3::int))
     order by block, log_index limit $4`,
    [contract, after?.[0] ?? null, after?.[1] ?? null, limit],
  );
}

/** The acts of one contract in the blocks `from` to `to`, in the chain's order. */
export async function readActsBetween(
  db: Queryable,
  { contract, from, to }: { contract: string; from: number; to: number },
): Promise<ActRow[]> {
  return db.query<ActRow>(
    `select ${actColumns} from acts a where contract = $1 and block between $2 and $3 order by block, log_index`,
    [contract, from, to],
  );
}

/** How many acts of one contract are stored. */
export async function countActsOf(db: Queryable, contract: string): Promise<number> {
  return (
    (await db.query<{ acts: number }>("select count(*) as acts from acts where contract = $1", [contract]))[0]?.acts ??
    0
  );
}

/** The acts of one consent, oldest first. */
export async function listActsOfConsent(
  db: Queryable,
  { subject, grantee, scope }: { subject: Address; grantee: Address; scope: Hex },
): Promise<ActRow[]> {
  return db.query<ActRow>(
    `select ${actColumns} from acts a
     where account = $1 and contract = 'ledger' and args->>'grantee' = $2 and (args->>'scope' = $3 or args->>'replaced' = $3)
     order by block, log_index`,
    [subject, grantee, scope],
  );
}

/** The last head, number of acts and last place of each given account at or before a block, from the acts themselves. */
export async function readLastHeads(
  db: Queryable,
  { contract, accounts, block }: { contract: string; accounts: readonly Address[]; block: number },
): Promise<{ account: Address; head: Hex; acts: number }[]> {
  // One descent of the index for each account, however long its history is.
  return db.query<{ account: Address; head: Hex; acts: number }>(
    `select w.account, l.head, l.acts from unnest($2::text[]) as w(account) cross join lateral (
       select head_after as head, "index" + 1 as acts from acts
       where account = w.account and contract = $1 and block <= $3 order by block desc, log_index desc limit 1) l`,
    [contract, accounts, block],
  );
}

/** The accounts that acted on a contract after a block. */
export async function listAccountsSince(
  db: Queryable,
  { contract, block }: { contract: string; block: number },
): Promise<Address[]> {
  const rows = await db.query<{ account: Address }>(
    "select distinct account from acts where contract = $1 and block > $2",
    [contract, block],
  );
  return rows.map((row) => row.account);
}

/** The roll of a contract after the last account that joined it at or before a block, and how many had joined. */
export async function readLastRoll(
  db: Queryable,
  { contract, block }: { contract: string; block: number },
): Promise<{ roll: Hex; place: number } | null> {
  const [row] = await db.query<{ roll: Hex; place: number }>(
    `select h.roll, h.place from heads h
     where h.contract = $1 and exists (select 1 from acts a where a.contract = $1 and a.account = h.account and a.block <= $2)
     order by h.place desc limit 1`,
    [contract, block],
  );
  return row ?? null;
}

/** An account on a contract's roll, with its head as the index has it. */
export type RollRow = { account: Address; place: number; head: Hex; acts: number; roll: Hex; final: boolean };

/** Each account that ever acted on a contract, in the order of first acts, with its head and the roll when it joined. */
export async function listRoll(
  db: Queryable,
  { contract, after, limit }: { contract: string; after: number; limit: number },
): Promise<RollRow[]> {
  return db.query<RollRow>(
    `select account, place, head, acts, roll, ${isFinal("heads")} as final from heads
     where contract = $1 and place > $2 order by place limit $3`,
    [contract, after, limit],
  );
}

/** How many acts and raw logs are stored. */
export async function countActs(db: Queryable): Promise<{ acts: number; rawLogs: number; orphans: number }> {
  const [row] = await db.query<{ acts: number; rawLogs: number; orphans: number }>(
    `select (select count(*) from acts) as acts, (select count(*) from raw_logs) as "rawLogs", (select count(*) from orphans) as orphans`,
  );
  return row ?? { acts: 0, rawLogs: 0, orphans: 0 };
}
