// The versions of one record of a patient, for whoever may see it: what the ledger holds of each, as a record of its own.
import { addressShape, digestShape, readAll, timeShape } from "#app/service/index.ts";
import { z } from "zod";
import type { ChartEntry } from "./chart-entry.ts";

const versionSchema = z.object({
  version: z.number().int().positive(),
  manifest: digestShape,
  author: addressShape,
  at: timeShape,
});

/** Every version, the newest first. Whether an older one still opens is decided when it is asked for. */
export async function readEntryVersions(entry: ChartEntry): Promise<ChartEntry[]> {
  const { subject, document } = entry;
  const items = await readAll(`/api/documents/${document}/versions`, { query: { subject }, schema: versionSchema });
  return items
    .map(({ at, ...item }): ChartEntry => ({ ...entry, ...item, addedAt: at }))
    .sort((a, b) => b.version - a.version);
}
