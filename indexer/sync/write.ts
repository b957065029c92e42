// One transaction: what is above the ancestor goes, the new branch comes, projections follow, the cursor moves, live
// clients are told. A crash leaves all of it or nothing.

import { getAddress, isAddress, zeroAddress } from "viem";
import type { Address } from "viem";
import { actRow } from "#protocol/history/index.ts";
import type { Deployment } from "../chain.ts";
import { notify } from "../store/database.ts";
import type { Database, Queryable } from "../store/database.ts";
import { recallOrphans } from "../store/orphans.ts";
import { insertRows, readRows, replaceRows } from "../store/rows.ts";
import type { ProjectionRow, ProjectionTable } from "../store/rows.ts";
import { appendStream } from "../store/stream.ts";
import type { StreamEvent } from "../store/stream.ts";
import { pruneHistory, rollBack, writeCursor } from "../store/sync-state.ts";
import type { Cursor } from "../store/sync-state.ts";
import type { Batch, BatchAct } from "./batch.ts";
import { changesOf } from "./projections/index.ts";
import type { Change } from "./projections/index.ts";

/** How the acts of a batch are stored. */
export type WriteOptions = {
  deployment: Deployment;
  /** Where the index stood; above the batch's ancestor it is rolled back. */
  cursor: Cursor | null;
  finalized: number;
  /** Acts of blocks below this one are history that no live client waits for. */
  tellFrom: number;
  /** Unix seconds. */
  now: number;
};

/** Stores a batch; gives the new cursor and how many acts were orphaned. */
export async function writeBatch(
  database: Database,
  batch: Batch,
  options: WriteOptions,
): Promise<{ cursor: Cursor; orphaned: number }> {
  const last = batch.headers.at(-1);
  if (last === undefined) throw new Error("A batch has at least one block.");
  // While catching up everything read is final already; the finalized block is then the newest one that is stored.
  const finalized = Math.max(options.cursor?.finalized ?? 0, Math.min(options.finalized, last.number));
  const cursor: Cursor = { number: last.number, hash: last.hash, time: last.time, finalized };
  const orphaned = await database.transaction(async (tx) => {
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
    await insertActs(tx, batch);
    await project(tx, batch, finalized);
    const remembered = batch.headers.filter((header) => header.number >= finalized || header === last);
    await insertRows(
      tx,
      "blocks",
      remembered.map(({ number, hash, parentHash, time }) => ({ number, hash, parent_hash: parentHash, time })),
    );
    await writeCursor(tx, options.deployment, cursor);
    await pruneHistory(tx, finalized);
    for (const each of batch.acts) {
      if (Number(each.act.block) < options.tellFrom) continue;
      const row = rowOf(each);
      events.push({
        type: "act",
        audience: [...partiesOf(row), "auditor"],
        payload: { ...row, final: false, mark: null },
      });
    }
    await appendStream(tx, events, options.now);
    if (batch.acts.length > 0 || gone > 0) await notify(tx, "act");
    return gone;
  });
  return { cursor, orphaned };
}

/** The trail row of an act, its index counted over its account's whole history. */
function rowOf({ act, index }: BatchAct) {
  return { ...actRow(act), index };
}

/** Everybody whom an act names: its account and every address among its arguments. */
function partiesOf(row: { account: string; args: Record<string, unknown> }): Address[] {
  const named = [row.account, ...Object.values(row.args)].filter(
    (value) => typeof value === "string" && isAddress(value, { strict: false }),
  );
  return [...new Set(named.map((value) => getAddress(value as string)))].filter((address) => address !== zeroAddress);
}

async function insertActs(tx: Queryable, batch: Batch): Promise<void> {
  const rows = batch.acts.map(rowOf);
  await insertRows(
    tx,
    "acts",
    rows.map(({ blockHash, logIndex, headBefore, headAfter, ...same }) => ({
      ...same,
      block_hash: blockHash,
      log_index: logIndex,
      head_before: headBefore,
      head_after: headAfter,
    })),
  );
  await insertRows(
    tx,
    "act_parties",
    rows.flatMap((row) => partiesOf(row).map((party) => ({ party, block: row.block, log_index: row.logIndex }))),
  );
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

/** Folds the batch onto the projections' rows, and remembers what they were for the blocks that may still go. */
async function project(tx: Queryable, batch: Batch, finalized: number): Promise<void> {
  const places = new Map(
    batch.joined.flatMap(({ contract, entries }) =>
      entries.map((entry) => [`${contract}|${entry.account}`, entry] as const),
    ),
  );
  const steps = batch.acts.map((each) => ({
    act: each.act,
    changes: [
      headChange(each, places.get(`${each.act.contract}|${each.act.account}`)),
      ...(each.act.known ? changesOf(each.act) : []),
    ],
  }));
  const tables = new Map<ProjectionTable, Map<string, ProjectionRow | null>>();
  for (const change of steps.flatMap((step) => step.changes)) {
    const rows = tables.get(change.table) ?? new Map<string, ProjectionRow | null>();
    tables.set(change.table, rows.set(change.key, null));
  }
  for (const [table, rows] of tables)
    for (const row of await readRows(tx, table, [...rows.keys()])) rows.set(row.key, row);
  const undo: object[] = [];
  for (const { act, changes } of steps) {
    changes.forEach((change, step) => {
      const rows = tables.get(change.table);
      const before = rows?.get(change.key) ?? null;
      if (Number(act.block) > finalized) {
        undo.push({
          block: Number(act.block),
          log_index: act.logIndex,
          step,
          projection: change.table,
          key: change.key,
          before,
        });
      }
      rows?.set(change.key, change.next(before));
    });
  }
  for (const [table, rows] of tables) {
    await replaceRows(
      tx,
      table,
      [...rows.keys()],
      [...rows.values()].filter((row) => row !== null),
    );
  }
  await insertRows(tx, "undo", undo);
}

function headChange({ act, index }: BatchAct, joined: { place: number; roll: string } | undefined): Change {
  const key = `${act.contract}|${act.account}`;
  return {
    table: "heads",
    key,
    next: (before) => ({
      key,
      contract: act.contract,
      account: act.account,
      head: act.headAfter,
      acts: index + 1,
      place: before?.["place"] ?? joined?.place ?? -1,
      roll: before?.["roll"] ?? joined?.roll ?? "",
    }),
  };
}
