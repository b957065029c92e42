// A record's versions: what the ledger holds of each, and what this device opened of it. Rule: the list is the service's
// word, so a version is shown only where its manifest is the one named, for this very document and number.
import { fetchManifests } from "#app/documents/index.ts";
import { addressShape, digestShape, readAll, timeShape } from "#app/service/index.ts";
import { openManifests } from "#app/vault/index.ts";
import { z } from "zod";
import type { ChartRecord } from "./record.ts";

const versionSchema = z.object({
  version: z.number().int().positive(),
  manifest: digestShape,
  author: addressShape,
  at: timeShape,
});

/** Every version of a record as a record of its own, the newest first. Whether it is sealed by the owner is told of the newest alone. */
export async function readVersions(record: ChartRecord): Promise<ChartRecord[]> {
  const { subject, document } = record;
  const items = await readAll(`/api/documents/${document}/versions`, { query: { subject }, schema: versionSchema });
  const manifests = await fetchManifests(items.map(({ manifest }) => manifest));
  const there = items.flatMap((item, at) => {
    const manifestBytes = manifests[at];
    return manifestBytes ? [{ item, manifestBytes }] : [];
  });
  const answers = await openManifests(there.map(({ manifestBytes }) => ({ manifestBytes })));
  const opened = new Map(
    there.map(({ item }, at) => {
      const answer = answers[at];
      const ours = answer?.ok && answer.manifest.document === document && answer.manifest.version === item.version;
      return [item.version, ours ? answer.metadata : undefined];
    }),
  );
  return items
    .map((item, at): ChartRecord => {
      const metadata = opened.get(item.version);
      const manifestBytes = manifests[at];
      const problem = metadata ? undefined : manifestBytes ? ("cannot-open" as const) : ("missing" as const);
      return { ...record, ...item, manifestBytes, metadata, problem };
    })
    .sort((a, b) => b.version - a.version);
}
