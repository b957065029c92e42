// The one way in which the service itself sends transactions: relayed acts, receipt roots, its own key. Rule: nonce and
// signed bytes are written down before they leave, one at a time under a lock, so that no crash, and no second process,
// ever sends two different transactions under one nonce.

import { keccak256 } from "viem";
import type { Address, Hex, PublicClient, TransactionReceipt } from "viem";
import type { PrivateKeyAccount } from "viem/accounts";
import { withGasMargin } from "#protocol/contracts/index.ts";
import type { Foundation } from "../service.ts";
import { notify } from "../store/database.ts";
import type { Queryable } from "../store/database.ts";
import {
  addSending,
  countOpenSendings,
  markFailed,
  markMined,
  markSent,
  readNextNonce,
  readOpenSendings,
  readOrphanedSendings,
  readSending,
  requeueSending,
  unmineSending,
} from "../store/sendings.ts";
import type { SendingPurpose, SendingRow } from "../store/sendings.ts";
import { createLoop } from "./loop.ts";
import { explainRevert, isRevert } from "./revert-words.ts";

/** The queue of the service's own transactions. */
export type Sender = {
  readonly address: Address;
  /** Puts a transaction at the end of the queue, inside the caller's database transaction; its commit wakes the writer. */
  add(tx: Queryable, sending: { purpose: SendingPurpose; target: Address; data: Hex; parts?: number }): Promise<number>;
  /** Looks at the queue now, where this process is the one that sends. */
  wake(): void;
  /** Calls `hear` after each turn in which a transaction moved on. */
  onChange(hear: () => void): void;
  start(): Promise<void>;
  stop(): Promise<void>;
};

/** How the sender behaves; all times in seconds. */
export type SenderSettings = {
  /** Most transactions in flight: nodes drop longer queues of one account. */
  inFlight: number;
  /** After this long without a block, the same transaction is sent again at a higher price. */
  stuckAfter: number;
  /** Most gas that one act may use, and what each further act of a batch adds to that. */
  gasCap: bigint;
  gasEach: bigint;
};

const DEFAULTS: SenderSettings = { inFlight: 6, stuckAfter: 45, gasCap: 1_500_000n, gasEach: 90_000n };
const SEND_LOCK = 712_003;

/** Makes the sender of one account. */
export function createSender(
  foundation: Pick<Foundation, "database" | "chain" | "log" | "metrics" | "now">,
  { account, settings = {} }: { account: PrivateKeyAccount; settings?: Partial<SenderSettings> },
): Sender {
  const { database, log, metrics, now } = foundation;
  const client: PublicClient = foundation.chain.client;
  const { chainId } = foundation.chain.deployment;
  const { inFlight, stuckAfter, gasCap, gasEach } = { ...DEFAULTS, ...settings };
  const hearers: (() => void)[] = [];
  let deafen: (() => Promise<void>) | null = null;
  const loop = createLoop({ everyMs: 1_000, log, name: "sender", work: turn });

  /** Transactions that could not be sent yet, and when each is tried again: they hold up nobody behind them. */
  const later = new Map<number, { tries: number; at: number }>();

  /** One look at everything that is not finished. */
  async function turn(): Promise<void> {
    let moved = await returnOrphans();
    const waiting = [...later].filter(([, { at }]) => at > now()).map(([id]) => id);
    const rows = await readOpenSendings(database, { sender: account.address, limit: inFlight, later: waiting });
    for (const row of rows) moved = (await look(row)) || moved;
    const { queued, sent } = await countOpenSendings(database, account.address);
    metrics.set("relay_queue", queued, { state: "queued" });
    metrics.set("relay_queue", sent, { state: "sent" });
    if (!moved) return;
    for (const hear of hearers) hear();
    // What was settled made room: whoever waits goes now, not at the next tick.
    loop.wake();
  }

  /** True when this transaction moved. What goes wrong with one is told, and stops no other. */
  async function look(row: SendingRow): Promise<boolean> {
    let moved = false;
    try {
      moved = row.state === "sent" ? await settle(row) : await send(row);
    } catch (error) {
      log.warn("sending-failed", { id: row.id, why: error instanceof Error ? error.name : "unknown" });
    }
    if (moved || row.state === "sent") later.delete(row.id);
    else putOff(row);
    return moved;
  }

  /** Has a transaction that could not be sent wait, longer each time, while those behind it go. */
  function putOff(row: SendingRow): void {
    const tries = (later.get(row.id)?.tries ?? 0) + 1;
    later.set(row.id, { tries, at: now() + Math.min(30, tries) });
  }

  /** Transactions whose block left the chain count as sent again: the node may include them anew, else they are repeated. */
  async function returnOrphans(): Promise<boolean> {
    const rows = await readOrphanedSendings(database, account.address);
    for (const row of rows) await unmineSending(database, { id: row.id, at: now() });
    return rows.length > 0;
  }

  async function send(row: SendingRow): Promise<boolean> {
    const others = await readOpenSendings(database, { sender: account.address, limit: 1 });
    let gas: bigint;
    try {
      gas = await client.estimateGas({ account: account.address, to: row.target, data: row.data });
    } catch (error) {
      // It may only be waiting for one that is on its way (version 2 of what version 1 is not yet on the ledger).
      if (!isRevert(error) || others.some((other) => other.state === "sent")) return false;
      await markFailed(database, { id: row.id, ...explainRevert(error), at: now() });
      metrics.count("sendings_failed");
      return true;
    }
    const most = gasCap + gasEach * BigInt(row.parts - 1);
    if (gas > most) {
      const detail = `This act would use ${gas} gas; at most ${most} are spent on it. Nothing was sent. Send it yourself instead.`;
      await markFailed(database, { id: row.id, reason: "too-much-gas", detail, at: now() });
      return true;
    }
    return pass(row, { gas: withGasMargin(gas) });
  }

  /** Signs a queued transaction under the next nonce, or one that is stuck under its own at a higher price; writes that down; sends it. */
  async function pass(row: SendingRow, { gas }: { gas: bigint }): Promise<boolean> {
    const [fees, chainNonce, balance] = await Promise.all([
      client.estimateFeesPerGas(),
      client.getTransactionCount({ address: account.address }),
      client.getBalance({ address: account.address }),
    ]);
    const least = row.fee === null ? 0n : (BigInt(row.fee) * 5n) / 4n; // nodes want at least a tenth more for a replacement
    const maxFeePerGas = fees.maxFeePerGas > least ? fees.maxFeePerGas : least;
    const tip = row.fee === null ? fees.maxPriorityFeePerGas : (fees.maxPriorityFeePerGas * 5n) / 4n + 1n;
    const maxPriorityFeePerGas = tip < maxFeePerGas ? tip : maxFeePerGas;
    if (balance < gas * maxFeePerGas) {
      log.warn("sender-without-funds", { waiting: row.id });
      metrics.set("sender_without_funds", 1);
      return false;
    }
    metrics.set("sender_without_funds", 0);
    const signed = await database.transaction(async (tx) => {
      await tx.query("select pg_advisory_xact_lock($1)", [SEND_LOCK]);
      const fresh = await readSending(tx, row.id);
      if (fresh === null || fresh.state !== row.state || fresh.hashes.length !== row.hashes.length) return null;
      const nonce = fresh.nonce ?? Math.max(await readNextNonce(tx, account.address), chainNonce);
      const raw = await account.signTransaction({
        type: "eip1559",
        chainId,
        to: row.target,
        data: row.data,
        value: 0n,
        nonce,
        gas,
        maxFeePerGas,
        maxPriorityFeePerGas,
      });
      await markSent(tx, { id: row.id, nonce, gas, signed: raw, hash: keccak256(raw), fee: maxFeePerGas, at: now() });
      return raw;
    });
    if (signed === null) return false;
    await broadcast(row.id, signed);
    return true;
  }

  async function broadcast(id: number, signed: Hex): Promise<void> {
    try {
      await client.sendRawTransaction({ serializedTransaction: signed });
      metrics.count("transactions_sent");
    } catch {
      // "Already known", "reverted", "nonce too low", a node that is away: which of them it was shows at the next look,
      // when the chain is asked what became of the hash.
      log.info("sender-not-taken", { id });
    }
  }

  /** Finds out what became of a transaction that was sent. True when its state changed. */
  async function settle(row: SendingRow): Promise<boolean> {
    const found = await findReceipt(row.hashes);
    if (found !== null) return finish(row, found);
    const chainNonce = await client.getTransactionCount({ address: account.address });
    if (row.nonce !== null && chainNonce > row.nonce) {
      // The nonce is spent. Asked again, because the block may have come between the two questions.
      const late = await findReceipt(row.hashes);
      if (late !== null) return finish(row, late);
      await requeueSending(database, { id: row.id, at: now() });
      return true;
    }
    const waited = now() - (row.sent_at ?? now());
    if (waited >= stuckAfter && row.gas !== null) return pass(row, { gas: BigInt(row.gas) });
    if (row.signed !== null && !(await isKnown(row.hashes.at(-1)))) await broadcast(row.id, row.signed);
    return false;
  }

  async function finish(row: SendingRow, receipt: TransactionReceipt): Promise<boolean> {
    const refusal = receipt.status === "success" ? null : await explainAt(row, receipt.blockNumber);
    await markMined(database, {
      id: row.id,
      hash: receipt.transactionHash,
      block: Number(receipt.blockNumber),
      blockHash: receipt.blockHash,
      refusal,
      at: now(),
    });
    return true;
  }

  async function explainAt(row: SendingRow, block: bigint) {
    try {
      await client.call({ account: account.address, to: row.target, data: row.data, blockNumber: block });
    } catch (error) {
      return explainRevert(error);
    }
    return explainRevert(null);
  }

  async function findReceipt(hashes: readonly Hex[]): Promise<TransactionReceipt | null> {
    for (const hash of hashes) {
      const receipt = await client.getTransactionReceipt({ hash }).catch(nullWhenNotFound);
      if (receipt !== null) return receipt;
    }
    return null;
  }

  async function isKnown(hash: Hex | undefined): Promise<boolean> {
    return hash !== undefined && (await client.getTransaction({ hash }).catch(nullWhenNotFound)) !== null;
  }

  return {
    address: account.address,
    async add(tx, sending) {
      const id = await addSending(tx, { sender: account.address, ...sending, at: now() });
      await notify(tx, "relay");
      return id;
    },
    wake: loop.wake,
    onChange: (hear) => void hearers.push(hear),
    async start() {
      deafen = await database.listen("relay", loop.wake);
      await loop.start();
    },
    async stop() {
      await deafen?.();
      deafen = null;
      await loop.stop();
    },
  };
}

function nullWhenNotFound(error: unknown): null {
  if (error instanceof Error && /NotFound/.test(error.name)) return null;
  throw error;
}
