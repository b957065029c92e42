// A receipt: what a gateway did with one request, in its own words and under its own key (EIP-712). Rule: each names the
// one before it, in the gateway's chain and in the subject's, so that none can be taken out unseen.

import { z } from "zod";
import { hashTypedData, keccak256, zeroHash } from "viem";
import type { Address, Hex, LocalAccount } from "viem";
import { canonicalBytes, parseCanonical } from "../canonical.ts";
import type { Bytes } from "../bytes.ts";
import { addressShape, lowerAddresses, wordShape } from "../shapes.ts";
import { refusalReasons } from "./reasons.ts";
import { signedRequestSchema } from "./request.ts";

/** Largest receipt that is read. */
export const MAX_RECEIPT_BYTES = 131_072;
/** The `previous` of a first receipt. */
export const NO_RECEIPT = zeroHash;

const reason = z.enum(refusalReasons);

/** The shape of a receipt's body. Numbers count from 1; times are Unix seconds on the gateway's clock. */
export const receiptBodySchema = z.strictObject({
  format: z.literal("placet-receipt"),
  formatVersion: z.literal(1),
  /** "released" where at least one document was; "disclosure" where openings were shown to an auditor. */
  kind: z.enum(["released", "refused", "disclosure"]),
  chainId: z.int().min(1),
  ledger: addressShape,
  gateway: addressShape,
  number: z.int().min(1),
  previous: wordShape,
  subject: addressShape,
  subjectNumber: z.int().min(1),
  subjectPrevious: wordShape,
  time: z.int().min(0),
  recentBlock: z.strictObject({ number: z.int().min(0), hash: wordShape }),
  /** The signed read request; null for a disclosure. */
  request: signedRequestSchema.nullable(),
  /** The sign-in that names the session key: the message (EIP-4361) and the wallet's signature. */
  delegation: z
    .strictObject({
      message: z.string().max(8000),
      signature: z
        .string()
        .regex(/^0x([0-9a-f]{2}){1,4096}$/)
        .transform((text) => text as Hex),
    })
    .nullable(),
  /** What became of each document, in the order of the request: null means released. */
  results: z
    .array(z.strictObject({ document: wordShape, version: z.int().min(1), reason: reason.nullable() }))
    .max(200),
  /** Why all was refused; null unless the kind is "refused" and the reason is common to all. */
  reason: reason.nullable(),
  disclosure: z
    .strictObject({
      auditor: addressShape,
      case: z.string().min(1).max(200),
      reason: z.string().min(1).max(2000),
      consents: z
        .array(z.strictObject({ grantee: addressShape, scope: wordShape }))
        .min(1)
        .max(200),
    })
    .nullable(),
  /** Salted hashes (`hashNetwork` with this receipt's salt) of network address and user agent. */
  network: z.strictObject({ address: wordShape, agent: wordShape }).nullable(),
  salt: wordShape,
});

/** What a receipt says. */
export type ReceiptBody = z.output<typeof receiptBodySchema>;

/** The shape of a receipt: body and the gateway's signature (65 bytes). */
export const receiptSchema = z.strictObject({
  body: receiptBodySchema,
  signature: z
    .string()
    .regex(/^0x[0-9a-f]{130}$/)
    .transform((text) => text as Hex),
});

/** A receipt. */
export type Receipt = z.output<typeof receiptSchema>;

/** The typed data that a gateway signs: numbers and predecessors in the open, the rest by its Keccak-256. */
export function receiptTypedData(body: ReceiptBody) {
  return {
    domain: { name: "Placet", version: "1", chainId: body.chainId, verifyingContract: body.ledger },
    types: {
      Receipt: [
        { name: "gateway", type: "address" },
        { name: "number", type: "uint64" },
        { name: "previous", type: "bytes32" },
        { name: "subject", type: "address" },
        { name: "subjectNumber", type: "uint64" },
        { name: "subjectPrevious", type: "bytes32" },
        { name: "content", type: "bytes32" },
      ],
    },
    primaryType: "Receipt",
    message: {
      gateway: body.gateway,
      number: BigInt(body.number),
      previous: body.previous,
      subject: body.subject,
      subjectNumber: BigInt(body.subjectNumber),
      subjectPrevious: body.subjectPrevious,
      content: keccak256(canonicalBytes(lowerAddresses(body))),
    },
  } as const;
}

/** The receipt's hash: its EIP-712 digest. It is the next one's `previous`. The signature has no part in it. */
export function receiptHash(body: ReceiptBody): Hex {
  return hashTypedData(receiptTypedData(body));
}

/** The receipt's leaf in its batch: Keccak-256 of its hash. The salt in the body keeps it from being guessed. */
export function receiptLeaf(body: ReceiptBody): Hex {
  return keccak256(receiptHash(body));
}

/** Signs a receipt with the gateway's key. */
export async function signReceipt(gateway: LocalAccount, body: ReceiptBody): Promise<Receipt> {
  return { body, signature: await gateway.signTypedData(receiptTypedData(body)) };
}

/** A receipt's canonical bytes. */
export function encodeReceipt(receipt: Receipt): Bytes {
  return canonicalBytes(lowerAddresses(receipt));
}

/** Reads a receipt; its truth is for `verifyReceipt`. Throws Failure("bad-input" | "tampered" | "too-large"). */
export function decodeReceipt(bytes: Uint8Array): Receipt {
  return parseCanonical(bytes, receiptSchema, { maxBytes: MAX_RECEIPT_BYTES, what: "receipt" });
}

/** Where the next receipt stands in its two chains. */
export type ChainPosition = { number: number; previous: Hex; subjectNumber: number; subjectPrevious: Hex };

/** The position after the gateway's last receipt and the subject's last one (null where there is none yet). */
export function nextPosition(last: { gateway: ReceiptBody | null; subject: ReceiptBody | null }): ChainPosition {
  return {
    number: (last.gateway?.number ?? 0) + 1,
    previous: last.gateway === null ? NO_RECEIPT : receiptHash(last.gateway),
    subjectNumber: (last.subject?.subjectNumber ?? 0) + 1,
    subjectPrevious: last.subject === null ? NO_RECEIPT : receiptHash(last.subject),
  };
}

/** Who read, for a line in a list: null for a disclosure. */
export function readerOf(body: ReceiptBody): Address | null {
  return body.request?.request.reader ?? null;
}
