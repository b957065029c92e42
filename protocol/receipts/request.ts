// A read request: what a reader asks of a gateway, signed by the session key. Rule: it names everything that the answer
// depends on, so it can be neither replayed elsewhere nor be said to have asked for something else.

import { z } from "zod";
import { keccak256 } from "viem";
import type { Hex } from "viem";
import { concat, fromBase64Url, fromHex, toBase64Url, toHex, randomBytes, utf8, type Bytes } from "../bytes.ts";
import { canonicalBytes } from "../canonical.ts";
import { Failure } from "../failure.ts";
import { signWithSession, verifySession, type SessionKey } from "../keys/session-key.ts";
import { addressShape, lowerAddresses, wordShape } from "../shapes.ts";

const HEADER = utf8("Placet read request, version 1\n");

/** The shape of a read request. `op` is one bit; `time` is Unix seconds on the reader's clock. */
export const readRequestSchema = z.strictObject({
  requestId: z
    .string()
    .regex(/^0x[0-9a-f]{32}$/)
    .transform((text) => text as Hex),
  chainId: z.int().min(1),
  ledger: addressShape,
  gateway: addressShape,
  subject: addressShape,
  grantee: addressShape,
  scope: wordShape,
  reader: addressShape,
  op: z.int().min(1).max(0xffffffff),
  purpose: z.string().min(1).max(32),
  documents: z
    .array(z.strictObject({ document: wordShape, version: z.int().min(1).max(0xffffffff) }))
    .min(1)
    .max(200),
  recentBlock: z.strictObject({ number: z.int().min(0), hash: wordShape }),
  time: z.int().min(0),
});

/** A read request. */
export type ReadRequest = z.output<typeof readRequestSchema>;

/** The shape of a signed read request: the P-256 signature (64 bytes) in base64url. */
export const signedRequestSchema = z.strictObject({ request: readRequestSchema, signature: z.string().length(86) });

/** A signed read request. */
export type SignedRequest = z.output<typeof signedRequestSchema>;

/** A fresh request id: 16 random bytes. */
export function newRequestId(): Hex {
  return toHex(randomBytes(16));
}

/** What is signed: a line that says what it is, then the canonical JSON of the request. */
export function requestBytes(request: ReadRequest): Bytes {
  return concat(HEADER, canonicalBytes(lowerAddresses(request)));
}

/** The Keccak-256 of what is signed. */
export function requestDigest(request: ReadRequest): Hex {
  return keccak256(requestBytes(request));
}

/** Signs a read request with the session key: no wallet window opens. */
export async function signRequest(key: SessionKey, request: ReadRequest): Promise<SignedRequest> {
  return { request, signature: toBase64Url(await signWithSession(key, requestBytes(request))) };
}

/** Throws Failure("not-authorised") where the session key with this public half did not sign this request. */
export async function verifyRequest(signed: SignedRequest, publicKey: Uint8Array): Promise<void> {
  const signature = fromBase64Url(signed.signature, 64);
  if (!(await verifySession(publicKey, { signature, bytes: requestBytes(signed.request) }))) {
    throw new Failure(
      "not-authorised",
      "This request was not signed by your session. Nothing was opened. Sign in again.",
      {
        reason: "request-signature",
      },
    );
  }
}

/** A hash of a network address or user agent that shows it to nobody, and lets one who knows it confirm it. */
export function hashNetwork(salt: Hex, text: string): Hex {
  return keccak256(concat(fromHex(salt, 32), utf8(text)));
}
