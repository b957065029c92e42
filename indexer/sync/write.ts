// One transaction: what is above the ancestor goes, the new branch comes, projections follow, the cursor moves, live
// clients are told. A crash leaves all of it or nothing. What follows from a batch alone is written down before the
// transaction begins, while the one before it is stored: the database waits for as little as possible. A batch that follows
// may even begin its own transaction meanwhile, and wait in it for its turn.

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
  /**
   * The newest block, this batch's last one at most, at which every head was seen equal to the contracts' own. Nothing is
   * committed before it resolves.
   */
  proven: Promise<number>;
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

/** So many acts are written down at a time, a millisecond: in between, requests are answered and the database is told the next thing. */
const SLICE = 50;

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

/** What storing a batch gives: the new cursor, how many acts were orphaned, how many changes no projection understood. */
export type Stored = { cursor: Cursor; orphaned: number; faults: number };

/** A batch whose acts are on their way into a transaction, which then waits: the rest depends on the batch before. */
export type Begun = {
  /** Stores the rest and commits; the batch follows where the index stands by now. */
  finish(options: WriteOptions): Promise<Stored>;
  /** Leaves nothing of it; resolves when the database has let go of it. */
  abandon(): Promise<void>;
};

/** Begins to store a batch that takes nothing back. Only where transactions do not wait for each other. */
export function beginBatch(database: Database, written: WrittenBatch): Begun {
  const turn = Promise.withResolvers<WriteOptions | null>();
  const done = database.transaction(async (tx) => {
    await insertActs(tx, written);
    const options = await turn.promise;
    if (options === null || !isOnTop(written, options)) throw new Error("This batch is not stored.");
    return storeRest(tx, written, { ...options, told: [], acts: "stored" });
  });
  // It may fail before anybody waits for it; whoever finishes it meets the error.
  done.catch(() => undefined);
  return {
    finish(options) {
      turn.resolve(options);
      return done;
    },
    async abandon() {
      turn.resolve(null);
      await done.catch(() => undefined);
    },
  };
}

/** Stores a batch that was written down. */
export async function writeBatch(database: Database, written: WrittenBatch, options: WriteOptions): Promise<Stored> {
  return database.transaction(async (tx) => {
    const { ancestor } = written.batch;
    const { cursor } = options;
    if (cursor === null || isOnTop(written, options))
      return storeRest(tx, written, { ...options, told: [], acts: "to-store" });
    const orphaned = await rollBack(tx, { ancestor, at: options.now });
    const payload = { ancestor, from: cursor.number, orphaned };
    const told: StreamEvent[] = [{ type: "reorg", audience: ["*"], payload }];
    const stored = await storeRest(tx, written, { ...options, told, acts: "to-store" });
    return { ...stored, orphaned };
  });
}

/** Whether nothing has to be taken back for a batch. */
function isOnTop({ batch }: WrittenBatch, { cursor }: WriteOptions): boolean {
  return cursor === null || cursor.number <= batch.ancestor;
}

/** Stores what of a batch is not stored yet, its acts included or not; `told` are live events that come before its own. */
async function storeRest(
  tx: Queryable,
  written: WrittenBatch,
  options: WriteOptions & { told: readonly StreamEvent[]; acts: "stored" | "to-store" },
): Promise<Stored> {
  const { batch } = written;
  const last = batch.headers.at(-1);
  if (last === undefined) throw new Error("A batch has at least one block.");
  // While catching up everything read is final already; the finalized block is then the newest one that is stored.
  const finalized = Math.max(options.cursor?.finalized ?? 0, Math.min(options.finalized, last.number));
  const cursor: Cursor = { number: last.number, hash: last.hash, time: last.time, finalized };
  // Nobody hears of such a batch: if the database's server loses it in a crash, it is read again as a whole.
  const isQuiet = options.isFilling && isOnTop(written, options) && last.number < options.tellFrom;
  if (isQuiet) await tx.execute(WITHOUT_WAITING);
  await recallOrphans(tx, batch.headers);
  const remembered = batch.headers
    .filter((header) => header.number >= finalized || header === last)
    .map(({ number, hash, parentHash, time }) => ({ number, hash, parent_hash: parentHash, time }));
  const { faults } = await project(tx, written, {
    finalized,
    seen: options.seen,
    besides: { table: "blocks", rows: remembered },
    meanwhile: async () => (options.acts === "stored" ? undefined : insertActs(tx, written)),
  });
  await writeCursor(tx, options.deployment, { from: options.cursor, cursor, proven: await options.proven });
  const events = [...options.told, ...listEvents(batch, { ...options, finalized, isQuiet })];
  await appendStream(tx, events, options.now);
  if (batch.acts.length > 0 || options.told.length > 0) await notify(tx, "act");
  return { cursor, orphaned: 0, faults };
}

/** What live clients are told of a batch. */
function listEvents(
  batch: Batch,
  {
    finalized,
    tellFrom,
    isFilling,
    isQuiet,
  }: { finalized: number; tellFrom: number; isFilling: boolean; isQuiet: boolean },
): StreamEvent[] {
  const events: StreamEvent[] = [];
  const recent = batch.acts.filter(({ act }) => act.block >= tellFrom);
  const told = recent.length > MOST_TOLD ? [] : recent;
  // Who listened before is not told of each act of a long time: one word makes them read their lists again. While the
  // index is filled it is said once, near the head.
  if (isFilling ? !isQuiet : told.length < batch.acts.length)
    events.push({ type: "gap", audience: ["*"], payload: {} });
  for (const each of told) {
    const row = rowOf(each);
    const grantee = row.args["grantee"];
    const holders = typeof grantee === "string" ? [tagHolder(grantee)] : [];
    const audience = [...partiesOf(row), ...holders, "auditor"];
    events.push({ type: "act", audience, payload: { ...row, final: row.block <= finalized, mark: null } });
  }
  return events;
}

/** An act's row of the trail. */
function rowOf({ act }: BatchAct): TrailRow {
  return actRow(act);
}

const address = /^0x[0-9a-fA-F]{40}$/;

/** Everybody whom an act names: its account and every address among its arguments. */
function partiesOf({ account, args }: TrailRow): Address[] {
  const parties = account === zeroAddress ? [] : [account];
  for (const name in args) {
    const value = args[name];
    // Twenty bytes are an address here, which decoding has spelled with its checksum.
    if (typeof value !== "string" || value.length !== 42 || !address.test(value)) continue;
    const party = value as Address;
    if (party !== zeroAddress && !parties.includes(party)) parties.push(party);
  }
  return parties;
}

async function insertActs(tx: Queryable, { batch, acts, parties }: WrittenBatch): Promise<void> {
  if (batch.acts.length > 0) {
    await tx.copyTables([
      { table: "acts", columns: actColumns, rows: joined(acts) },
      { table: "act_parties", columns: ["party", "block", "log_index"], rows: joined(parties) },
    ]);
  }
  const rows = batch.rawLogs.map((log) => ({
    address: log.address,
    block: Number(log.blockNumber),
    block_hash: log.blockHash,
    tx: log.transactionHash,
    log_index: log.logIndex,
    topics: log.topics,
    data: log.data,
  }));
  await insertRows(tx, { table: "raw_logs", rows });
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
