// One line of the patient's trail: an act on the ledger, or a receipt of a read. Both have a time and a proof.
import { findPurpose } from "#protocol/codes/index.ts";
import { describeAct, type TrailRow } from "#protocol/history/index.ts";
import { readerOf, type Receipt } from "#protocol/receipts/index.ts";
import { t } from "#app/ui/index.ts";
import type { Address, Hex } from "viem";

/** An anchored batch of receipts, or none yet. */
export type ReceiptBatch = { first: number; root: Hex; anchoredTx: string | null };

/**
 * A line. `time` in unix seconds. `orphaned`: the consent that was read under was on the ledger then, and the ledger has
 * replaced its newest entries since by others among which it is not.
 */
export type ActivityLine =
  | { kind: "act"; id: string; time: number; row: TrailRow }
  | {
      kind: "receipt";
      id: string;
      time: number;
      receipt: Receipt;
      hash: Hex;
      batch: ReceiptBatch | null;
      orphaned: boolean;
    };

/** What the words of a line need to know of the world. */
export type LineContext = {
  viewer: Address;
  nameOf: (address: string) => string;
  /** The title of one of the viewer's documents, if this device could open it. */
  titleOf: (document: string) => string | undefined;
};

/** A line in plain words. */
export function wordsOf(line: ActivityLine, context: LineContext): string {
  if (line.kind === "act") {
    const named = documentWords(line.row, context);
    if (named) return named;
    return describeAct(line.row, {
      nameOf: (address) => context.nameOf(address),
      viewer: context.viewer,
      timeZone: Intl.DateTimeFormat().resolvedOptions().timeZone,
    });
  }
  const { body } = line.receipt;
  if (body.kind === "disclosure") {
    const auditor = body.disclosure?.auditor ?? "";
    return t("patient.activity.disclosure", {
      name: context.nameOf(auditor),
      case: body.disclosure?.case ?? "",
      reason: body.disclosure?.reason ?? "",
    });
  }
  const request = body.request?.request;
  const reader = readerOf(body);
  const name = reader ? context.nameOf(reader) : t("patient.activity.somebody");
  const forWhom =
    request && reader && request.grantee !== reader
      ? t("patient.activity.forOrganisation", { name: context.nameOf(request.grantee) })
      : "";
  const purpose = purposePhrase(request?.purpose);
  const what = whatWords(line.receipt, context);
  return body.kind === "released"
    ? t("patient.activity.read", { name, forWhom, what, purpose })
    : t("patient.activity.refused", { name, forWhom, what, purpose, reason: reasonWords(body.reason) });
}

/** What happened to a document, by its title: the ledger itself knows none. */
function documentWords(row: TrailRow, context: LineContext): string | undefined {
  const { document, author, by } = row.args;
  const title = typeof document === "string" ? context.titleOf(document) : undefined;
  if (title === undefined || row.account !== context.viewer) return undefined;
  if (row.act === "Anchored") return t("patient.activity.anchored", { title });
  if (row.act === "Filed") return t("patient.activity.filed", { name: context.nameOf(String(author)), title });
  if (row.act === "Rejected") return t("patient.activity.rejected", { title });
  if (row.act === "Withdrawn")
    return String(by) === context.viewer
      ? t("patient.activity.withdrawn", { title })
      : t("patient.activity.withdrawnBy", { name: context.nameOf(String(by)), title });
  return undefined;
}

/** The documents of a receipt in words: their titles, or how many. */
export function whatWords(receipt: Receipt, context: LineContext): string {
  const results = receipt.body.results.filter((one) => receipt.body.kind !== "released" || one.reason === null);
  const titles = results.flatMap((one) => context.titleOf(one.document) ?? []);
  const [first] = titles;
  if (titles.length === 1 && results.length === 1 && first !== undefined)
    return t("patient.activity.quoted", { title: first });
  if (titles.length === 2 && results.length === 2)
    return t("patient.activity.twoTitles", { first: titles[0] ?? "", second: titles[1] ?? "" });
  return t("patient.activity.documents", { count: results.length });
}

/** "treatment" for a purpose code. */
export function purposePhrase(code: string | undefined): string {
  return (code && findPurpose(code)?.phrase) || t("patient.activity.noPurpose");
}

/** Why a read was refused, in words. */
export function reasonWords(reason: string | null): string {
  switch (reason) {
    case "consent-revoked":
    case "revoke-received":
      return t("patient.refusal.revoked");
    case "consent-expired":
      return t("patient.refusal.expired");
    case "consent-renounced":
    case "consent-superseded":
      return t("patient.refusal.ended");
    case "not-yet-begun":
      return t("patient.refusal.notYet");
    case "glass-not-broken":
      return t("patient.refusal.glass");
    case "beyond-mandate":
      return t("patient.refusal.mandate");
    case "category-not-covered":
    case "document-not-covered":
      return t("patient.refusal.notCovered");
    case "purpose-not-covered":
      return t("patient.refusal.purpose");
    case "withdrawn":
      return t("patient.refusal.withdrawn");
    case "no-consent":
      return t("patient.refusal.none");
    default:
      return t("patient.refusal.other");
  }
}
