// From a batch's acts to the rows that the API reads: folded in memory, then all tables read by one question and written by
// another. What a row was before is remembered for the blocks that may still be reorganised away.

import type { Queryable } from "../store/database.ts";
import { insertRows, moveHeads, readRows, replaceRows } from "../store/rows.ts";
import type { NewRows, ProjectionRow, ProjectionTable } from "../store/rows.ts";
import type { Batch, BatchAct, RollEntry } from "./batch.ts";
import { changesOf } from "./projections/index.ts";
import type { Change } from "./projections/index.ts";
import type { Seen } from "./seen.ts";

/** What each act of a batch changes, in the acts' order, and how many of these changes no projection could make sense of. */
export type Changes = { ofActs: Change[][]; faults: number };

type Step = BatchAct & { changes: Change[] };

/** Adds the changes of some acts; what makes no sense is counted there, now or when it is folded. */
export function listChanges(acts: readonly BatchAct[], changes: Changes): void {
  const onFault = () => void (changes.faults += 1);
  for (const { act } of acts) changes.ofActs.push(act.known ? changesOf(act, onFault) : []);
}

/**
 * Folds the batch onto the projections' rows. Rows of blocks above `finalized` can be taken back later; `seen` knows what
 * may be stored (null: anything). Gives how many changes no projection could make sense of: those acts stay in the trail
 * and changed nothing. `besides` is stored with the rows. `meanwhile` is begun as soon as the stored rows were asked for:
 * what it has the database do is done while the batch is folded.
 */
export async function project(
  tx: Queryable,
  { batch, changes: listed }: { batch: Batch; changes: Changes },
  {
    finalized,
    seen,
    besides,
    meanwhile,
  }: { finalized: number; seen: Seen | null; besides: NewRows; meanwhile: () => Promise<void> },
): Promise<{ faults: number }> {
  const joined = new Map(
    batch.joined.flatMap(({ contract, entries }) => entries.map((entry) => [`${contract}|${entry.account}`, entry])),
  );
  const settled = batch.acts.filter(({ act }) => act.block <= finalized);
  const { moved, fresh } = settleHeads(settled, joined);
  const moving = moveHeads(tx, moved);
  // Who joined in a settled block may act again in one that is not: then its row is found below like any other.
  const isSettled = settled.length === batch.acts.length;
  if (!isSettled) await Promise.all([moving, insertRows(tx, { table: "heads", rows: fresh })]);
  for (const { key } of fresh) seen?.add(`heads ${key}`);
  const steps = batch.acts.map((each, at): Step => {
    const changes = listed.ofActs[at] ?? [];
    return each.act.block <= finalized
      ? { ...each, changes }
      : { ...each, changes: [headChange(each, joined), ...changes] };
  });
  const reading = readBefore(tx, { steps, seen });
  const doing = meanwhile();
  // It may fail before anybody waits for it.
  doing.catch(() => undefined);
  const [tables] = await Promise.all([reading, moving]);
  const existing = new Map([...tables].map(([table, rows]) => [table, keysOfRows(rows)]));
  const undo: object[] = [];
  for (const { act, changes } of steps) {
    changes.forEach((change, step) => {
      const rows = tables.get(change.table);
      const before = rows?.get(change.key) ?? null;
      if (act.block > finalized) {
        const place = { block: act.block, log_index: act.logIndex, step };
        undo.push({ ...place, projection: change.table, key: change.key, before });
      }
      rows?.set(change.key, change.next(before));
    });
  }
  const replacements = [...tables].map(([table, rows]) => {
    const present = [...rows.values()].filter((row) => row !== null);
    if (seen !== null) for (const { key } of present) seen.add(`${table} ${key}`);
    return { table, keys: existing.get(table) ?? [], rows: present };
  });
  const joining = { table: "heads", rows: isSettled ? fresh : [] } as const;
  await Promise.all([doing, replaceRows(tx, replacements, [joining, { table: "undo", rows: undo }, besides])]);
  return { faults: listed.faults };
}

/** The rows that the changes touch, as they are stored; null for those that are not. */
async function readBefore(tx: Queryable, { steps, seen }: { steps: readonly Step[]; seen: Seen | null }) {
  const tables = new Map<ProjectionTable, Map<string, ProjectionRow | null>>();
  for (const { changes } of steps) {
    for (const { table, key } of changes) {
      const rows = tables.get(table) ?? new Map<string, ProjectionRow | null>();
      if (rows.size === 0) tables.set(table, rows);
      rows.set(key, null);
    }
  }
  const wanted = new Map<ProjectionTable, string[]>();
  for (const [table, rows] of tables) {
    const keys = [...rows.keys()].filter((key) => seen?.mayHold(`${table} ${key}`) ?? true);
    if (keys.length > 0) wanted.set(table, keys);
  }
  for (const { table, row } of await readRows(tx, wanted)) tables.get(table)?.set(row.key, row);
  return tables;
}

function keysOfRows(rows: ReadonlyMap<string, ProjectionRow | null>): string[] {
  return [...rows].flatMap(([key, row]) => (row === null ? [] : [key]));
}

/** The heads after acts that nobody takes back: only the last act of an account counts, and nothing need be read first. */
function settleHeads(settled: readonly BatchAct[], joined: ReadonlyMap<string, RollEntry>) {
  const last = new Map(settled.map((each) => [`${each.act.contract}|${each.act.account}`, each]));
  const moved = [];
  const fresh = [];
  for (const [key, { act, index }] of last) {
    const head = { key, head: act.headAfter, acts: index + 1 };
    const entry = joined.get(key);
    if (entry === undefined) moved.push(head);
    else fresh.push({ ...head, contract: act.contract, account: act.account, place: entry.place, roll: entry.roll });
  }
  return { moved, fresh };
}

function headChange({ act, index }: BatchAct, joined: ReadonlyMap<string, RollEntry>): Change {
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
      place: before?.["place"] ?? joined.get(key)?.place ?? -1,
      roll: before?.["roll"] ?? joined.get(key)?.roll ?? "",
    }),
  };
}
