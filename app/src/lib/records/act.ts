// The acts on records: anchor, withdraw, reject; and sealing, which needs no wallet.
import { sealDocuments, type Uploaded } from "#app/documents/index.ts";
import { readLedgerEpoch } from "#app/people/index.ts";
import { perform, type Performed } from "#app/transactions/index.ts";
import { t } from "#app/ui/index.ts";
import type { Address } from "viem";
import type { ChartRecord } from "./record.ts";
import type { Wanted } from "./sealed-elsewhere.ts";

/** The most records that one signature puts on the ledger. */
const AT_ONCE = 50;

/** Puts a stored document on the ledger, then hands its seal to the gateway. `how: "plain"` sends it from the wallet. */
export function anchorRecord(
  uploaded: Uploaded,
  options: { subject: Address; how?: "relay" | "plain" },
): Promise<void> {
  return anchorRecords([uploaded], options);
}

/** Puts stored documents on the ledger, up to fifty under one signature, then hands their seals to the gateway. */
export async function anchorRecords(
  uploads: readonly Uploaded[],
  options: { subject: Address; how?: "relay" | "plain" },
): Promise<void> {
  const { subject, how = "relay" } = options;
  for (let at = 0; at < uploads.length; at += AT_ONCE) {
    const some = uploads.slice(at, at + AT_ONCE);
    const [first] = some;
    if (first === undefined) return;
    const anchors = some.map(({ document, digest, version }) => ({ document, manifest: digest, version }));
    await perform({
      act:
        some.length === 1
          ? {
              name: "anchor",
              args: { subject, document: first.document, manifest: first.digest, version: first.version },
            }
          : { name: "anchorMany", args: { subject, anchors } },
      title:
        some.length === 1
          ? t("patient.act.anchor", { title: first.metadata.title })
          : t("patient.act.anchorMany", { count: some.length }),
      how,
      context: { kind: "anchor", documents: some.map(({ document }) => document) },
    }).done;
    const epoch = await readLedgerEpoch(subject);
    await sealDocuments(
      some.map(({ document, version, metadata, manifestBytes }) => ({
        subject,
        document,
        version,
        category: metadata.category,
        epoch,
        manifestBytes,
      })),
    );
  }
}

/** Seals documents that were opened with the owner key: after accepting a filed one, or for what is still unsealed. */
export async function sealRecords(
  records: readonly ChartRecord[],
  options: { subject: Address; keyedBy: "category" | "document" },
): Promise<void> {
  const { subject, keyedBy } = options;
  const wanted = records.flatMap(({ metadata, manifestBytes, document, version }) =>
    metadata && manifestBytes ? [{ document, version, category: metadata.category, manifestBytes, keyedBy }] : [],
  );
  await sealWanted(wanted, { subject });
}

/** Makes these seals, under the keys of the present root and epoch, and hands them to the service's gateway. */
export async function sealWanted(wanted: readonly Wanted[], { subject }: { subject: Address }): Promise<void> {
  if (wanted.length === 0) return;
  const epoch = await readLedgerEpoch(subject);
  await sealDocuments(wanted.map((one) => ({ ...one, subject, epoch })));
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
