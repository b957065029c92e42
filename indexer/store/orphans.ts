// Acts of branches that the chain left: kept apart, so that nobody takes them for history and nobody can say that they
// never were. An act is here or among the acts, never in both.

import type { Hex } from "viem";
import { actColumns, listPlaced } from "./acts.ts";
import type { ActRow, ActFilter } from "./acts.ts";
import type { Queryable } from "./database.ts";

/** An act that is no longer in the chain, and since when (Unix seconds). */
export type OrphanRow = ActRow & { orphanedAt: number };

/** Moves the acts above block `ancestor` here; gives how many there were. */
export async function orphanActs(tx: Queryable, { ancestor, at }: { ancestor: number; at: number }): Promise<number> {
  await tx.query(
    `insert into orphan_parties (party, block_hash, log_index)
     select p.party, a.block_hash, a.log_index from act_parties p
     join acts a on a.block = p.block and a.log_index = p.log_index where p.block > $1 on conflict do nothing`,
    [ancestor],
  );
  const [row] = await tx.query<{ moved: number }>(
    `with moved as (
       insert into orphans (${columnNames}, orphaned_at) select ${columnNames}, $2 from acts where block > $1
       on conflict do nothing returning 1
     ) select count(*) as moved from moved`,
    [ancestor, at],
  );
  return row?.moved ?? 0;
}

/** Forgets here the acts of blocks that are in the chain again, as they are about to be stored among the acts. */
export async function recallOrphans(tx: Queryable, headers: readonly { hash: Hex }[]): Promise<void> {
  // Nearly always there are none at all, and a first reading has many blocks.
  if ((await tx.query("select 1 from orphans limit 1")).length === 0) return;
  const hashes = headers.map((header) => header.hash);
  await tx.query("delete from orphan_parties where block_hash = any($1::text[])", [hashes]);
  await tx.query("delete from orphans where block_hash = any($1::text[])", [hashes]);
}

/**
 * Orphaned acts, chosen and ordered as `listActs` does. Several branches may have had an act at one place: `afterHash` is
 * the block hash of the last row that was listed.
 */
export async function listOrphans(
  db: Queryable,
  { afterHash = null, ...filter }: ActFilter & { afterHash?: Hex | null },
): Promise<OrphanRow[]> {
  const source =
    filter.party === null
      ? "orphans a"
      : "orphan_parties p join orphans a on a.block_hash = p.block_hash and a.log_index = p.log_index";
  return listPlaced<OrphanRow>(db, {
    filter,
    columns: `${actColumns}, a.orphaned_at as "orphanedAt"`,
    source,
    place: ["a.block", "a.log_index"],
    tie: { column: "a.block_hash", after: afterHash },
  });
}

const columnNames =
  'contract, address, block, block_hash, time, tx, log_index, account, "index", act, args, head_before, head_after, topics, data';
