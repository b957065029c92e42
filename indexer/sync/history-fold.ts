// A history folded page by page: what is held in memory is one head and one count for each account, however long the
// history is.

import type { Address, Hex } from "viem";
import { ZERO_WORD, decodeLog, foldHistory, foldRoll, isAct, splitLog } from "#protocol/history/index.ts";
import type { Fold, LedgerAct, RawLog } from "#protocol/history/index.ts";
import type { ContractName } from "./batch.ts";

/** Where an account stands after the pages so far; `place` and `roll` are those of its first act. */
export type AccountEnd = { head: Hex; acts: number; place: number; roll: Hex };

/** A fold that goes on from page to page. */
export type HistoryFold = {
  /** Takes the next logs, in chain order; gives their acts, and what did not fit. */
  take(logs: readonly RawLog[]): { acts: LedgerAct[]; faults: Fold["faults"] };
  ends(): ReadonlyMap<Address, AccountEnd>;
  roll(): Hex;
};

/** Begins a fold before the first act of a contract. */
export function createHistoryFold(contract: ContractName): HistoryFold {
  const ends = new Map<Address, AccountEnd>();
  let roll: Hex = ZERO_WORD;
  return {
    take(logs) {
      // Only the accounts of this page are handed over; one that is not among them is new, and joins the roll.
      const heads = new Map<Address, Hex>();
      const counts = new Map<Address, number>();
      for (const log of logs) {
        const account = accountOf(log);
        const end = account === null ? undefined : ends.get(account);
        if (account === null || end === undefined) continue;
        heads.set(account, end.head);
        counts.set(account, end.acts);
      }
      const known = new Set(heads.keys());
      const fold = foldHistory(logs, { contract, from: { heads, counts, roll, accounts: [...known] } });
      for (const account of fold.accounts.slice(known.size)) {
        roll = foldRoll(roll, account);
        ends.set(account, { head: ZERO_WORD, acts: 0, place: ends.size, roll });
      }
      for (const step of fold.steps) {
        const end = ends.get(step.account);
        if (end !== undefined) {
          end.head = fold.heads.get(step.account) ?? step.headAfter;
          end.acts += 1;
        }
      }
      const acts = fold.steps.map((step) =>
        decodeLog(step.log, { contract, headBefore: step.headBefore, index: step.index }),
      );
      return { acts, faults: fold.faults };
    },
    ends: () => ends,
    roll: () => roll,
  };
}

/** Whose act a log is; null for one that is none (the fold names it). */
function accountOf(log: RawLog): Address | null {
  if (!isAct(log)) return null;
  try {
    return splitLog(log).account;
  } catch {
    return null;
  }
}
