// Questions to a replayed history: who was what, and who could read what, at a time. Rule: an answer says by which
// consent, and "unknown" wherever a consent was in force whose words were not given.

import type { Address, Hex } from "viem";
import { isAddressEqual } from "viem";
import { findCategory, findPurpose, hasOp, READ, roleMay } from "../codes/index.ts";
import { checkOpening, covers, isInForce, scopeOf, type ConsentRecord, type Opening } from "../consent/index.ts";
import type { KnownAct } from "./decode.ts";
import { pairKey, valueAt, type ConsentHistory, type LedgerState } from "./state.ts";

const ARMED = 5;
/** The highest role of a clinician: 1 doctor, 2 nurse, 3 clerk. */
const NURSE = 2;

/** True when a registrar's verification of this account stood at `at`. */
export function isVerifiedAt(state: LedgerState, account: Address, at: number): boolean {
  const credential = valueAt(state.credentials.get(account), at);
  return credential?.status === 2 && at < credential.validUntil;
}

/** The role (0 none, 1 doctor, 2 nurse, 3 clerk) of a member at `at`; 0 while the organisation was not verified. */
export function memberRoleAt(
  state: LedgerState,
  who: { readonly organisation: Address; readonly member: Address },
  at: number,
): number {
  const isOrganisation = valueAt(state.credentials.get(who.organisation), at)?.kind === 7;
  if (!isOrganisation || !isVerifiedAt(state, who.organisation, at)) return 0;
  return valueAt(state.members.get(pairKey(who.organisation, who.member)), at) ?? 0;
}

/** True when this account was an auditor at `at`. */
export function isAuditorAt(state: LedgerState, account: Address, at: number): boolean {
  return at < (valueAt(state.auditors.get(account), at) ?? 0);
}

/** A consent's record at `at`; undefined before its first act. */
export function consentAt(consent: ConsentHistory, at: number): ConsentRecord | undefined {
  return valueAt(consent.records, at);
}

/** Why one consent did or did not let someone read. */
export type ConsentAnswer = {
  readonly subject: Address;
  readonly grantee: Address;
  readonly scope: Hex;
  readonly record: ConsentRecord | null;
  readonly answer: "yes" | "no" | "unknown";
  readonly reason:
    | "in-force-and-covers"
    | "not-in-force"
    | "no-read"
    | "no-opening"
    | "role"
    | "beyond-mandate"
    | "no-mandate-opening"
    | "category-not-covered"
    | "purpose-not-covered"
    | "document-not-covered";
  /** An armed consent whose glass was broken. */
  readonly emergency: boolean;
  /** The proxy who last granted or renewed it, if one did. */
  readonly byProxy: Address | null;
  /** The act that made the record what it was. */
  readonly since: { readonly block: number; readonly tx: Hex; readonly time: number } | null;
};

/** The answer to "could X read Y's labs for treatment at T". */
export type ReadAnswer = {
  readonly answer: "yes" | "no" | "unknown";
  /** Every consent to the reader, or to an organisation of the reader, with why or why not. */
  readonly by: readonly ConsentAnswer[];
  readonly message: string;
};

/** The openings that hash to a scope, each checked; whatever does not check is left out. */
export function indexOpenings(openings: readonly unknown[]): ReadonlyMap<Hex, Opening> {
  const index = new Map<Hex, Opening>();
  for (const candidate of openings) {
    const opening = checkOpening(candidate);
    index.set(scopeOf(opening), opening);
  }
  return index;
}

function sinceOf(act: KnownAct | undefined): ConsentAnswer["since"] {
  return act === undefined ? null : { block: act.block, tx: act.tx, time: act.stamp.time };
}

/**
 * Could `reader` read `subject`'s records of `category` (or one document) for `purpose` at `at`? `openings` are the words
 * of consents; each counts only for the scope that it hashes to. Throws Failure when an opening is malformed.
 */
export function couldRead(
  state: LedgerState,
  question: {
    readonly reader: Address;
    readonly subject: Address;
    readonly category: string;
    readonly purpose: string;
    readonly at: number;
    readonly openings: readonly unknown[];
    readonly document?: Hex;
    readonly recordedOn?: string;
  },
): ReadAnswer {
  const { reader, subject, category, purpose, at, document, recordedOn } = question;
  const openings = indexOpenings(question.openings);
  const by: ConsentAnswer[] = [];
  for (const consent of state.consents.values()) {
    if (!isAddressEqual(consent.subject, subject)) continue;
    const own = isAddressEqual(consent.grantee, reader);
    const role = own ? 0 : memberRoleAt(state, { organisation: consent.grantee, member: reader }, at);
    if (!own && role === 0) continue;
    const snapshot = consent.records.findLast((entry) => entry.since <= at);
    const record = snapshot?.value ?? null;
    const mandate = valueAt(consent.mandates, at) ?? null;
    const judge = (): Pick<ConsentAnswer, "answer" | "reason"> => {
      if (record === null || !isInForce(record, at)) return { answer: "no", reason: "not-in-force" };
      if (!hasOp(record.ops, READ)) return { answer: "no", reason: "no-read" };
      // In an emergency even the little that a clerk may see stays closed: who breaks the glass is a clinician.
      if (!own && (record.status === ARMED ? role > NURSE : !roleMay(role, category)))
        return { answer: "no", reason: "role" };
      const opening = openings.get(consent.scope);
      if (opening === undefined) return { answer: "unknown", reason: "no-opening" };
      const use = { category, purpose, ...(document && { document }), ...(recordedOn && { recordedOn }) };
      const covered = covers(opening, use);
      if (!covered.ok) return { answer: "no", reason: covered.reason };
      if (mandate !== null) {
        // What a proxy granted or renewed reaches as far as their own mandate, and the ledger cannot see that.
        const limits = openings.get(mandate.mandate);
        if (limits === undefined) return { answer: "unknown", reason: "no-mandate-opening" };
        if (!covers(limits, use).ok) return { answer: "no", reason: "beyond-mandate" };
      }
      return { answer: "yes", reason: "in-force-and-covers" };
    };
    const { grantee, scope } = consent;
    by.push({
      subject: consent.subject,
      grantee,
      scope,
      record,
      ...judge(),
      emergency: record !== null && record.status === ARMED && isInForce(record, at),
      byProxy: mandate?.proxy ?? null,
      since: sinceOf(snapshot?.act),
    });
  }
  const isSelf = isAddressEqual(reader, subject);
  const answer =
    isSelf || by.some((entry) => entry.answer === "yes")
      ? "yes"
      : by.some((entry) => entry.answer === "unknown")
        ? "unknown"
        : "no";
  const what = findCategory(category)?.phrase ?? category;
  const why = findPurpose(purpose)?.phrase ?? purpose;
  const asked = `read ${what} for ${why}`;
  const messages = {
    yes: isSelf ? `Yes: everybody may read their own records.` : `Yes: a consent to ${asked} was in force.`,
    no: `No: no consent to ${asked} was in force.`,
    unknown: `Unknown: a consent was in force whose words were not given. With its opening the question can be answered.`,
  };
  return { answer, by, message: messages[answer] };
}
