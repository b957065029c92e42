// Where the index stands on the chain, the blocks it remembers, and going back to an older one.

import type { Hex } from "viem";
import { Failure } from "#protocol/failure.ts";
import type { Deployment } from "../chain.ts";
import { orphanActs } from "./orphans.ts";
import { replaceRows } from "./rows.ts";
import type { ProjectionRow, ProjectionTable } from "./rows.ts";
import type { Queryable } from "./database.ts";

/** The last block whose acts are all stored; `finalized` is the newest block that is never taken back. */
export type Cursor = { number: number; hash: Hex; time: number; finalized: number };

/** The cursor; null before the first block. Throws `wrong-chain` when the database belongs to another chain or deployment. */
export async function readCursor(db: Queryable, deployment: Deployment): Promise<Cursor | null> {
  const [row] = await db.query<{
    chain_id: number;
    genesis_hash: Hex;
    ledger: string;
    provider_registry: string;
    number: number;
    hash: Hex;
    time: number;
    finalized: number;
    ledger_code: Hex | null;
    provider_registry_code: Hex | null;
  }>("select * from sync_state where id = 1");
  if (row === undefined) return null;
  if (
    row.chain_id !== deployment.chainId ||
    row.genesis_hash !== deployment.genesisHash ||
    row.ledger !== deployment.ledger ||
    row.provider_registry !== deployment.providerRegistry
  ) {
    throw new Failure(
      "wrong-chain",
      "This database belongs to another chain or another deployment. Nothing was changed. Use another data folder for this one.",
    );
  }
  const { buildHashes } = deployment;
  if (
    (row.ledger_code ?? buildHashes.ledger) !== buildHashes.ledger ||
    (row.provider_registry_code ?? buildHashes.providerRegistry) !== buildHashes.providerRegistry
  ) {
    throw new Failure(
      "wrong-chain",
      "This database was filled from contracts with other code at the same addresses. Nothing was changed. Use another data folder for this deployment.",
      { reason: "wrong-code" },
    );
  }
  return { number: row.number, hash: row.hash, time: row.time, finalized: row.finalized };
}

/**
 * Moves the cursor on from where it was left (null: nowhere), and where every head was seen equal; the finalized block never
 * moves back. What can no longer be needed for going back is forgotten: blocks below the finalized one (that one's hash
 * stays), undo rows up to it. Throws `conflict` when the cursor is not where it was left: a server that crashed may have
 * lost commits that it had not written to its disk, and nothing may be stored above a gap.
 */
export async function writeCursor(
  tx: Queryable,
  deployment: Deployment,
  { from, cursor, proven }: { from: Cursor | null; cursor: Cursor; proven: number },
): Promise<void> {
  const moved = await tx.query(
    `with gone as (delete from blocks where number < $8), undone as (delete from undo where block <= $8)
     insert into sync_state (id, chain_id, genesis_hash, ledger, provider_registry, number, hash, time, finalized, ledger_code, provider_registry_code, proven)
     values (1, $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
     on conflict (id) do update set number = $5, hash = $6, time = $7, finalized = greatest(sync_state.finalized, $8),
       ledger_code = $9, provider_registry_code = $10, proven = $11
     where sync_state.number = $12 and sync_state.hash = $13 returning id`,
    [
      deployment.chainId,
      deployment.genesisHash,
      deployment.ledger,
      deployment.providerRegistry,
      cursor.number,
      cursor.hash,
      cursor.time,
      cursor.finalized,
      deployment.buildHashes.ledger,
      deployment.buildHashes.providerRegistry,
      proven,
      from?.number ?? null,
      from?.hash ?? null,
    ],
  );
  if (moved.length === 0)
    throw new Failure(
      "conflict",
      "The index is not at the block where it was left. Nothing was stored; it is read again.",
    );
}

/** The newest block at which every stored head was seen equal to the contracts' own; -1 when there is none. */
export async function readProven(db: Queryable): Promise<number> {
  return (await db.query<{ proven: number }>("select proven from sync_state where id = 1"))[0]?.proven ?? -1;
}

/** Notes that every stored head was seen equal to the contracts' own at this block. */
export async function writeProven(db: Queryable, proven: number): Promise<void> {
  await db.query("update sync_state set proven = $1 where id = 1 and proven <> $1 and number >= $1", [proven]);
}

/** What is remembered of a block; null when it is too old or was never stored. */
export async function readBlock(db: Queryable, number: number): Promise<{ number: number; hash: Hex } | null> {
  return (
    (await db.query<{ number: number; hash: Hex }>("select number, hash from blocks where number = $1", [number]))[0] ??
    null
  );
}

/** The newest remembered block at or below `number` that is not younger than `time`; null when there is none. */
export async function readNewestBefore(
  db: Queryable,
  { time, number }: { time: number; number: number },
): Promise<number | null> {
  const [row] = await db.query<{ number: number | null }>(
    "select max(number) as number from blocks where time <= $1 and number <= $2",
    [time, number],
  );
  return row?.number ?? null;
}

/** The remembered hash of each block from `from` to `to`, newest first. */
export async function readBlockHashes(
  db: Queryable,
  { from, to }: { from: number; to: number },
): Promise<{ number: number; hash: Hex }[]> {
  return db.query<{ number: number; hash: Hex }>(
    "select number, hash from blocks where number between $1 and $2 order by number desc",
    [from, to],
  );
}

/** Takes back everything above block `ancestor`: its acts move to the orphans, projections become what they were. Gives the number of acts. */
export async function rollBack(tx: Queryable, { ancestor, at }: { ancestor: number; at: number }): Promise<number> {
  const undo = await tx.query<{ projection: ProjectionTable; key: string; before: ProjectionRow | null }>(
    `select distinct on (projection, key) projection, key, before from undo
     where block > $1 order by projection, key, block, log_index, step`,
    [ancestor],
  );
  await replaceRows(
    tx,
    [...Map.groupBy(undo, (row) => row.projection)].map(([table, rows]) => ({
      table,
      keys: rows.map((row) => row.key),
      rows: rows.flatMap((row) => (row.before === null ? [] : [row.before])),
    })),
  );
  const moved = await orphanActs(tx, { ancestor, at });
  for (const table of ["undo", "act_parties", "acts", "raw_logs"])
    await tx.query(`delete from ${table} where block > $1`, [ancestor]);
  await tx.query("delete from blocks where number > $1", [ancestor]);
  await tx.query("update sync_state set proven = least(proven, $1)", [ancestor]);
  return moved;
}
