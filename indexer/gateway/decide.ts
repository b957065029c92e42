// May this reader have these documents now? One pure function of what the ledger, the clock, the opening and the seals
// say. Rule: every doubt is a refusal, and whoever is no party to the consent gets the one same answer to everything.

import { consentStatuses, hasOp, roleMay } from "#protocol/codes/index.ts";
import { covers, openUntil, parseTerms, type Opening } from "#protocol/consent/index.ts";
import type { Release } from "#protocol/documents/index.ts";
import type { ReadRequest, RefusalReason } from "#protocol/receipts/index.ts";
import type { LedgerState } from "./ledger-state.ts";

/** Everything that a decision rests on. Times are Unix seconds. */
export type Evidence = {
  request: ReadRequest;
  ledger: LedgerState;
  /** The gateway's own clock. */
  now: number;
  /** How old the latest block may be before the node counts as lagging. */
  maxLag: number;
  /** Whether the index knows this very record of the consent: who granted it is read from there. */
  indexed: boolean;
  /** What the consent covers; null when no (readable) opening was entrusted to this gateway. */
  opening: Opening | null;
  /**
   * Where a proxy granted the consent: what their own mandate covers, null when that is not known here. Undefined: the
   * subject granted it, if it is `indexed`.
   */
  mandate?: Opening | null | undefined;
  /** Opened seals of the documents asked for. */
  seals: readonly Release[];
  /** Those of the documents asked for that the patient had erased. */
  erased: ReadonlySet<string>;
};

/** What only the transaction that writes the receipt knows for sure. */
export type LateEvidence = {
  /** Highest ceiling of a signed revoke that was received; null for none. */
  revokeCeiling: number | null;
  /** How many documents were opened under this consent so far. */
  uses: number;
  /** How many of them in the last day, and how many there may be in one. */
  lately: number;
  quota: number;
};

/** What becomes of one document. */
export type Outcome = { document: Release["document"]; version: number } & (
  { reason: RefusalReason; release: null } | { reason: null; release: Release }
);

/** Whether this reader has no part in this consent, now or in the past. */
export function isStranger({ request, ledger }: Pick<Evidence, "request" | "ledger">): boolean {
  return ledger.record.status === 0 || (request.reader !== request.grantee && ledger.role === 0);
}

/** Decides each document of a request. */
export function decide(evidence: Evidence, late: LateEvidence): Outcome[] {
  const { request, opening } = evidence;
  const forAll = findReasonForAll(evidence, late);
  const uses = opening === null ? undefined : parseTerms(opening.terms).uses;
  let left = uses === undefined ? Infinity : Math.max(0, uses - late.uses);
  let today = Math.max(0, late.quota - late.lately);
  return request.documents.map(({ document, version }, index): Outcome => {
    const answer = forAll ?? decideOne(evidence, { index });
    if (typeof answer === "string") return { document, version, reason: answer, release: null };
    if (left === 0) return { document, version, reason: "uses-exhausted", release: null };
    if (today === 0) return { document, version, reason: "quota-exceeded", release: null };
    left -= 1;
    today -= 1;
    return { document, version, reason: null, release: answer };
  });
}

const statusReasons: Partial<Record<(typeof consentStatuses)[number]["id"], RefusalReason>> = {
  revoked: "consent-revoked",
  renounced: "consent-renounced",
  superseded: "consent-superseded",
};

const ARMED = 5;
/** Roles of clinicians: 1 doctor, 2 nurse. Whom an emergency opens for, among an organisation's members. */
const NURSE = 2;

/** The reason that holds for every document; null when there is none. */
function findReasonForAll(
  { request, ledger, now, maxLag, indexed, opening, mandate }: Evidence,
  { revokeCeiling }: LateEvidence,
): RefusalReason | null {
  const { record, block } = ledger;
  if (isStranger({ request, ledger })) return "no-consent";
  const ended = statusReasons[consentStatuses.find((status) => status.code === record.status)?.id ?? "none"];
  if (ended !== undefined) return ended;
  // Both clocks: an idle chain's time stands still, and a gateway's clock may be wrong.
  if (now >= record.expiresAt || block.time >= record.expiresAt) return "consent-expired";
  // Not grantedAt: the block that granted it is there, so a gateway's clock that is behind it by a second proves nothing.
  if (now < record.notBefore || block.time < record.notBefore) return "not-yet-begun";
  // Armed: the ledger says when the glass was broken, and both clocks must lie inside the hours that follow.
  if (record.status === ARMED) {
    const until = openUntil(record) ?? 0;
    if (now >= until || block.time >= until) return "glass-not-broken";
    if (request.reader !== request.grantee && ledger.role > NURSE) return "reader-not-entitled";
  }
  if (revokeCeiling !== null && record.version <= revokeCeiling) return "revoke-received";
  if (!hasOp(record.ops, request.op)) return "op-not-covered";
  if (now - block.time > maxLag || ledger.namedBlock === null) return "node-lagging";
  if (!ledger.active) return "reader-not-entitled";
  // A proxy may have granted or prolonged it since: then their mandate would bound it, and nobody here knows that yet.
  if (!indexed) return "node-lagging";
  if (opening === null || mandate === null) return "opening-missing";
  return null;
}

function decideOne(
  { request, ledger, opening, mandate, seals, erased }: Evidence,
  { index }: { index: number },
): RefusalReason | Release {
  const asked = request.documents[index];
  const record = ledger.documents[index];
  if (asked === undefined || record === undefined || opening === null) return "document-not-covered";
  if (erased.has(asked.document)) return "erased";
  if (record.status === 2) return "withdrawn";
  if (record.status === 3) return "rejected";
  const held = seals.filter((seal) => seal.document === asked.document && seal.version === asked.version);
  if (record.status !== 1 || asked.version > record.version || held.length === 0) return "no-seal";
  const category = held[0]?.category ?? "";
  const byCategory = opening.categories.includes(category);
  const use = { category, purpose: request.purpose, document: asked.document };
  const covered = coversWithoutDate(opening, use);
  if (!covered.ok) return covered.reason;
  // The ledger cannot see what a scope says, so that a proxy stays within their mandate is seen to here.
  if (mandate && !coversWithoutDate(mandate, use).ok) return "beyond-mandate";
  if (request.reader !== request.grantee && !roleMay(ledger.role, category)) return "reader-not-entitled";
  // The capsule has the compartment's key where the category is covered, else the key of the single document.
  return (
    held.find((seal) => seal.keyedBy === (byCategory ? "category" : "document") && seal.category === category) ??
    "no-seal"
  );
}

/**
 * `covers`, as far as a gateway can tell: the day of a record stands in its encrypted metadata, which no gateway reads, so
 * the terms about it are the reader's duty.
 */
export function coversWithoutDate(
  opening: Opening,
  use: { category: string; purpose: string; document: string },
): ReturnType<typeof covers> {
  return covers({ ...opening, terms: opening.terms.filter((term) => !term.startsWith("records-")) }, use);
}
