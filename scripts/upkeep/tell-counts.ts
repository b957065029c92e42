// What a backup holds, in lines for the person who made or restored it.

import type { BackupCounts } from "#indexer/backup/format.ts";

/** One line a table, and one for the blocks. */
export function tellCounts({ tables, blocks }: BackupCounts): string {
  const lines = Object.entries(tables).map(([table, rows]) => `${table.padEnd(20)} ${String(rows).padStart(10)} rows`);
  return [...lines, `${"blocks".padEnd(20)} ${String(blocks).padStart(10)}`].join("\n");
}
