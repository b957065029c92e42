// The fold: from the logs of one contract to the head of every account and the roll of all. Rule (contracts/modules/
// History.sol): head' = keccak256(head ‖ topics ‖ data without its last word), roll' = keccak256(roll ‖ account), both
// from zero. Whoever lands on what the contract stores has every act, unaltered, in order and in time.

import type { Address, Hex } from "viem";
import { faultAt, type Fault, type FaultContract } from "./fault.ts";
import { hashHex } from "../keccak.ts";
import { bodyOf, isAct, splitLog, ZERO_WORD, type RawLog, type SplitLog, type Stamp } from "./log.ts";

/** The head after one more act. Needs no ABI. Throws Failure("tampered") when the log cannot be an act. */
export function foldHead(previous: Hex, log: Pick<RawLog, "topics" | "data">): Hex {
  return hashHex([previous, ...log.topics, bodyOf(log)]);
}

/** The same for a log that was taken apart already (`splitLog`), so that nothing is looked at twice. */
export function foldSplit(previous: Hex, { topics }: Pick<RawLog, "topics">, { body }: Pick<SplitLog, "body">): Hex {
  return hashHex([previous, ...topics, body]);
}

/** The roll after one more account. */
export function foldRoll(previous: Hex, account: Address): Hex {
  return hashHex([previous, `0x${account.slice(2).padStart(64, "0")}`]);
}

/** One act in the history of its account. */
export type Step = {
  readonly log: RawLog;
  readonly account: Address;
  /** Its place in the account's history, from 0. */
  readonly index: number;
  readonly headBefore: Hex;
  readonly headAfter: Hex;
  readonly stamp: Stamp;
};

/** What a contract's logs fold to. */
export type Fold = {
  readonly contract: FaultContract;
  readonly heads: ReadonlyMap<Address, Hex>;
  readonly roll: Hex;
  /** Accounts in the order of their first acts. */
  readonly accounts: readonly Address[];
  readonly steps: readonly Step[];
  /** What does not fit, in the order in which it was met. Empty for a genuine history. */
  readonly faults: readonly Fault[];
};

/** Where a fold goes on from: the state after earlier logs. */
export type FoldState = {
  readonly heads: ReadonlyMap<Address, Hex>;
  readonly counts?: ReadonlyMap<Address, number>;
  readonly roll: Hex;
  readonly accounts?: readonly Address[];
};

type Account = { head: Hex; count: number; broken: boolean };

/** What is wrong with an act whose own head is not the one that the fold computes. */
function explain(
  log: RawLog,
  parts: SplitLog,
  present: Account,
  known: ReadonlyMap<Hex, number>,
  next?: RawLog,
): Fault["kind"] {
  // Its head follows from another act of this account that was already seen, or is yet to come: the order was changed.
  for (const head of known.keys()) if (head !== present.head && foldHead(head, log) === parts.head) return "reordered";
  // The next act goes on from where this one began: this one was put in.
  if (next !== undefined && foldHead(present.head, next) === splitLog(next).head) return "added";
  // The next act goes on from the head that this one states: that head is real, and the words before it are not; or
  // something before it is missing. The two cannot be told apart without the missing act.
  return "altered";
}

/**
 * Folds the logs of one contract, in the order given (chain order; `compareLogs` sorts). Goes on after a fault from the
 * head that the log states, so that one bad log is named once. Never throws for what a log says.
 */
export function foldHistory(
  logs: readonly RawLog[],
  options: { readonly contract?: FaultContract; readonly from?: FoldState } = {},
): Fold {
  const contract = options.contract ?? "ledger";
  const accounts = [...(options.from?.accounts ?? [])];
  const states = new Map<Address, Account>();
  for (const [account, head] of options.from?.heads ?? []) {
    states.set(account, { head, count: options.from?.counts?.get(account) ?? 0, broken: false });
  }
  let roll = options.from?.roll ?? ZERO_WORD;
  const steps: Step[] = [];
  const faults: Fault[] = [];

  const split: { log: RawLog; parts: SplitLog }[] = [];
  const ofAccount = new Map<Address, { log: RawLog; parts: SplitLog }[]>();
  for (const log of logs.filter(isAct)) {
    try {
      const entry = { log, parts: splitLog(log) };
      split.push(entry);
      const list = ofAccount.get(entry.parts.account) ?? [];
      list.push(entry);
      ofAccount.set(entry.parts.account, list);
    } catch {
      faults.push(faultAt({ kind: "unreadable", contract, log }));
    }
  }
  const statedHeads = new Map<Address, Map<Hex, number>>();
  const headsOf = (account: Address) => {
    const made =
      statedHeads.get(account) ??
      new Map([
        [ZERO_WORD, -1] as const,
        ...(ofAccount.get(account) ?? []).map((e, at) => [e.parts.head, at] as const),
      ]);
    statedHeads.set(account, made);
    return made;
  };
  const places = new Map<Address, number>();

  for (const { log, parts } of split) {
    const { account, stamp } = parts;
    let state = states.get(account);
    if (state === undefined) {
      state = { head: ZERO_WORD, count: 0, broken: false };
      states.set(account, state);
      accounts.push(account);
      roll = foldRoll(roll, account);
    }
    const place = places.get(account) ?? 0;
    places.set(account, place + 1);
    const headBefore = state.head;
    const computed = foldHead(headBefore, log);
    const index = state.count;
    if (computed !== parts.head) {
      const next = ofAccount.get(account)?.[place + 1]?.log;
      const kind = explain(log, parts, state, headsOf(account), next);
      faults.push(faultAt({ kind, contract, account, index, log }));
      // An act that was put in is left out of the chain; from any other the stated head is taken up.
      if (kind !== "added") state.head = parts.head;
    } else {
      state.head = computed;
    }
    if (BigInt(stamp.number) !== log.blockNumber) {
      faults.push(faultAt({ kind: "re-timed", contract, account, index, log }));
    }
    state.count += 1;
    steps.push({ log, account, index, headBefore, headAfter: parts.head, stamp });
  }
  const heads = new Map([...states].map(([account, state]) => [account, state.head]));
  return { contract, heads, roll, accounts, steps, faults };
}
