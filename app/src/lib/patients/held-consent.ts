// A consent as its grantee holds it: the ledger's record, and the opening from the capsule that was handed over. Rule: an
// opening that was not opened on this device and found to hash to the scope is not here.
import { findCategory, hasOp, CONTRIBUTE, READ, roleMay } from "#protocol/codes/index.ts";
import { covers, isInForce, type Opening } from "#protocol/consent/index.ts";
import type { Address, Hex } from "viem";

/** Why an opening is not there: its bytes cannot be had, they are for somebody else's key, or they do not match. */
export type HeldProblem = "missing" | "not-ours" | "tampered" | "locked";

/** One consent that the signed-in person (or the organisation they signed in for) holds. Times in unix seconds. */
export type HeldConsent = {
  subject: Address;
  grantee: Address;
  /** One's role in the organisation that holds it; 0 where one holds it oneself. */
  role: number;
  scope: Hex;
  status: number;
  version: number;
  ops: number;
  notBefore: number;
  expiresAt: number;
  grantedAt: number;
  changedAt: number;
  /** How often the glass of an armed consent may be broken, and was; 0 for an ordinary one. */
  times: number;
  used: number;
  /** The proxy who granted it; null where the subject did. */
  proxy: Address | null;
  capsule: Hex | null;
  tx: Hex | null;
  reads: number | undefined;
  lastRead: number | undefined;
  opening: Opening | undefined;
  /** The epoch of the keys that this device holds for it. */
  epoch: number;
  problem: HeldProblem | undefined;
  /** True when the service's list says something else than the ledger; the ledger's word is what stands here. */
  differs: boolean;
};

/** The status of a consent for emergencies. */
const ARMED = 5;
/** Roles of clinicians: 1 doctor, 2 nurse. Other members of an organisation add nothing and open no emergency. */
const NURSE = 2;

/** Where a consent for emergencies stands; undefined for an ordinary one, and for one that is over. */
export function emergencyOf(consent: HeldConsent, now: number): "armed" | "open" | "used-up" | undefined {
  if (consent.status !== ARMED || consent.expiresAt <= now) return undefined;
  if (isInForce(consent, now)) return "open";
  return consent.used >= consent.times ? "used-up" : "armed";
}

/** When it counts from: the later of what was signed and when it reached the ledger. */
export function beginOf(consent: Pick<HeldConsent, "notBefore" | "grantedAt">): number {
  return Math.max(consent.notBefore, consent.grantedAt);
}

/** True while it lets its holder do something. */
export function isLive(consent: HeldConsent, now: number): boolean {
  return isInForce(consent, now);
}

/** True when it has neither ended nor run out, begun or not. */
export function isOpen(consent: HeldConsent, now: number): boolean {
  return (consent.status === 1 || consent.status === ARMED) && consent.expiresAt > now;
}

/** True while its holder may add records under it. */
export function mayAdd(consent: HeldConsent, now: number): boolean {
  return consent.role <= NURSE && isLive(consent, now) && hasOp(consent.ops, CONTRIBUTE);
}

/** True where one may break its glass, once it is armed: an organisation's clerks may not. */
export function mayBreak(consent: Pick<HeldConsent, "role">): boolean {
  return consent.role <= NURSE;
}

/** Whether one's role lets one read this category; where one holds the consent oneself, it does. */
export function roleReads({ role }: Pick<HeldConsent, "role">, category: string): boolean {
  return role === 0 || roleMay(role, category);
}

/** One way to open a document: under which consent, for which purpose. */
export type Use = { consent: HeldConsent; purpose: string };

/** The ways in which a document can be opened now, one for each purpose; the consent that lasts longest comes first. */
export function usesOf(
  consents: readonly HeldConsent[],
  document: { document: Hex; category: string },
  now: number,
): Use[] {
  const uses = new Map<string, Use>();
  for (const consent of [...consents].sort((a, b) => b.expiresAt - a.expiresAt)) {
    if (!consent.opening || !isLive(consent, now) || !hasOp(consent.ops, READ)) continue;
    if (!roleReads(consent, document.category)) continue;
    // The day of a record is known only when it was opened; a term about days is checked then.
    const opening = { ...consent.opening, terms: consent.opening.terms.filter((term) => !term.startsWith("records-")) };
    for (const purpose of opening.purposes) {
      if (!uses.has(purpose) && covers(opening, { ...document, purpose }).ok) uses.set(purpose, { consent, purpose });
    }
  }
  return [...uses.values()];
}

/** The categories that live consents open, in the order of the table. */
export function categoriesOf(consents: readonly HeldConsent[], now: number): string[] {
  const open = new Set(
    consents
      .filter((consent) => isLive(consent, now) && hasOp(consent.ops, READ))
      .flatMap((consent) => (consent.opening?.categories ?? []).filter((category) => roleReads(consent, category))),
  );
  return [...open];
}

/** A category's label in the language of the table. */
export function categoryLabel(id: string): string {
  return findCategory(id)?.label ?? id;
}

/** A patient, with all consents that they ever gave to this person. */
export type PatientConsents = { subject: Address; consents: readonly HeldConsent[] };

/** Consents by whom they are from, in the order in which each first comes. */
export function groupBySubject(list: readonly HeldConsent[]): PatientConsents[] {
  const groups = new Map<Address, HeldConsent[]>();
  for (const consent of list) groups.set(consent.subject, [...(groups.get(consent.subject) ?? []), consent]);
  return [...groups].map(([subject, consents]) => ({ subject, consents }));
}
