// Why a gateway refuses. Rule: the reasons are told to grantees past and present; everybody else gets "no-consent",
// whatever the truth, so that asking teaches nothing.

/** All reasons for refusing a read, as they stand in receipts and problem documents. */
export const refusalReasons = [
  "no-consent",
  "consent-revoked",
  "consent-expired",
  "consent-renounced",
  "consent-superseded",
  "not-yet-begun",
  "glass-not-broken",
  "beyond-mandate",
  "op-not-covered",
  "category-not-covered",
  "purpose-not-covered",
  "document-not-covered",
  "records-date-not-covered",
  "uses-exhausted",
  "quota-exceeded",
  "no-seal",
  "withdrawn",
  "rejected",
  "erased",
  "revoke-received",
  "reader-not-entitled",
  "step-up-needed",
  "opening-missing",
  "node-lagging",
] as const;

/** One of `refusalReasons`. */
export type RefusalReason = (typeof refusalReasons)[number];
