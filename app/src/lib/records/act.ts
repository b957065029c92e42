// The acts on records: anchor, withdraw, reject; and sealing, which needs no wallet.
import { sealDocuments, type Uploaded } from "#app/documents/index.ts";
import { readLedgerEpoch } from "#app/people/index.ts";
import { perform, type Performed } from "#app/transactions/index.ts";
import { t } from "#app/ui/index.ts";
import type { Address } from "viem";
import type { ChartRecord } from "./record.ts";

/** Puts a stored document on the ledger, then hands its seal to the gateway. `how: "plain"` sends it from the wallet. */
export async function anchorRecord(
  uploaded: Uploaded,
  options: { subject: Address; how?: "relay" | "plain" },
): Promise<void> {
  const { subject } = options;
  await perform({
    act: {
      name: "anchor",
      args: { subject, document: uploaded.document, manifest: uploaded.digest, version: uploaded.version },
    },
    title: t("patient.act.anchor", { title: uploaded.metadata.title }),
    how: options.how ?? "relay",
    context: { kind: "anchor", document: uploaded.document },
  }).done;
  const epoch = await readLedgerEpoch(subject);
  await sealDocuments([
    {
      subject,
      document: uploaded.document,
      version: uploaded.version,
      category: uploaded.metadata.category,
      epoch,
      manifestBytes: uploaded.manifestBytes,
    },
  ]);
}

/** Seals documents that were opened with the owner key: after accepting a filed one, or for what is still unsealed. */
export async function sealRecords(
  records: readonly ChartRecord[],
  options: { subject: Address; keyedBy: "category" | "document" },
): Promise<void> {
  const { subject, keyedBy } = options;
  const sealable = records.flatMap(({ metadata, manifestBytes, document, version }) =>
    metadata && manifestBytes
      ? [{ subject, document, version, category: metadata.category, manifestBytes, keyedBy }]
      : [],
  );
  if (sealable.length === 0) return;
  const epoch = await readLedgerEpoch(subject);
  await sealDocuments(sealable.map((one) => ({ ...one, epoch })));
}

/** Takes a document out of the chart. What was released before stays with whoever has it. */
export function withdrawRecord(record: ChartRecord, title: string): Performed {
  return perform({
    act: {
      name: "withdraw",
      args: { account: record.subject, subject: record.subject, document: record.document },
    },
    title: t("patient.act.withdraw", { title }),
    context: { kind: "withdraw", document: record.document },
  });
}

/** Refuses a document that somebody filed. */
export function rejectRecord(record: ChartRecord, title: string): Performed {
  return perform({
    act: { name: "reject", args: { subject: record.subject, document: record.document } },
    title: t("patient.act.reject", { title }),
    context: { kind: "reject", document: record.document },
  });
}
