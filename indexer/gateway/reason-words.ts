// Why nothing was opened, in words for the reader.

import type { RefusalReason } from "#protocol/receipts/index.ts";

/** One sentence or two for each reason. */
export const reasonWords: Readonly<Record<RefusalReason, string>> = {
  "no-consent": "There is no consent that lets you read this. Ask the patient for access.",
  "consent-revoked":
    "The patient has revoked this consent. What you opened before stays with you; nothing more is opened.",
  "consent-expired": "This consent has ended. Ask the patient to renew it.",
  "consent-renounced": "You gave this consent back. Ask the patient for a new one.",
  "consent-superseded": "The patient replaced this consent by another one. Use the newer one.",
  "not-yet-begun": "This consent has not begun yet.",
  "glass-not-broken":
    "This consent is for emergencies. It opens when you break the glass and say why, for four hours; the patient is told at once.",
  "beyond-mandate": "A proxy granted this, and their own mandate does not reach so far. Ask the patient for access.",
  "op-not-covered": "This consent does not let you read.",
  "category-not-covered": "This consent does not cover this kind of record.",
  "purpose-not-covered": "This consent does not cover the purpose that you named.",
  "document-not-covered": "This consent does not cover this document.",
  "records-date-not-covered": "This consent does not cover records of that date.",
  "uses-exhausted": "This consent was for a number of openings, and they are used up. Ask the patient to renew it.",
  "quota-exceeded": "You have opened as much as is allowed for now. Try again later.",
  "no-seal":
    "The patient's app has not yet handed over the key of this document. Try again later, or tell the patient.",
  withdrawn: "This document was withdrawn.",
  rejected: "The patient rejected this document.",
  erased: "The patient erased this document.",
  "revoke-received": "The patient has just revoked this consent. Nothing more is opened.",
  "reader-not-entitled": "Your role does not let you read this under your organisation's consent.",
  "step-up-needed": "This kind of record is specially protected. Confirm with your wallet first.",
  "opening-missing":
    "The words of this consent have not reached this service yet. Try again in a moment; if it stays so, tell the patient.",
  "node-lagging":
    "This service does not see the newest state of the ledger right now, and opens nothing until it does. Try again in a moment.",
};
