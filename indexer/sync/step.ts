// One look at the chain: how the node's head and the stored cursor lie to each other, and which stretch to read next.

import type { Hex } from "viem";
import { readBlockHashes } from "../store/sync-state.ts";
import type { Cursor } from "../store/sync-state.ts";
import type { Database } from "../store/database.ts";
import type { Header, Source } from "./source.ts";

/** What to do next. */
export type Plan =
  /** Cursor and head are the same block. */
  | { kind: "same" }
  /** The node is behind the index on the same branch: it lags, or went back and has not gone on yet. Nothing is taken away. */
  | { kind: "behind" }
  /** Read the blocks after `ancestor`; when the cursor is above it, they replace what is stored. */
  | { kind: "read"; ancestor: number; ancestorHash: Hex | null; to: number }
  /** The branches part below what can be taken back. */
  | { kind: "too-deep"; finalized: number };

/** Looks where the cursor stands against the node's head. `span` is the most blocks to read at once. */
export async function planStep(
  { head, cursor, span, start }: { head: Header; cursor: Cursor | null; span: number; start: number },
  { database, source }: { database: Database; source: Source },
): Promise<Plan> {
  if (cursor === null)
    return head.number < start
      ? { kind: "behind" }
      : { kind: "read", ancestor: start - 1, ancestorHash: null, to: Math.min(head.number, start - 1 + span) };
  if (head.number === cursor.number && head.hash === cursor.hash) return { kind: "same" };
  const top = Math.min(head.number, cursor.number);
  const ancestor = await findAncestor({ top, finalized: cursor.finalized, head, cursor }, { database, source });
  if (ancestor === null) {
    // The very first blocks were replaced, and nothing of them was final: there is nothing older to go back to.
    if (head.number < start) return { kind: "behind" };
    if (cursor.finalized < start)
      return {
        kind: "read",
        ancestor: start - 1,
        ancestorHash: null,
        to: Math.min(head.number, Math.max(start - 1 + span, cursor.number)),
      };
    return { kind: "too-deep", finalized: cursor.finalized };
  }
  if (ancestor.number === head.number) return { kind: "behind" };
  // A replacement must be in hand as a whole before anything is taken away: at least as far as the old branch went.
  return {
    kind: "read",
    ancestor: ancestor.number,
    ancestorHash: ancestor.hash,
    to: Math.min(head.number, Math.max(ancestor.number + span, cursor.number)),
  };
}

const STRIDE = 32;

/** A block that is remembered. */
export type StoredBlock = { number: number; hash: Hex };

/** The newest stored block that the node has too; null when that lies below the finalized one. */
export async function findAncestor(
  { top, finalized, head, cursor }: { top: number; finalized: number; head: Header; cursor: Cursor },
  { database, source }: { database: Database; source: Source },
): Promise<StoredBlock | null> {
  // The common case, without a further question: the next block names the cursor as its parent.
  if (head.number === cursor.number + 1 && head.parentHash === cursor.hash) return cursor;
  for (let high = top; high >= finalized && high >= 0; high -= STRIDE) {
    const low = Math.max(finalized, high - STRIDE + 1, 0);
    // Nearly always the first block already is common: one question before thirty-two.
    const stored = await readBlockHashes(database, { from: high === top ? high : low, to: high });
    const found = await firstCommon(stored, source);
    if (found !== null) return found;
    if (high === top) {
      const rest = await firstCommon(await readBlockHashes(database, { from: low, to: high - 1 }), source);
      if (rest !== null) return rest;
    }
  }
  return null;
}

async function firstCommon(stored: StoredBlock[], source: Source): Promise<StoredBlock | null> {
  const told = await source.readHeaders(stored.map((block) => block.number));
  return stored.find((block, at) => told[at]?.hash === block.hash) ?? null;
}
