// What the patient's screens know about one consent: its record from the ledger-backed list, and its opening once this
// device has opened it and found that it hashes to the scope. Rule: an opening that was not checked is not here.
import { covers, isInForce, type Opening } from "#protocol/consent/index.ts";
import type { Address, Hex } from "viem";

/** Why an opening is not there: the vault is locked, its bytes cannot be had, or they do not match the ledger. */
export type OpeningProblem = "locked" | "missing" | "tampered";

/** One consent. Times in unix seconds. */
export type Consent = {
  subject: Address;
  grantee: Address;
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
  problem: OpeningProblem | undefined;
  /** True when the service's list says something else than the ledger; the ledger's word is what stands here. */
  differs: boolean;
};

/** Names a consent among those of one subject. */
export function consentId(consent: { grantee: string; scope: string }): string {
  return `${consent.grantee.toLowerCase()}-${consent.scope.toLowerCase()}`;
}

/** What is needed of a document to know who can read it. */
export type CoveredDocument = { document: Hex; category: string; recordedOn: string };

/** The status of a consent for emergencies. */
const ARMED = 5;

/** Where a consent for emergencies stands; undefined for an ordinary one, and for one that is over. */
export function emergencyOf(consent: Consent, now: number): "armed" | "open" | "used-up" | undefined {
  if (consent.status !== ARMED || consent.expiresAt <= now) return undefined;
  if (isInForce(consent, now)) return "open";
  return consent.used >= consent.times ? "used-up" : "armed";
}

/** When it counts from: the later of what was signed and when it reached the ledger. */
export function beginOf(consent: Pick<Consent, "notBefore" | "grantedAt">): number {
  return Math.max(consent.notBefore, consent.grantedAt);
}

/** True while the consent lets its holder do something. */
export function inForce(consent: Consent, now: number): boolean {
  return isInForce(consent, now);
}

/** True when it has neither ended nor run out, begun or not. */
export function isOpen(consent: Pick<Consent, "status" | "expiresAt">, now: number): boolean {
  return (consent.status === 1 || consent.status === ARMED) && consent.expiresAt > now;
}

/** True when this consent opens the document, whatever the purpose. */
export function opensDocument(opening: Opening, document: CoveredDocument): boolean {
  return opening.purposes.some(
    (purpose) =>
      covers(opening, {
        category: document.category,
        purpose,
        document: document.document,
        recordedOn: document.recordedOn,
      }).ok,
  );
}

/** One reason why somebody can read a document. */
export type Reader = { consent: Consent; because: "category" | "document" };

/** Who can read a document now, each with the consents that say so. Only consents whose opening was checked count. */
export function readersOf(document: CoveredDocument, consents: readonly Consent[], now: number): Reader[] {
  return consents
    .filter((consent) => (consent.ops & 1) === 1 && inForce(consent, now))
    .flatMap((consent): Reader[] => {
      if (!consent.opening || !opensDocument(consent.opening, document)) return [];
      const single = consent.opening.documents.some((id) => id.toLowerCase() === document.document.toLowerCase());
      return [{ consent, because: single ? "document" : "category" }];
    });
}

/** How many different people those are. */
export function countReaders(readers: readonly Reader[]): number {
  return new Set(readers.map((reader) => reader.consent.grantee)).size;
}

/** A consent "ends soon" on its last day, and before that in its last fifth, at most three days. */
export function endsSoon(consent: Consent, now: number): boolean {
  const stretch = Math.max(86_400, Math.min(3 * 86_400, (consent.expiresAt - beginOf(consent)) / 5));
  return inForce(consent, now) && consent.expiresAt - now <= stretch;
}
