// What accounts and rolls fold to at the last block that was made into a batch, kept in memory while batches follow each
// other. Rule: it only ever holds what a batch of this process ended with; whenever a batch is thrown away all of it is
// forgotten, and the database says again where things stand.

import type { Address, Hex } from "viem";
import type { Batch, ContractName } from "./batch.ts";

/** Where an account stands: its head, and how many acts it has. */
export type AccountState = { head: Hex; acts: number };

/** A roll, and the place of the account that joined last (-1: nobody did). */
export type RollState = { value: Hex; place: number };

/** What is known of both contracts at one block. */
export type Known = {
  /** The block that it is known for; null when nothing is known. */
  block(): number | null;
  account(contract: ContractName, account: Address): AccountState | undefined;
  /** Whether nobody else has ever acted: whoever is not known then is new. */
  isAll(): boolean;
  roll(contract: ContractName): RollState | undefined;
  /** Goes on to where a batch ends that begins at what is known; anything else is forgotten first. */
  advance(batch: Batch): void;
  /** From here on, at a block before which nobody acted. */
  begin(block: number): void;
  forget(): void;
};

/** More accounts than this are not kept: a quarter of a kilobyte each. */
const MOST_ACCOUNTS = 50_000;

/** Begins with nothing known. */
export function createKnown(): Known {
  const accounts = new Map<string, Map<Address, AccountState>>();
  const rolls = new Map<ContractName, RollState>();
  let block: number | null = null;
  let all = false;

  function forget(): void {
    all = false;
    accounts.clear();
    rolls.clear();
    block = null;
  }

  return {
    block: () => block,
    account: (contract, account) => accounts.get(contract)?.get(account),
    roll: (contract) => rolls.get(contract),
    isAll: () => all,
    advance(batch) {
      const last = batch.headers.at(-1);
      if (last === undefined) return;
      if (block !== batch.ancestor) forget();
      for (const { contract, heads, counts, roll } of batch.ends) {
        let own = accounts.get(contract) ?? new Map<Address, AccountState>();
        if (own.size > MOST_ACCOUNTS) {
          own = new Map();
          all = false;
        }
        accounts.set(contract, own);
        for (const [account, head] of heads) own.set(account, { head, acts: counts.get(account) ?? 0 });
        rolls.set(contract, roll);
      }
      block = last.number;
    },
    begin(at) {
      forget();
      block = at;
      all = true;
    },
    forget,
  };
}
