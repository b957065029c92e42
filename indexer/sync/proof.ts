// How far what is stored was seen equal to the contracts, and whom to ask about next. A batch is proven by the accounts
// that it is about; everybody is asked for where there are few, at the head after large stretches, and there again from
// time to time.

import type { Deployment } from "../chain.ts";
import type { Database } from "../store/database.ts";
import { readProven, writeProven } from "../store/sync-state.ts";
import type { Cursor } from "../store/sync-state.ts";
import { contractNames } from "./batch.ts";
import type { Batch } from "./batch.ts";
import { createAccounts } from "./doubts.ts";
import { proveBatch, readUnproven } from "./prove.ts";
import type { ProofContext, Unproven } from "./prove.ts";
import type { Header, Source } from "./source.ts";

/** The proof of what is stored, batch by batch. */
export type Proof = {
  /** The newest block at which every head was seen equal to the contracts' own; -1 before there is one. */
  block(): number;
  /** Reads where the database stands. */
  reload(options: { isEmpty: boolean }): Promise<void>;
  /** Holds a batch against the contracts, and everybody once what was read in large stretches reaches the head. */
  ofBatch(
    batch: Batch,
    at: Pick<ProofContext, "source" | "doubts" | "known" | "words"> & { atHead: boolean; strict: boolean },
  ): Promise<number>;
  /** A batch is in the database, and seen equal up to block `proven`. */
  stored(batch: Batch, proven: number): void;
  /** Proves what was stored while no node had the state to prove it by, or before a crash. */
  ofStored(at: { cursor: Cursor | null; head: Header | null; source: Source }): Promise<void>;
};

/** So few accounts are all asked for with every stretch: two questions. */
const FEW_ACCOUNTS = 1_400;
/** At the head, every account's head is asked for again after so long. */
const SWEEP_SECONDS = 600;

/** Begins with nothing proven; see `reload`. Accounts in `broken` are known not to add up. */
export function createProof(options: {
  database: Database;
  deployment: Deployment;
  broken: ReadonlySet<string>;
  now: () => number;
}): Proof {
  const { database, deployment, broken, now } = options;
  const accounts = createAccounts(database);
  let proven = -1;
  let unproven: Unproven = new Map();
  // Whether every head was asked for lately, and since the last stretch that was too long to look at block by block.
  let swept = false;
  let sweptAt = 0;

  /** Whether there are so few accounts that all of them can be asked for with every stretch. */
  async function isFew(): Promise<boolean> {
    let count = 0;
    for (const contract of contractNames) count += (await accounts.all(contract)).length;
    return count <= FEW_ACCOUNTS;
  }

  const ofBatch: Proof["ofBatch"] = async (batch, { atHead, strict, ...asking }) => {
    const few = await isFew();
    // What no bloom and no later act gives away (a header that lies with its logs) is found by asking for all of them.
    if (now() - sweptAt > SWEEP_SECONDS) swept = false;
    const isDue = strict ? atHead && !swept : atHead || few;
    const everyone = !isDue ? "no" : swept ? "as-new" : "as-stored";
    const own = { deployment, database, broken, unproven, accounts };
    const all = await proveBatch(batch, { ...own, ...asking, everyone });
    if (!all) {
      swept &&= strict;
      return proven;
    }
    swept = everyone === "no" ? swept && strict : true;
    if (everyone !== "no") sweptAt = now();
    unproven = new Map();
    return batch.headers.at(-1)?.number ?? proven;
  };

  return {
    block: () => proven,
    async reload({ isEmpty }) {
      accounts.forget();
      proven = await readProven(database);
      unproven = isEmpty ? new Map() : await readUnproven(database, proven);
    },
    ofBatch,
    stored(batch, upTo) {
      for (const { contract, entries } of batch.joined)
        accounts.join(
          contract,
          entries.map((entry) => entry.account),
        );
      proven = upTo;
    },
    async ofStored({ cursor, head, source }) {
      if (cursor === null || head === null) return;
      if (proven >= cursor.number && swept && now() - sweptAt <= SWEEP_SECONDS) return;
      const nothing = { ancestor: cursor.number, headers: [head], acts: [], rawLogs: [], joined: [], ends: [] };
      proven = await ofBatch(nothing, {
        source,
        doubts: [],
        words: new Map(),
        atHead: true,
        strict: true,
        known: null,
      });
      if (proven === cursor.number) await writeProven(database, proven);
    },
  };
}
