// One transaction: what is above the ancestor goes, the new branch comes, projections follow, the cursor moves, live
// clients are told. A crash leaves all of it or nothing. What follows from a batch alone is written down before the
// transaction begins, while the one before it is stored: the database waits for as little as possible.

import { setImmediate } from "node:timers/promises";
import { zeroAddress } from "viem";
import type { Address } from "viem";
import { actRow } from "#protocol/history/index.ts";
import type { TrailRow } from "#protocol/history/index.ts";
import type { Deployment } from "../chain.ts";
import { writeCopy } from "../store/copy.ts";
import type { CopyValue, WrittenRows } from "../store/copy.ts";
import { notify } from "../store/database.ts";
import type { Database, Queryable } from "../store/database.ts";
import { recallOrphans } from "../store/orphans.ts";
import { insertRows } from "../store/rows.ts";
import { appendStream, tagHolder } from "../store/stream.ts";
import type { StreamEvent } from "../store/stream.ts";
import { rollBack, writeCursor } from "../store/sync-state.ts";
import type { Cursor } from "../store/sync-state.ts";
import type { Batch, BatchAct } from "./batch.ts";
import { listChanges, project } from "./project.ts";
import type { Changes } from "./project.ts";
import type { Seen } from "./seen.ts";

/** How the acts of a batch are stored. */
export type WriteOptions = {
  deployment: Deployment;
  /** Where the index stood; above the batch's ancestor it is rolled back. */
  cursor: Cursor | null;
  finalized: number;
  /** The newest block, this batch's last one at most, at which every head was seen equal to the contracts' own. */
  proven: number;
  /** Acts of blocks below this one are history that no live client waits for. */
  tellFrom: number;
  /** What may be stored among the projections; null: anything. */
  seen: Seen | null;
  /** Whether the index is filled for the first time. */
  isFilling: boolean;
  /** Unix seconds. */
  now: number;
};

/** A batch with what it will store as far as that does not depend on what is stored already. */
export type WrittenBatch = { batch: Batch; acts: WrittenRows[]; parties: WrittenRows[]; changes: Changes };

/** So many acts are written down at a time, some milliseconds: in between, requests are answered and rows are sent. */
const SLICE = 250;

/** Writes a batch down. */
export async function writeDown(batch: Batch): Promise<WrittenBatch> {
  const written: WrittenBatch = { batch, acts: [], parties: [], changes: { ofActs: [], faults: 0 } };
  for (let at = 0; at < batch.acts.length; at += SLICE) {
    if (at > 0) await setImmediate();
    const slice = batch.acts.slice(at, at + SLICE);
    const rows = slice.map(rowOf);
    written.acts.push(writeCopy(actValues(rows)));
    written.parties.push(writeCopy(partyValues(rows)));
    listChanges(slice, written.changes);
  }
  return written;
}

/**
 * The commit is not waited for until it is on the disk. It is there before any later one that is waited for: a receipt, a
 * session or an act on its way is never kept while what came before it is lost.
 */
const WITHOUT_WAITING = "set local synchronous_commit = off";

/** More acts at once than a client would want to hear of one by one. */
const MOST_TOLD = 1_000;

/** Stores a batch that was written down; gives the new cursor, how many acts were orphaned, and how many changes no projection understood. */
export async function writeBatch(
  database: Database,
  written: WrittenBatch,
  options: WriteOptions,
): Promise<{ cursor: Cursor; orphaned: number; faults: number }> {
  const { batch } = written;
  const last = batch.headers.at(-1);
  if (last === undefined) throw new Error("A batch has at least one block.");
  // While catching up everything read is final already; the finalized block is then the newest one that is stored.
  const finalized = Math.max(options.cursor?.finalized ?? 0, Math.min(options.finalized, last.number));
  const cursor: Cursor = { number: last.number, hash: last.hash, time: last.time, finalized };
  const isOnTop = options.cursor === null || options.cursor.number <= batch.ancestor;
  // Nobody hears of such a batch: if the database's server loses it in a crash, it is read again as a whole.
  const isQuiet = options.isFilling && isOnTop && last.number < options.tellFrom;
  const counted = await database.transaction(async (tx) => {
    if (isQuiet) await tx.execute(WITHOUT_WAITING);
    const events: StreamEvent[] = [];
    let gone = 0;
    if (options.cursor !== null && options.cursor.number > batch.ancestor) {
      gone = await rollBack(tx, { ancestor: batch.ancestor, at: options.now });
      events.push({
        type: "reorg",
        audience: ["*"],
        payload: { ancestor: batch.ancestor, from: options.cursor.number, orphaned: gone },
      });
    }
    await recallOrphans(tx, batch.headers);
    await insertActs(tx, written);
    const { faults } = await project(tx, written, { finalized, seen: options.seen });
    const remembered = batch.headers.filter((header) => header.number >= finalized || header === last);
    await insertRows(
      tx,
      "blocks",
      remembered.map(({ number, hash, parentHash, time }) => ({ number, hash, parent_hash: parentHash, time })),
    );
    await writeCursor(tx, options.deployment, { from: options.cursor, cursor, proven: options.proven });
    const recent = batch.acts.filter(({ act }) => act.block >= options.tellFrom);
    const told = recent.length > MOST_TOLD ? [] : recent;
    // Who listened before is not told of each act of a long time: one word makes them read their lists again. While the
    // index is filled it is said once, near the head.
    if (options.isFilling ? !isQuiet : told.length < batch.acts.length)
      events.push({ type: "gap", audience: ["*"], payload: {} });
    for (const each of told) {
      const row = rowOf(each);
      const grantee = row.args["grantee"];
      const holders = typeof grantee === "string" ? [tagHolder(grantee)] : [];
      const audience = [...partiesOf(row), ...holders, "auditor"];
      events.push({ type: "act", audience, payload: { ...row, final: false, mark: null } });
    }
    await appendStream(tx, events, options.now);
    if (batch.acts.length > 0 || gone > 0) await notify(tx, "act");
    return { orphaned: gone, faults };
  });
  return { cursor, ...counted };
}

/** An act's row of the trail, its index counted over its account's whole history. */
function rowOf({ act, index }: BatchAct): TrailRow {
  return { ...actRow(act), index };
}

const address = /^0x[0-9a-fA-F]{40}$/;

/** Everybody whom an act names: its account and every address among its arguments. */
function partiesOf({ account, args }: TrailRow): Address[] {
  const parties = new Set<Address>([account]);
  for (const name in args) {
    const value = args[name];
    // Twenty bytes are an address here, which decoding has spelled with its checksum.
    if (typeof value === "string" && value.length === 42 && address.test(value)) parties.add(value as Address);
  }
  parties.delete(zeroAddress);
  return [...parties];
}

async function insertActs(tx: Queryable, { batch, acts, parties }: WrittenBatch): Promise<void> {
  if (batch.acts.length > 0) {
    await tx.copyRows("acts", actColumns, joined(acts));
    await tx.copyRows("act_parties", ["party", "block", "log_index"], joined(parties));
  }
  await insertRows(
    tx,
    "raw_logs",
    batch.rawLogs.map((log) => ({
      address: log.address,
      block: Number(log.blockNumber),
      block_hash: log.blockHash,
      tx: log.transactionHash,
      log_index: log.logIndex,
      topics: log.topics,
      data: log.data,
    })),
  );
}

const actColumns = [
  ...["contract", "address", "block", "block_hash", "time", "tx", "log_index", "account", "index", "act", "args"],
  ...["head_before", "head_after", "topics", "data"],
];

function joined(parts: readonly WrittenRows[]): WrittenRows {
  return { pieces: parts.flatMap(({ pieces }) => pieces) };
}

function* actValues(rows: readonly TrailRow[]): Generator<CopyValue[]> {
  for (const row of rows) {
    const { contract, address, block, blockHash, time, tx, logIndex, account, index, act } = row;
    const { args, headBefore, headAfter, topics, data } = row;
    const place = [contract, address, block, blockHash, time, tx, logIndex, account, index, act];
    yield [...place, JSON.stringify(args), headBefore, headAfter, topics, data];
  }
}

function* partyValues(rows: readonly TrailRow[]): Generator<CopyValue[]> {
  for (const row of rows) for (const party of partiesOf(row)) yield [party, row.block, row.logIndex];
}
