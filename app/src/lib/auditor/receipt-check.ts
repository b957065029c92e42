// Reads the gateway's receipts from the service and audits them against the ledger that was verified a moment ago.
import { chainClient, gatewayInfo, readAll } from "#app/service/index.ts";
import { consentKey, isInForce } from "#protocol/consent/index.ts";
import { consentAt, type AuditReport } from "#protocol/history/index.ts";
import { auditReceipts, type ReceiptAudit } from "#protocol/receipts/index.ts";
import { t } from "#app/ui/index.ts";
import { z } from "zod";
import type { Finding } from "./findings.ts";

const MOST_RECEIPTS = 100_000;
const itemShape = z.looseObject({ receipt: z.unknown(), orphaned: z.boolean().default(false) });
const numberShape = z.looseObject({ body: z.looseObject({ number: z.number().int() }) });

/** How many receipts were checked, what does not hold, and whose word each statement rests on. */
export type ReceiptCheck = { checked: number; findings: Finding[]; statements: ReceiptAudit["statements"] };

/** Checks every receipt that the service shows. Throws Failure. */
export async function checkReceipts(report: AuditReport, options: { signal: AbortSignal }): Promise<ReceiptCheck> {
  const { address: gateway } = await gatewayInfo();
  const items = await readAll("/api/receipts", {
    schema: itemShape,
    query: { as: "gateway" },
    max: MOST_RECEIPTS,
    signal: options.signal,
  });
  const client = await chainClient();
  const audit = await auditReceipts(
    items.map((item) => item.receipt),
    {
      gateway,
      anchors: (report.state.anchors.get(gateway) ?? []).map(({ value: { root, first, count } }) => ({
        root,
        first: Number(first),
        count: Number(count),
      })),
      wasInForce: (name, at) => {
        // What the ledger said after the verified block is no part of this verification.
        if (at > report.block.time) return true;
        const consent = report.state.consents.get(consentKey(name));
        const record = consent === undefined ? undefined : consentAt(consent, at);
        return record !== undefined && isInForce(record, at);
      },
      confirmWallet: (address, signed) => client.verifyMessage({ address, ...signed }),
    },
  );
  // The service's own word on why a consent is not there: said besides whatever was found, and takes nothing off it.
  const orphaned = items.flatMap((item) => {
    const named = numberShape.safeParse(item.receipt);
    return item.orphaned && named.success ? [named.data.body.number] : [];
  });
  return {
    checked: audit.checked,
    statements: audit.statements,
    findings: [
      ...audit.findings.map(({ message }, at) => ({
        id: `receipt-${at}`,
        source: "receipts" as const,
        title: t("auditor.receipt.finding"),
        message,
      })),
      ...orphaned.map((number, at) => ({
        id: `orphaned-${at}`,
        source: "receipts" as const,
        title: t("auditor.receipt.orphaned"),
        message: t("auditor.receipt.orphaned.about", { number }),
      })),
    ],
  };
}
