// Receipts: the signed request, the gateway's signed answer, batches and their proofs.

export { readDelegation, type Delegation } from "./delegation.ts";
export { blockRequestBytes, ELSEWHERE_STATEMENT, readElsewhereSignIn, typedAskReceipts } from "./elsewhere.ts";
export { writeElsewhereSignIn, type SignInElsewhere } from "./elsewhere.ts";
export { refusalReasons, type RefusalReason } from "./reasons.ts";
export {
  decodeReceipt,
  encodeReceipt,
  nextPosition,
  NO_RECEIPT,
  readerOf,
  receiptHash,
  receiptLeaf,
} from "./receipt.ts";
export { receiptBodySchema, receiptSchema, receiptTypedData, signReceipt } from "./receipt.ts";
export type { ChainPosition, Receipt, ReceiptBody } from "./receipt.ts";
export { hashNetwork, newRequestId, readRequestSchema, requestBytes, requestDigest } from "./request.ts";
export { signedRequestSchema, signRequest, verifyRequest, type ReadRequest, type SignedRequest } from "./request.ts";
export { buildTree, proofOf, rootOf, verifyProof, type Tree } from "./tree.ts";
export { MAX_CLOCK_SKEW, verifyChain, verifyReceipt, type RestsOn } from "./verify.ts";
export { auditReceipts, type ReceiptAnchor, type ReceiptAudit, type ReceiptAuditOptions } from "./audit.ts";
export type { ReceiptConsent, ReceiptFinding } from "./audit.ts";
