// The contracts' own word on what was folded: heads and roll at a batch's last block, asked by that block's hash. A node
// that no longer has the state of old blocks (a pruned one) cannot say: then the accounts are remembered, and the first
// batch whose state it has answers for all of them. Until then what is stored is folded and linked, and not yet proven.

import type { Address, Hex } from "viem";
import { ZERO_WORD } from "#protocol/history/index.ts";
import type { Deployment } from "../chain.ts";
import { isTrouble } from "../rpc/index.ts";
import { listAccountsSince, readLastHeads, readLastRoll } from "../store/acts.ts";
import type { Database } from "../store/database.ts";
import { addressOf, brokenKey, contractNames, throwMismatches } from "./batch.ts";
import type { Batch, ContractName, Mismatch } from "./batch.ts";
import type { Source } from "./source.ts";

/** Accounts that acted since the last block at which everything was seen equal to the contracts. */
export type Unproven = Map<ContractName, Set<Address>>;

/** The accounts that acted after block `proven`, as the stored acts tell. */
export async function readUnproven(database: Database, proven: number): Promise<Unproven> {
  const unproven: Unproven = new Map();
  for (const contract of contractNames)
    unproven.set(contract, new Set(await listAccountsSince(database, { contract, block: proven })));
  return unproven;
}

/**
 * Holds a batch against the contracts at its last block, together with what is unproven from before. True: all is equal.
 * False: the node has no such state any more, and the batch's accounts were added to `unproven`. Throws a mismatch (see
 * batch.ts) naming what differs.
 */
export async function proveBatch(
  batch: Batch,
  context: {
    deployment: Deployment;
    database: Database;
    source: Source;
    broken: ReadonlySet<string>;
    unproven: Unproven;
  },
): Promise<boolean> {
  const last = batch.headers.at(-1);
  if (last === undefined) return true;
  const { deployment, database, source, broken, unproven } = context;
  const block = { number: last.number, hash: last.hash };
  const mismatches: Mismatch[] = [];
  try {
    for (const contract of contractNames) {
      const end = batch.ends.find((each) => each.contract === contract);
      const earlier = [...(unproven.get(contract) ?? [])].filter((account) => end?.heads.has(account) !== true);
      const accounts = [...(end?.heads.keys() ?? []), ...earlier];
      if (accounts.length === 0) continue;
      const address = addressOf(deployment, contract);
      const stored = await readLastHeads(database, { contract, accounts: earlier, block: batch.ancestor });
      const expected = new Map<Address, Hex>(stored.map((row) => [row.account, row.head]));
      for (const [account, head] of end?.heads ?? []) expected.set(account, head);
      const [told, toldRoll] = await Promise.all([
        source.readHeads({ contract: address, accounts, block }),
        source.readRoll({ contract: address, block }),
      ]);
      const roll = end?.roll ?? (await readLastRoll(database, { contract, block: batch.ancestor }))?.roll ?? ZERO_WORD;
      const differ = (account: Address | null, message: string) => {
        if (!broken.has(brokenKey(contract, account)))
          mismatches.push({ contract, account, block: last.number, message });
      };
      accounts.forEach((account, at) => {
        const head = expected.get(account) ?? ZERO_WORD;
        if (told[at] !== head)
          differ(
            account,
            `The acts of ${account} up to block ${last.number} fold to head ${head}, the contract says ${told[at]}.`,
          );
      });
      if (toldRoll !== roll)
        differ(null, `The accounts up to block ${last.number} fold to roll ${roll}, the contract says ${toldRoll}.`);
    }
  } catch (error) {
    if (!isTrouble(error, "state-gone")) throw error;
    for (const { contract, heads } of batch.ends) {
      const kept = unproven.get(contract) ?? new Set();
      for (const account of heads.keys()) kept.add(account);
      unproven.set(contract, kept);
    }
    return false;
  }
  throwMismatches(mismatches);
  return true;
}
