// Receipts go to the ledger in batches: as the leaves of a Merkle tree whose root is anchored, after a while or when a
// batch is full. Rule: a batch is on disk before its root is sent, one batch is on its way at a time, and what the ledger
// says was anchored decides; so killing the service between any two steps loses none and doubles none.

import { encodeFunctionData } from "viem";
import type { Address, Hex } from "viem";
import { ledgerAbi } from "#protocol/contracts/ledger.ts";
import { buildTree, rootOf } from "#protocol/receipts/index.ts";
import { createLoop, type Loop } from "../relay/loop.ts";
import type { Sender } from "../relay/sender.ts";
import type { Foundation } from "../service.ts";
import {
  lockReceipts,
  readLeaves,
  readOpenBatch,
  readUnbatched,
  updateBatchSending,
  writeBatch,
  type BatchRow,
} from "../store/receipts.ts";
import { readSending } from "../store/sendings.ts";

/** Most receipts in a batch: a proof of ten hashes. */
const FULL = 1_024;

/** The anchoring of one gateway's receipts. */
export type Anchoring = Loop & {
  /**
   * False when the ledger has more of this gateway's receipts than the database (a backup older than the last batch was
   * restored): numbers would be given twice, so nothing may be released.
   */
  isComplete(): Promise<boolean>;
};

/** Makes the anchoring. `interval` is how many seconds a receipt waits at most. */
export function createAnchoring(
  foundation: Pick<Foundation, "database" | "chain" | "log" | "metrics" | "now">,
  { gateway, sender, interval }: { gateway: Address; sender: Sender; interval: number },
): Anchoring {
  const { database, chain, log, metrics, now } = foundation;
  const loop = createLoop({ everyMs: Math.min(interval * 1_000, 2_000), log, name: "anchoring", work: turn });
  let complete: boolean | null = null;

  async function readAnchored(): Promise<{ root: Hex; next: number }> {
    const [root, next] = await chain.client.readContract({
      address: chain.deployment.ledger,
      abi: ledgerAbi,
      functionName: "receiptsOf",
      args: [gateway],
    });
    return { root, next: Number(next) };
  }

  async function isComplete(): Promise<boolean> {
    if (complete === true) return true;
    const [{ next }, { first, count }] = await Promise.all([readAnchored(), readUnbatched(database, gateway)]);
    complete = first + count >= next;
    if (!complete) log.error("receipts-missing", { anchored: next - 1, held: first + count - 1 });
    return complete;
  }

  async function turn(): Promise<void> {
    if (!(await isComplete())) return;
    const open = await readOpenBatch(database, gateway);
    if (open !== null) return carry(open);
    const { first, count, oldest } = await readUnbatched(database, gateway);
    metrics.set("receipts_unanchored", count);
    if (oldest === null || (count < FULL && now() - oldest < interval)) return;
    await makeBatch(first);
  }

  async function makeBatch(first: number): Promise<void> {
    await database.transaction(async (tx) => {
      await lockReceipts(tx);
      const fresh = await readUnbatched(tx, gateway);
      if (fresh.first !== first || fresh.count === 0) return; // another process was faster
      const leaves = await readLeaves(tx, { gateway, first, count: Math.min(fresh.count, FULL) });
      const batch = {
        gateway,
        first,
        count: leaves.length,
        root: rootOf(buildTree(leaves)),
        made_at: now(),
        sending: null,
      };
      await writeBatch(tx, batch);
      await updateBatchSending(tx, { gateway, first, sending: await sender.add(tx, toSending(batch)) });
    });
    sender.wake();
  }

  /** Sees to it that a batch whose anchor the index does not know is on its way, once. */
  async function carry(batch: BatchRow): Promise<void> {
    const anchored = await readAnchored();
    if (anchored.next > batch.first) {
      // It is on the ledger, and the index has not come there yet. Unless somebody used the key for another one:
      if (anchored.root !== batch.root) log.error("anchor-differs", { first: batch.first });
      return;
    }
    const sending = batch.sending === null ? null : await readSending(database, batch.sending);
    if (sending !== null && (sending.state === "queued" || sending.state === "sent")) return;
    // Never sent, given up, or taken out again by a reorganisation: once more.
    if (sending?.state === "mined" && now() - sending.changed_at < 5) return;
    await database.transaction(async (tx) => {
      await lockReceipts(tx);
      const fresh = await readOpenBatch(tx, gateway);
      if (fresh?.first !== batch.first || fresh.sending !== batch.sending) return;
      await updateBatchSending(tx, { gateway, first: batch.first, sending: await sender.add(tx, toSending(batch)) });
    });
    sender.wake();
  }

  function toSending({ root, first, count }: Pick<BatchRow, "root" | "first" | "count">) {
    const data = encodeFunctionData({
      abi: ledgerAbi,
      functionName: "anchorReceipts",
      args: [root, BigInt(first), BigInt(count)],
    });
    return { purpose: "receipts" as const, target: chain.deployment.ledger, data };
  }

  return { ...loop, isComplete };
}
