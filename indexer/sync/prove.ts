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
import type { Accounts, Doubt } from "./doubts.ts";
import type { Known } from "./known.ts";
import type { BlockName, Source } from "./source.ts";

/** Accounts that acted since the last block at which everything was seen equal to the contracts. */
export type Unproven = Map<ContractName, Set<Address>>;

/** The accounts that acted after block `proven`, as the stored acts tell. */
export async function readUnproven(database: Database, proven: number): Promise<Unproven> {
  const unproven: Unproven = new Map();
  for (const contract of contractNames)
    unproven.set(contract, new Set(await listAccountsSince(database, { contract, block: proven })));
  return unproven;
}

/** What a contract says at a batch's last block: the heads of the accounts that acted in the batch, in their order, and the roll. */
export type Word = { heads: Hex[]; roll: Hex };

/** Each contract's word on a batch, as far as the batch has acts of it. */
export type Words = ReadonlyMap<ContractName, Promise<Word>>;

/** Asks for the contracts' word on a batch before it is to be proven, so that storing the one before it takes the time. */
export function askAhead(batch: Batch, { deployment, source }: { deployment: Deployment; source: Source }): Words {
  const words = new Map<ContractName, Promise<Word>>();
  const last = batch.headers.at(-1);
  if (last === undefined) return words;
  const block = { number: last.number, hash: last.hash };
  for (const { contract, heads } of batch.ends) {
    const word = askContract({ address: addressOf(deployment, contract), asked: [...heads.keys()], block, source });
    // It may fail before anybody waits for it; whoever proves the batch meets the error.
    word.catch(() => undefined);
    words.set(contract, word);
  }
  return words;
}

/** What a batch is proven with. */
export type ProofContext = {
  deployment: Deployment;
  database: Database;
  source: Source;
  /** What is known not to add up, by `brokenKey`. */
  broken: ReadonlySet<string>;
  unproven: Unproven;
  accounts: Accounts;
  /** What this process itself stored since the index was empty, while it is filled; null: the database is asked. */
  known: Known | null;
  /** What was asked about the batch already. */
  words: Words;
  /** Blocks of the batch whose logs may not all have come. */
  doubts: readonly Doubt[];
  /**
   * Whether every account is asked for, and not those alone that the batch is about: `as-new` where all of them were seen
   * equal just before the batch, so that whatever differs is the batch's fault.
   */
  everyone: "no" | "as-new" | "as-stored";
};

/**
 * Holds a batch against the contracts at its last block: the accounts that acted in it, those that its blocks' blooms put
 * in doubt, and what is unproven from before. True: all is equal. False: the node has no such state any more, and these
 * accounts were added to `unproven`. Throws a mismatch (see batch.ts) naming what differs.
 */
export async function proveBatch(batch: Batch, context: ProofContext): Promise<boolean> {
  const last = batch.headers.at(-1);
  if (last === undefined) return true;
  const { deployment, database, source, known, words, broken, unproven, accounts, everyone } = context;
  const block = { number: last.number, hash: last.hash };
  const fresh: Mismatch[] = [];
  const stored: Mismatch[] = [];
  let gone = false;
  for (const contract of contractNames) {
    const end = batch.ends.find((each) => each.contract === contract);
    const blooms = context.doubts.filter((doubt) => doubt.contract === contract).map((doubt) => doubt.bloom);
    const acted = new Set(end?.heads.keys());
    const doubted = new Set((await accounts.spokenOf(contract, blooms)).filter((account) => !acted.has(account)));
    const before = unproven.get(contract) ?? new Set();
    const asBefore = [...before, ...(everyone === "no" ? [] : await accounts.all(contract))];
    const earlier = new Set(asBefore.filter((account) => !acted.has(account) && !doubted.has(account)));
    if (acted.size + blooms.length + earlier.size === 0) continue;
    const asked = [...acted, ...doubted, ...earlier];
    try {
      // What the accounts of the batch fold to is in hand.
      const others = asked.filter((account) => !acted.has(account));
      const told = await hearContract(await words.get(contract), {
        address: addressOf(deployment, contract),
        asked: others,
        block,
        source,
      });
      const expected = await readExpected({ database, known }, { contract, accounts: others, block: batch.ancestor });
      for (const [account, head] of end?.heads ?? []) expected.set(account, head);
      const differ = (account: Address | null, list: Mismatch[], message: string) => {
        if (!broken.has(brokenKey(contract, account))) list.push({ contract, account, block: last.number, message });
      };
      asked.forEach((account, at) => {
        const head = expected.get(account) ?? ZERO_WORD;
        if (told.heads[at] === head) return;
        const message = `The acts of ${account} up to block ${last.number} fold to head ${head}, the contract says ${told.heads[at]}.`;
        const isOld = earlier.has(account) && (before.has(account) || everyone !== "as-new");
        differ(account, isOld ? stored : fresh, message);
      });
      const roll =
        end?.roll.value ?? (await readLastRoll(database, { contract, block: batch.ancestor }))?.roll ?? ZERO_WORD;
      if (told.roll !== roll) {
        const message = `The accounts up to block ${last.number} fold to roll ${roll}, the contract says ${told.roll}.`;
        differ(null, acted.size + blooms.length > 0 || everyone === "as-new" ? fresh : stored, message);
      }
    } catch (error) {
      if (!isTrouble(error, "state-gone")) throw error;
      gone = true;
      const kept = unproven.get(contract) ?? new Set();
      for (const account of [...acted, ...doubted]) kept.add(account);
      unproven.set(contract, kept);
    }
  }
  throwMismatches(fresh);
  throwMismatches(stored, true);
  return !gone;
}

type Question = { address: Address; asked: readonly Address[]; block: BlockName; source: Source };

/** A contract's word on a batch, where it has acts of that contract, with its word on others behind it. */
async function hearContract(word: Word | undefined, question: Question): Promise<Word> {
  if (word !== undefined && question.asked.length === 0) return word;
  const { heads, roll } = await askContract(question);
  return { heads: [...(word?.heads ?? []), ...heads], roll };
}

async function askContract({ address, asked, block, source }: Question): Promise<Word> {
  const [heads, roll] = await Promise.all([
    source.readHeads({ contract: address, accounts: asked, block }),
    source.readRoll({ contract: address, block }),
  ]);
  return { heads, roll };
}

async function readExpected(
  { database, known }: { database: Database; known: Known | null },
  at: { contract: ContractName; accounts: readonly Address[]; block: number },
): Promise<Map<Address, Hex>> {
  const expected = new Map<Address, Hex>();
  const remembered = known?.block() === at.block ? known : null;
  const asked: Address[] = [];
  for (const account of at.accounts) {
    const state = remembered?.account(at.contract, account);
    if (state !== undefined) expected.set(account, state.head);
    else if (remembered?.isAll() !== true) asked.push(account);
  }
  const rows = asked.length === 0 ? [] : await readLastHeads(database, { ...at, accounts: asked });
  for (const { account, head } of rows) expected.set(account, head);
  return expected;
}
