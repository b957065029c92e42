// Opens a document for its subject: with the owner key, from the stored blocks, without asking any gateway.
import { readDocument, readRange } from "#app/vault/index.ts";
import { Failure } from "#protocol/failure.ts";
import { t } from "#app/ui/index.ts";
import type { ChartRecord } from "./record.ts";
import type { Bytes } from "#protocol/bytes.ts";

/** The document's bytes as a blob of its media type. Throws Failure("not-found" | "tampered" | "wrong-key" | ...). */
export async function openRecord(record: ChartRecord, options: { signal?: AbortSignal } = {}): Promise<Blob> {
  if (!record.manifestBytes) throw new Failure("not-found", t("patient.record.error.missing"));
  const { blob } = await readDocument(
    { manifestBytes: record.manifestBytes, via: "owner" },
    options.signal ? { signal: options.signal } : {},
  );
  return blob;
}

/** The document as somebody reads it part by part. What is read throws Failure as `openRecord` does. */
export function partsOfRecord(record: ChartRecord): {
  size: number;
  read: (start: number, end: number) => Promise<Bytes>;
} {
  const { manifestBytes, metadata } = record;
  if (!manifestBytes || !metadata) throw new Failure("not-found", t("patient.record.error.missing"));
  return {
    size: metadata.size,
    read: (start, end) => readRange({ manifestBytes, via: "owner", start, end }),
  };
}
