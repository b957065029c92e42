// The certificate of an erasure: what one gateway destroyed of one document, and when, under its own key (EIP-712). Rule:
// it says what it means and what it cannot mean, and anybody checks it with nothing but itself.

import { isAddressEqual, keccak256, recoverTypedDataAddress } from "viem";
import type { Address, Hex, LocalAccount } from "viem";
import { z } from "zod";
import type { Bytes } from "../bytes.ts";
import { canonicalBytes, parseCanonical } from "../canonical.ts";
import { Failure } from "../failure.ts";
import type { Place } from "../keys/wrap.ts";
import { addressShape, lowerAddresses, wordShape } from "../shapes.ts";

/** What every certificate of format 1 says, to the letter. */
export const ERASURE_STATEMENT =
  "This gateway destroyed every seal that it held of this document, and every block of it that its IPFS node held for this document alone, and it opens the document for nobody any more. What may remain elsewhere, on other nodes or in copies, is ciphertext that nobody can open but with the patient's root, or with a seal from a backup that was made before this day. What was released before stays with whoever had it. The ledger still says that there was a document, when, and who put it there.";

/** Largest certificate that is read. */
export const MAX_CERTIFICATE_BYTES = 1_048_576;
/** Most versions of a document that one certificate names one by one. */
export const MAX_ERASED_VERSIONS = 500;

const count = z.int().min(0);
const blocks = z.strictObject({
  destroyed: count,
  /** Not there, or not any more. */
  absent: count,
  /** Another record uses it, or somebody else put it there first; and so it was left. */
  kept: count,
});

/** The shape of a certificate's body. Times are Unix seconds on the gateway's clock, but for `ended`, which is the ledger's. */
export const erasureBodySchema = z.strictObject({
  format: z.literal("placet-erasure"),
  formatVersion: z.literal(1),
  chainId: z.int().min(1),
  ledger: addressShape,
  gateway: addressShape,
  subject: addressShape,
  document: wordShape,
  /** The act that took the document out before it was erased: its transaction proves it without the gateway. */
  ended: z.strictObject({ act: z.enum(["withdraw", "reject"]), by: addressShape, time: count, tx: wordShape }),
  /** Every version that the ledger knows, from the first, and what became of its blocks on this gateway's IPFS node. */
  versions: z
    .array(z.strictObject({ version: z.int().min(1), manifest: wordShape, blocks }))
    .min(1)
    .max(MAX_ERASED_VERSIONS),
  /** Where there are more versions than fit above: how many, and what became of the blocks of all of them. */
  more: z.strictObject({ versions: z.int().min(1), blocks }).optional(),
  /** How many seals were destroyed. */
  seals: count,
  requestedAt: count,
  erasedAt: count,
  recentBlock: z.strictObject({ number: count, hash: wordShape }),
  statement: z.literal(ERASURE_STATEMENT),
});

/** What a certificate says. */
export type ErasureBody = z.output<typeof erasureBodySchema>;

/** The shape of a certificate: body and the gateway's signature (65 bytes). */
export const erasureCertificateSchema = z.strictObject({
  body: erasureBodySchema,
  signature: z
    .string()
    .regex(/^0x[0-9a-f]{130}$/)
    .transform((text) => text as Hex),
});

/** A certificate. */
export type ErasureCertificate = z.output<typeof erasureCertificateSchema>;

/** The typed data that a gateway signs: whose document, when, and all the rest by its Keccak-256. */
export function erasureTypedData(body: ErasureBody) {
  return {
    domain: { name: "Placet", version: "1", chainId: body.chainId, verifyingContract: body.ledger },
    types: {
      Erasure: [
        { name: "gateway", type: "address" },
        { name: "subject", type: "address" },
        { name: "document", type: "bytes32" },
        { name: "erasedAt", type: "uint64" },
        { name: "content", type: "bytes32" },
      ],
    },
    primaryType: "Erasure",
    message: {
      gateway: body.gateway,
      subject: body.subject,
      document: body.document,
      erasedAt: BigInt(body.erasedAt),
      content: keccak256(canonicalBytes(lowerAddresses(body))),
    },
  } as const;
}

/** Signs a certificate with the gateway's key. */
export async function signErasure(gateway: LocalAccount, body: ErasureBody): Promise<ErasureCertificate> {
  return { body, signature: await gateway.signTypedData(erasureTypedData(body)) };
}

/** A certificate's canonical bytes: the file that a person keeps. */
export function encodeErasure(certificate: ErasureCertificate): Bytes {
  return canonicalBytes(lowerAddresses(certificate));
}

/** Reads a certificate; its truth is for `verifyErasure`. Throws Failure("bad-input" | "tampered" | "too-large"). */
export function decodeErasure(bytes: Uint8Array): ErasureCertificate {
  const options = { maxBytes: MAX_CERTIFICATE_BYTES, what: "certificate" };
  return parseCanonical(bytes, erasureCertificateSchema, options);
}

/**
 * Checks that the gateway which the certificate names signed it; needs no network. Whether that address is the gateway one
 * trusted, and the named transaction on the ledger, are for the reader to compare. Throws Failure("tampered").
 */
export async function verifyErasure({ body, signature }: ErasureCertificate): Promise<void> {
  const signer = await recoverTypedDataAddress({ ...erasureTypedData(body), signature }).catch(() => undefined);
  if (signer === body.gateway && body.requestedAt <= body.erasedAt) return;
  throw new Failure(
    "tampered",
    "The gateway that this certificate names did not sign these words. Do not rely on it; ask for it again.",
  );
}

/**
 * Checks that this very gateway signed that it erased this very document. Throws Failure("tampered", reason
 * "other-erasure" where the certificate is about something else).
 */
export async function requireErasure(
  certificate: ErasureCertificate,
  { place, gateway, subject, document }: { place: Place; gateway: Address; subject: Address; document: Hex },
): Promise<void> {
  const { body } = certificate;
  const meant =
    body.document === document.toLowerCase() &&
    body.chainId === place.chainId &&
    isAddressEqual(body.ledger, place.ledger) &&
    isAddressEqual(body.gateway, gateway) &&
    isAddressEqual(body.subject, subject);
  if (!meant) {
    throw new Failure(
      "tampered",
      "The certificate is not about this record, or not from this gateway. Do not rely on it. Ask for it again.",
      { reason: "other-erasure" },
    );
  }
  await verifyErasure(certificate);
}
