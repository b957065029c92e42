// Opens a document for its subject: with the owner key, from the stored blocks, without asking any gateway.
import { makeReadable } from "#app/documents/index.ts";
import { t } from "#app/ui/index.ts";
import type { Readable } from "#app/viewer/index.ts";
import { Failure } from "#protocol/failure.ts";
import type { ChartRecord } from "./record.ts";

/** How the document is read. Throws Failure("not-found"); what is read, Failure("not-found" | "tampered" | "wrong-key" | ...). */
export function readableRecord({ manifestBytes, metadata }: ChartRecord): Readable {
  if (!manifestBytes || !metadata) throw new Failure("not-found", t("patient.record.error.missing"));
  return makeReadable({ manifestBytes, via: "owner" }, metadata);
}
