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

/** When it counts from: the later of what was signed and when it reached the ledger. */
export function beginOf(consent: Pick<Consent, "notBefore" | "grantedAt">): number {
  return Math.max(consent.notBefore, consent.grantedAt);
}

/** True while the consent lets its holder do something. */
export function inForce(consent: Consent, now: number): boolean {
  return isInForce(consent, now);
}

/** True when it has neither ended nor run out, begun or not. */
export function isOpen(consent: Consent, now: number): boolean {
  return consent.status === 1 && consent.expiresAt > now;
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
