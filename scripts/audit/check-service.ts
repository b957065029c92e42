// Comparing what a service, or an exported file, shows with the acts that were verified. Rule: only what lies at or
// before the audited block is judged; a service that has not come so far is told so.

import { createPublicClient, http } from "viem";
import type { Hex } from "viem";
import { consentKey, isInForce } from "#protocol/consent/index.ts";
import {
  compareRoll,
  compareTrail,
  consentAt,
  type AuditReport,
  type TrailDifference,
} from "#protocol/history/index.ts";
import { auditReceipts, type ReceiptAudit } from "#protocol/receipts/index.ts";
import type { ServiceView } from "./service.ts";

/** What comparing a service or a file came to. */
export type Comparison = {
  readonly source: string;
  /** How many rows were compared. */
  readonly rows: number;
  /** The last block up to which rows were compared. */
  readonly upTo: number;
  /** How many blocks of the audited ones the source does not have. */
  readonly behind: number;
  readonly differences: readonly TrailDifference[];
  readonly receipts: ReceiptAudit | null;
  /** What the service itself admits. */
  readonly admits: readonly string[];
};

/** Compares an exported trail. A file that ends earlier than the audited block is judged as a whole: what lacks is missing. */
export function checkHistoryFile(report: AuditReport, file: string, rows: readonly unknown[]): Comparison {
  const differences = compareTrail(report.acts, rows, { upTo: report.block.number });
  return {
    source: file,
    rows: rows.length,
    upTo: report.block.number,
    behind: 0,
    differences,
    receipts: null,
    admits: [],
  };
}

const blockOf = (row: unknown) => (typeof row === "object" && row !== null && "block" in row ? Number(row.block) : 0);
const accountOf = (row: unknown) =>
  typeof row === "object" && row !== null && "account" in row ? String(row.account).toLowerCase() : "";

/** Compares a service's trail, roll and receipts. */
export async function checkService(
  report: AuditReport,
  view: ServiceView,
  options: { readonly url: string; readonly rpcUrl: string },
): Promise<Comparison> {
  const upTo = Math.min(view.block, report.block.number);
  const differences = compareTrail(report.acts, view.rows, { upTo });
  // Accounts that acted after the audited block have other heads by now, and rightly so; and what the service has not
  // read yet it cannot have folded.
  const later = new Set([
    ...view.rows.filter((row) => blockOf(row) > report.block.number).map(accountOf),
    ...report.acts.filter((act) => act.block > upTo).map((act) => act.account.toLowerCase()),
  ]);
  for (const contract of ["providerRegistry", "ledger"] as const) {
    const known = report.accounts.filter(
      (entry) => entry.contract === contract && !later.has(entry.account.toLowerCase()),
    );
    const truth = {
      contract,
      accounts: known.map(({ account }) => account),
      heads: new Map(known.map(({ account, head }) => [account, head] as const)),
    };
    const shown = view.roll[contract].filter(({ account }) => !later.has(account.toLowerCase()));
    differences.push(...compareRoll(truth, shown));
  }
  const anchors = (report.state.anchors.get(view.gateway) ?? []).map(({ value }) => ({
    root: value.root,
    first: Number(value.first),
    count: Number(value.count),
  }));
  const client = createPublicClient({ transport: http(options.rpcUrl) });
  const receipts = await auditReceipts(view.receipts, {
    gateway: view.gateway,
    anchors,
    wasInForce: (names, at) => {
      // The gateway's clock may be past the audited block; what the ledger said then is not part of this audit.
      if (at > report.block.time) return true;
      const consent = report.state.consents.get(consentKey(names));
      const record = consent === undefined ? undefined : consentAt(consent, at);
      return record !== undefined && isInForce(record, at);
    },
    confirmWallet: (address, { message, signature }) =>
      client.verifyMessage({ address, message, signature: signature as Hex }).catch(() => false),
  });
  return {
    source: options.url,
    rows: view.rows.filter((row) => blockOf(row) <= upTo).length,
    upTo,
    behind: Math.max(0, report.block.number - view.block),
    differences,
    receipts,
    admits: view.admits,
  };
}
