// From a stretch of the chain to what will be stored: logs split into acts and others, and folded onto the stored heads.
// Rule: nothing here asks the chain but for accounts whose stored history is known to be damaged; prove.ts holds the
// result against the contracts.

import { setImmediate } from "node:timers/promises";
import type { Address, Hex } from "viem";
import { Failure, isFailure } from "#protocol/failure.ts";
import { ZERO_WORD, decodeAct, foldRoll, foldSplit, splitHexLog } from "#protocol/history/index.ts";
import type { LedgerAct, RawLog } from "#protocol/history/index.ts";
import type { Deployment } from "../chain.ts";
import { readLastHeads, readLastRoll } from "../store/acts.ts";
import type { Database } from "../store/database.ts";
import { isTrouble } from "../rpc/index.ts";
import type { AccountState, Known, RollState } from "./known.ts";
import type { BlockName, Header, Source, Stretch } from "./source.ts";

/** The two contracts' names in the index. */
export const contractNames = ["ledger", "providerRegistry"] as const;
/** One of the two contracts. */
export type ContractName = (typeof contractNames)[number];

/** So many logs are worked on at a time, a millisecond: in between, requests are answered and the database is told the next thing. */
const SLICE = 50;

type SplitLog = NonNullable<ReturnType<typeof splitHexLog>>;

/** One act of a batch: its place in its account's history counts from zero over all blocks. */
export type BatchAct = { act: LedgerAct; index: number };

/** A new entry of the roll. */
export type RollEntry = { account: Address; place: number; roll: Hex };

/** What one transaction will store: everything above `ancestor` up to the last header. */
export type Batch = {
  ancestor: number;
  headers: Header[];
  acts: BatchAct[];
  rawLogs: RawLog[];
  joined: { contract: ContractName; entries: RollEntry[] }[];
  /** Where the batch leaves each contract: the heads of the accounts that acted in it, and the roll. */
  ends: { contract: ContractName; heads: Map<Address, Hex>; counts: Map<Address, number>; roll: RollState }[];
};

/** A place where the index and the contracts do not agree. */
export type Mismatch = { contract: ContractName; account: Address | null; block: number; message: string };

/** Thrown when a batch does not add up: it names what differs. */
export function isMismatch(error: unknown): error is Failure & { mismatches: Mismatch[]; stored: boolean } {
  return isFailure(error, "tampered") && error.reason === "history-mismatch";
}

/** Throws what `isMismatch` knows, when there is anything to throw; `stored`: what differs is in the database already. */
export function throwMismatches(mismatches: Mismatch[], stored = false): void {
  if (mismatches.length === 0) return;
  const message = mismatches
    .slice(0, 20)
    .map((each) => each.message)
    .join(" ");
  throw Object.assign(new Failure("tampered", message, { reason: "history-mismatch" }), { mismatches, stored });
}

/** What a batch is made with. */
export type BatchContext = {
  /** The block that the stretch follows; its hash is the first header's parent. */
  ancestor: number;
  deployment: Deployment;
  database: Database;
  source: Source;
  /** What the batches before this one ended with, the one included that is being stored at this moment. */
  known: Known;
  /** What is known not to add up, by `brokenKey`. */
  broken: ReadonlySet<string>;
};

/** The address of one of the two contracts. */
export function addressOf(deployment: Deployment, contract: ContractName): Address {
  return deployment[contract];
}

/**
 * Folds a stretch that follows block `ancestor`; throws a mismatch when a log does not continue what is stored. Accounts
 * in `broken` are known not to add up (their stored history was altered): for them the contract's own head is the base,
 * and nothing is gated.
 */
export async function makeBatch(stretch: Stretch, context: BatchContext): Promise<Batch> {
  const batch: Batch = {
    ancestor: context.ancestor,
    headers: stretch.headers,
    acts: [],
    rawLogs: [],
    joined: [],
    ends: [],
  };
  const first = stretch.headers[0];
  if (first === undefined) return batch;
  const mismatches: Mismatch[] = [];
  for (const contract of contractNames) {
    const address = addressOf(context.deployment, contract);
    const entries: { log: RawLog; parts: SplitLog }[] = [];
    let at = 0;
    for (const log of stretch.logs) {
      if (++at % SLICE === 0) await setImmediate();
      if (log.address !== address) continue;
      // A log that carries no head is no act (OpenZeppelin's own events have no data).
      const parts = splitHexLog(log);
      if (parts === null) batch.rawLogs.push(log);
      else entries.push({ log, parts });
    }
    if (entries.length === 0) continue;
    const accounts = [...new Set(entries.map(({ parts }) => parts.account))];
    const base = { number: context.ancestor, hash: first.parentHash };
    const { heads, counts, roll } = await readBase({ contract, address, accounts, base }, context);
    const joined: RollEntry[] = [];
    const differ = (account: Address, block: number, message: string) => {
      if (!context.broken.has(brokenKey(contract, account))) mismatches.push({ contract, account, block, message });
    };
    at = 0;
    for (const { log, parts } of entries) {
      if (++at % SLICE === 0) await setImmediate();
      const block = Number(log.blockNumber);
      const before = heads.get(parts.account) ?? ZERO_WORD;
      if (foldSplit(before, log, parts) !== parts.head) {
        differ(
          parts.account,
          block,
          `Log ${log.logIndex} of block ${block} does not continue the history of ${parts.account}: something before it is missing or was altered.`,
        );
      }
      if (parts.stamp.number !== block || parts.stamp.time !== stretch.headers[block - first.number]?.time) {
        differ(parts.account, block, `Log ${log.logIndex} of block ${block} carries another block's time or number.`);
      }
      if (!heads.has(parts.account)) {
        roll.value = foldRoll(roll.value, parts.account);
        joined.push({ account: parts.account, place: ++roll.place, roll: roll.value });
      }
      const index = counts.get(parts.account) ?? 0;
      const { account, head: headAfter, stamp } = parts;
      batch.acts.push({
        act: decodeAct({ log, account, index, headBefore: before, headAfter, stamp }, contract),
        index,
      });
      heads.set(parts.account, parts.head);
      counts.set(parts.account, index + 1);
    }
    batch.joined.push({ contract, entries: joined });
    batch.ends.push({ contract, heads, counts, roll });
  }
  throwMismatches(mismatches);
  batch.acts.sort((a, b) => a.act.block - b.act.block || a.act.logIndex - b.act.logIndex);
  return batch;
}

/** What the stored acts fold to at the ancestor, for these accounts; for a broken one, what the contract says. */
async function readBase(
  at: { contract: ContractName; address: Address; accounts: Address[]; base: BlockName },
  { ancestor, database, source, known, broken }: BatchContext,
): Promise<{ heads: Map<Address, Hex>; counts: Map<Address, number>; roll: RollState }> {
  const { contract, address, accounts, base } = at;
  const heads = new Map<Address, Hex>();
  const counts = new Map<Address, number>();
  const take = (account: Address, state: AccountState) => {
    heads.set(account, state.head);
    counts.set(account, state.acts);
  };
  const isKnown = known.block() === ancestor;
  const asked: Address[] = [];
  for (const account of accounts) {
    const state = isKnown ? known.account(contract, account) : undefined;
    if (state !== undefined) take(account, state);
    else if (!isKnown || !known.isAll()) asked.push(account);
  }
  for (const row of asked.length === 0
    ? []
    : await readLastHeads(database, { contract, accounts: asked, block: ancestor }))
    take(row.account, row);
  const damaged = accounts.filter((account) => broken.has(brokenKey(contract, account)));
  const told = await source
    .readHeads({ contract: address, accounts: damaged, block: base })
    .catch((error: unknown): Hex[] => {
      if (isTrouble(error, "state-gone")) return [];
      throw error;
    });
  damaged.forEach((account, at) => heads.set(account, told[at] ?? heads.get(account) ?? ZERO_WORD));
  const roll = isKnown ? known.roll(contract) : undefined;
  if (roll !== undefined) return { heads, counts, roll: { ...roll } };
  const last = await readLastRoll(database, { contract, block: ancestor });
  return { heads, counts, roll: { value: last?.roll ?? ZERO_WORD, place: last?.place ?? -1 } };
}

/** Names an account of a contract (or its roll) in the set of what is known not to add up. */
export function brokenKey(contract: ContractName, account: string | null): string {
  return `${contract} ${account ?? "roll"}`;
}
