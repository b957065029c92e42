// From a stretch of the chain to what will be stored: logs split into acts and others, folded onto the stored heads, and
// held against what the contracts themselves say. Nothing is stored that does not add up to the contract's own heads.

import type { Address, Hex } from "viem";
import { Failure } from "#protocol/failure.ts";
import { ZERO_WORD, decodeLog, foldHead, foldRoll, splitLog } from "#protocol/history/index.ts";
import type { LedgerAct, RawLog } from "#protocol/history/index.ts";
import type { Chain } from "../chain.ts";
import { readLastHeads, readLastRoll } from "../store/acts.ts";
import type { Database } from "../store/database.ts";
import type { Header, Source, Stretch } from "./source.ts";

/** The two contracts' names in the index. */
export const contractNames = ["ledger", "providerRegistry"] as const;
/** One of the two contracts. */
export type ContractName = (typeof contractNames)[number];

type SplitLog = ReturnType<typeof splitLog>;

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
};

/** A place where the index and the contracts do not agree. */
export type Mismatch = { contract: ContractName; account: Address | null; block: number; message: string };

/** Thrown when a batch does not add up: it names what differs. */
export function isMismatch(error: unknown): error is Failure & { mismatches: Mismatch[] } {
  return error instanceof Failure && error.reason === "history-mismatch";
}

/** What a batch is made with. */
export type BatchContext = {
  ancestor: number;
  chain: Chain;
  database: Database;
  source: Source;
  /** What is known not to add up, by `brokenKey`. */
  broken: ReadonlySet<string>;
};

/**
 * Folds a stretch that follows block `ancestor` and checks the result against the contracts. Accounts in `broken` are known
 * not to add up (their stored history was altered): for them the contract's own head is the base, and nothing is gated.
 */
export async function makeBatch(stretch: Stretch, context: BatchContext): Promise<Batch> {
  const batch: Batch = { ancestor: context.ancestor, headers: stretch.headers, acts: [], rawLogs: [], joined: [] };
  const times = new Map(stretch.headers.map((header) => [header.number, header.time]));
  const last = stretch.headers.at(-1);
  if (last === undefined) return batch;
  const mismatches: Mismatch[] = [];
  for (const contract of contractNames) {
    const address = contract === "ledger" ? context.chain.deployment.ledger : context.chain.deployment.providerRegistry;
    const logs = stretch.logs.filter((log) => log.address === address);
    const entries: { log: RawLog; parts: SplitLog }[] = [];
    for (const log of logs) {
      const parts = trySplit(log);
      if (parts === null) batch.rawLogs.push(log);
      else entries.push({ log, parts });
    }
    if (entries.length === 0) continue;
    const accounts = [...new Set(entries.map(({ parts }) => parts.account))];
    const { heads, counts, roll } = await readBase({ contract, address, accounts }, context);
    const joined: RollEntry[] = [];
    const differ = (account: Address | null, block: number, message: string) => {
      if (!context.broken.has(brokenKey(contract, account))) mismatches.push({ contract, account, block, message });
    };
    for (const { log, parts } of entries) {
      const block = Number(log.blockNumber);
      const before = heads.get(parts.account) ?? ZERO_WORD;
      if (foldHead(before, log) !== parts.head) {
        differ(
          parts.account,
          block,
          `Log ${log.logIndex} of block ${block} does not continue the history of ${parts.account}: something before it is missing or was altered.`,
        );
      }
      if (parts.stamp.number !== block || parts.stamp.time !== times.get(block)) {
        differ(parts.account, block, `Log ${log.logIndex} of block ${block} carries another block's time or number.`);
      }
      if (!heads.has(parts.account)) {
        roll.value = foldRoll(roll.value, parts.account);
        joined.push({ account: parts.account, place: ++roll.place, roll: roll.value });
      }
      const index = counts.get(parts.account) ?? 0;
      batch.acts.push({ act: decodeLog(log, { contract, headBefore: before, index }), index });
      heads.set(parts.account, parts.head);
      counts.set(parts.account, index + 1);
    }
    batch.joined.push({ contract, entries: joined });
    const told = await context.source.readHeads({ contract: address, accounts, block: last.number });
    accounts.forEach((account, at) => {
      if (told[at] !== heads.get(account)) {
        differ(
          account,
          last.number,
          `The acts of ${account} up to block ${last.number} fold to head ${heads.get(account)}, the contract says ${told[at]}.`,
        );
      }
    });
    const toldRoll =
      joined.length === 0 ? roll.value : await context.source.readRoll({ contract: address, block: last.number });
    if (toldRoll !== roll.value) {
      differ(
        null,
        last.number,
        `The accounts up to block ${last.number} fold to roll ${roll.value}, the contract says ${toldRoll}.`,
      );
    }
  }
  if (mismatches.length > 0) {
    const message = mismatches.map((each) => each.message).join(" ");
    throw Object.assign(new Failure("tampered", message, { reason: "history-mismatch" }), { mismatches });
  }
  batch.acts.sort((a, b) => Number(a.act.block) - Number(b.act.block) || a.act.logIndex - b.act.logIndex);
  return batch;
}

/** A log that carries no head is no act (OpenZeppelin's own events have no data): null for it. */
function trySplit(log: RawLog): SplitLog | null {
  try {
    return splitLog(log);
  } catch {
    return null;
  }
}

/** What the stored acts fold to at the ancestor, for these accounts; for a broken one, what the contract says. */
async function readBase(
  { contract, address, accounts }: { contract: ContractName; address: Address; accounts: Address[] },
  { ancestor, database, source, broken }: BatchContext,
): Promise<{ heads: Map<Address, Hex>; counts: Map<Address, number>; roll: { value: Hex; place: number } }> {
  const stored = await readLastHeads(database, { contract, accounts, block: ancestor });
  const heads = new Map(stored.map((row) => [row.account, row.head]));
  const counts = new Map(stored.map((row) => [row.account, row.acts]));
  const damaged = accounts.filter((account) => broken.has(brokenKey(contract, account)));
  const told = await source.readHeads({ contract: address, accounts: damaged, block: Math.max(0, ancestor) });
  damaged.forEach((account, at) => heads.set(account, told[at] ?? ZERO_WORD));
  const last = await readLastRoll(database, { contract, block: ancestor });
  return { heads, counts, roll: { value: last?.roll ?? ZERO_WORD, place: last?.place ?? -1 } };
}

/** Names an account of a contract (or its roll) in the set of what is known not to add up. */
export function brokenKey(contract: ContractName, account: string | null): string {
  return `${contract} ${account ?? "roll"}`;
}
