// Reads a subject's own documents: the list from the service, each manifest by the ledger's digest, each description
// opened by the vault's owner key. Rule: a description is shown only when it opened under the key it commits to.
import { fetchManifests } from "#app/documents/index.ts";
import { addressShape, digestShape, readAll } from "#app/service/index.ts";
import { openManifests } from "#app/vault/index.ts";
import type { Metadata } from "#protocol/documents/index.ts";
import type { Address } from "viem";
import { z } from "zod";
import { readErasures } from "./erasures.ts";
import type { ChartRecord } from "./record.ts";

const rowSchema = z.object({
  document: digestShape,
  version: z.number(),
  manifest: digestShape,
  author: addressShape,
  subject: addressShape,
  status: z.number(),
  at: z.number(),
});

const sealSchema = z.object({
  document: digestShape,
  version: z.number(),
  author: addressShape,
  keyedBy: z.enum(["category", "document"]).default("category"),
});

/** What a description was opened for: the list is the service's word, so one manifest may be claimed for two documents. */
const nameOf = (row: z.output<typeof rowSchema>): string => `${row.document}:${row.version}:${row.manifest}`;

/** Reads all documents of a subject. What was opened once is kept, for this document and version alone. */
export function createRecordReader(subject: Address): () => Promise<ChartRecord[]> {
  const opened = new Map<string, Metadata>();

  return async () => {
    const [listed, seals, erasures] = await Promise.all([
      readAll("/api/documents", { query: { subject }, schema: rowSchema }),
      readAll("/api/seals", { query: { subject }, schema: sealSchema }),
      readErasures(),
    ]);
    // An end on the ledger counts one version on, so that nothing signed before it holds; the document's last is the one below.
    const rows = listed.map((row) => (row.status === 1 ? row : { ...row, version: Math.max(1, row.version - 1) }));
    const sealsOf = Map.groupBy(seals, ({ document }) => document);
    const owned = new Set(
      seals.filter((seal) => seal.author === subject).map((seal) => `${seal.document}:${seal.version}:${seal.keyedBy}`),
    );
    // What was erased is looked for nowhere: each search would take its time and find nothing.
    const wanted = rows.filter(({ document }) => !erasures.has(document)).map(({ manifest }) => manifest);
    const fetched = await fetchManifests(wanted);
    const bytesOf = new Map(wanted.map((digest, at) => [digest, fetched[at]]));
    const manifests = rows.map(({ manifest }) => bytesOf.get(manifest));
    const unopened = rows.flatMap((row, at) => {
      const bytes = manifests[at];
      return bytes && !opened.has(nameOf(row)) ? [{ row, bytes }] : [];
    });
    const answers = await openManifests(unopened.map(({ bytes }) => ({ manifestBytes: bytes })));
    unopened.forEach(({ row }, at) => {
      const answer = answers[at];
      // A manifest that speaks of another document than the ledger's entry is not this document's.
      if (answer?.ok && answer.manifest.document === row.document && answer.manifest.version === row.version)
        opened.set(nameOf(row), answer.metadata);
    });
    return rows.map((row, at): ChartRecord => {
      const metadata = opened.get(nameOf(row));
      return {
        ...row,
        manifestBytes: manifests[at],
        metadata,
        problem: metadata ? undefined : manifests[at] ? "cannot-open" : "missing",
        sealedByOwner: owned.has(`${row.document}:${row.version}:category`),
        sealedSingly: owned.has(`${row.document}:${row.version}:document`),
        seals: (sealsOf.get(row.document) ?? []).map(({ version, keyedBy }) => ({ version, keyedBy })),
        erasure: erasures.get(row.document),
      };
    });
  };
}
