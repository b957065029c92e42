// A backup's lines, each a JSON value: what it is of, files, rows as PostgreSQL writes them as JSON, blocks of the
// embedded IPFS node, and at the end how much there was, so that half a backup is never taken for a whole one.

import { z } from "zod";

const text = z.string();

/** Every line that there is. */
export const lineSchema = z.union([
  z.strictObject({
    format: z.literal("placet-backup"),
    formatVersion: z.literal(1),
    /** Unix seconds. */
    madeAt: z.number().int(),
    chainId: z.number().int(),
    genesisHash: text,
    ledger: text,
    providerRegistry: text,
    gateway: text,
  }),
  z.strictObject({ file: z.enum(["deployment.json", "gateway.json"]), text }),
  z.strictObject({ table: text.regex(/^[a-z_]+$/), row: z.record(text, z.unknown()) }),
  z.strictObject({ block: text, bytes: z.base64() }),
  z.strictObject({ end: z.strictObject({ lines: z.number().int(), sha256: text }) }),
]);

/** One line. */
export type BackupLine = z.output<typeof lineSchema>;

/** What a backup is of: its first line. */
export type BackupHead = Extract<BackupLine, { format: string }>;

/** What a backup holds, counted. */
export type BackupCounts = { tables: Record<string, number>; blocks: number };

/** Counts one line. */
export function countLine(counts: BackupCounts, line: BackupLine): void {
  if ("table" in line) counts.tables[line.table] = (counts.tables[line.table] ?? 0) + 1;
  if ("block" in line) counts.blocks += 1;
}
