// Which tables chain and IPFS rebuild, which only a backup can bring back, and which live no longer than the process.
// A table that is named nowhere here counts as one to be kept: forgetting to name it loses nothing.

import type { Queryable } from "../store/database.ts";
import { projectionTables } from "../sync/projections/index.ts";

/** Tables that `reindex` makes anew, row for row. */
export const rebuiltTables: readonly string[] = [
  ...["sync_state", "blocks", "acts", "act_parties", "raw_logs", "undo", "heads"],
  ...projectionTables,
  ...["openings", "cards"],
];

/**
 * Tables that neither a rebuilding nor a backup is about: what the service tells, remembers for hours, is told at start,
 * reads from blocks as it needs it, or notes about this database's own files.
 */
const passingTables: readonly string[] = [
  ...["migrations", "resting_indexes", "stream", "writer_term", "service_notes"],
  ...["manifest_readings", "body_leaves", "seals_gone"],
  ...["nonces", "call_nonces", "sessions", "session_tokens", "sign_in_failures"],
];

/** Tables that a backup must hold: vaults, seals, receipts, orphaned acts, and acts that are on their way to the ledger. */
export async function listKeptTables(db: Queryable): Promise<string[]> {
  const rows = await db.query<{ name: string }>(
    "select table_name as name from information_schema.tables where table_schema = current_schema() and table_type = 'BASE TABLE' order by 1",
  );
  return rows.map(({ name }) => name).filter((name) => !rebuiltTables.includes(name) && !passingTables.includes(name));
}

/** The columns of a table, in its order; those that number themselves marked. */
export async function listColumns(db: Queryable, table: string): Promise<{ name: string; isIdentity: boolean }[]> {
  return db.query<{ name: string; isIdentity: boolean }>(
    `select column_name as name, is_identity = 'YES' as "isIdentity" from information_schema.columns
     where table_schema = current_schema() and table_name = $1 order by ordinal_position`,
    [table],
  );
}
