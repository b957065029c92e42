// What a verification found, put in the order in which an auditor wants to hear it.
// Rule: every finding says where it is; nothing that was found is left out or summed up.
import type { AuditReport, TrailDifference } from "#protocol/history/index.ts";
import { t } from "#app/ui/index.ts";

/** One finding: a heading, the exact words, and where. */
export type Finding = {
  id: string;
  source: "ledger" | "service" | "receipts";
  title: string;
  message: string;
  block?: number | undefined;
  account?: string | undefined;
  tx?: string | undefined;
  fields?: readonly { field: string; ledger: string; service: string }[];
};

const words = (value: unknown): string => (typeof value === "string" ? value : (JSON.stringify(value) ?? "nothing"));

function where(place: { account?: unknown; block?: unknown; tx?: unknown }): Pick<Finding, "block" | "account" | "tx"> {
  return {
    block: place.block === null || place.block === undefined ? undefined : Number(place.block),
    account: typeof place.account === "string" ? place.account : undefined,
    tx: typeof place.tx === "string" ? place.tx : undefined,
  };
}

/** All findings of one verification: the ledger's own history first, then what the service shows of it. */
export function collectFindings(report: AuditReport, differences: readonly TrailDifference[]): Finding[] {
  const faults = report.faults.map((fault, at): Finding => ({
    id: `ledger-${at}`,
    source: "ledger",
    title: t(`auditor.fault.${fault.kind}`),
    message: fault.message,
    ...where(fault),
  }));
  const rows = differences.map((difference, at): Finding => ({
    id: `service-${at}`,
    source: "service",
    title: t(`auditor.difference.${difference.kind}`),
    message: difference.message,
    ...where(difference.where),
    ...(difference.fields === undefined
      ? {}
      : {
          fields: difference.fields.map(({ field, ledger, service }) => ({
            field,
            ledger: words(ledger),
            service: words(service),
          })),
        }),
  }));
  return [...faults, ...rows];
}
