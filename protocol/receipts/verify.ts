// Checking receipts without trusting who shows them. Rule: every statement in a receipt is either checked here against a
// signature in it, or is the gateway's word, and `verifyReceipt` says which.

import { isAddressEqual, recoverMessageAddress, recoverTypedDataAddress } from "viem";
import type { Address, Hex } from "viem";
import { Failure, isFailure } from "../failure.ts";
import { MAX_SESSION_SECONDS } from "../keys/session-key.ts";
import { readDelegation, type Delegation } from "./delegation.ts";
import { NO_RECEIPT, receiptHash, receiptTypedData, type Receipt, type ReceiptBody } from "./receipt.ts";
import { verifyRequest } from "./request.ts";

/** How far the reader's clock and the gateway's may be apart, in seconds. */
export const MAX_CLOCK_SKEW = 300;

/**
 * What a receipt rests on: "wallet" where the reader's own wallet signed for the session, "contract-wallet" where that
 * is for the account's code to confirm (ERC-1271), "gateway" where nobody but the gateway signed (a disclosure).
 */
export type RestsOn = "wallet" | "contract-wallet" | "gateway";

function refuse(reason: string, what: string, cause?: unknown): Failure {
  return new Failure(
    "tampered",
    `This receipt does not hold: ${what}. It proves nothing. Ask for the gateway's own copy.`,
    {
      reason,
      cause,
    },
  );
}

async function recover(address: Promise<Address>): Promise<Address | null> {
  try {
    return await address;
  } catch {
    return null; // what recovers to nobody was signed by nobody
  }
}

async function verifyDelegation(body: ReceiptBody): Promise<RestsOn> {
  const { request: signed, delegation } = body;
  if (signed === null || delegation === null) throw refuse("incomplete", "it has no request or no sign-in");
  const { request } = signed;
  const here =
    isAddressEqual(request.gateway, body.gateway) &&
    isAddressEqual(request.subject, body.subject) &&
    isAddressEqual(request.ledger, body.ledger) &&
    request.chainId === body.chainId;
  if (!here) throw refuse("other-request", "its request was made to another gateway, subject or ledger");
  if (Math.abs(body.time - request.time) > MAX_CLOCK_SKEW)
    throw refuse("clock", "request and answer lie too far apart");
  const asked = request.documents.map(({ document, version }) => `${document} ${version}`).join();
  const answered = body.results.map(({ document, version }) => `${document} ${version}`).join();
  if (asked !== answered) throw refuse("results", "it answers for other documents than were asked for");

  let session: Delegation;
  try {
    session = readDelegation(delegation.message);
  } catch (cause) {
    throw refuse("sign-in", "its sign-in is no sign-in to Placet", cause);
  }
  const { address, names, from, until } = session;
  const readsFor = names.organisation ?? address;
  if (!isAddressEqual(address, request.reader)) throw refuse("reader", "its sign-in is another person's");
  if (!isAddressEqual(readsFor, request.grantee)) throw refuse("grantee", "its reader signed in for somebody else");
  if (!isAddressEqual(names.gateway, body.gateway)) throw refuse("gateway", "its sign-in is for another gateway");
  if (session.chainId !== body.chainId) throw refuse("chain", "its sign-in is for another chain");
  if (until - from > MAX_SESSION_SECONDS) throw refuse("session", "its session is too long");
  if (request.time < from - MAX_CLOCK_SKEW || request.time >= until) throw refuse("session", "its session was over");
  try {
    await verifyRequest(signed, names.publicKey);
  } catch (error) {
    if (isFailure(error)) throw refuse("request-signature", "the session did not sign it", error);
    throw error;
  }
  const { message: text, signature } = delegation;
  const signer = await recover(recoverMessageAddress({ message: text, signature }));
  return signer !== null && isAddressEqual(signer, address) ? "wallet" : "contract-wallet";
}

/**
 * Checks one receipt by itself: the gateway's signature, the session's signature on the request, the sign-in, and that
 * all speak of the same. A "contract-wallet" answer means: ask the account's code (ERC-1271) about the sign-in.
 * Throws Failure("tampered") with a reason.
 */
export async function verifyReceipt(receipt: Receipt): Promise<RestsOn> {
  const { body, signature } = receipt;
  const signer = await recover(recoverTypedDataAddress({ ...receiptTypedData(body), signature }));
  if (signer === null || !isAddressEqual(signer, body.gateway))
    throw refuse("gateway-signature", "its gateway did not sign it");
  const released = body.results.some((result) => result.reason === null);
  if (body.kind === "disclosure") {
    if (body.disclosure === null || body.request !== null || body.results.length > 0) {
      throw refuse("incomplete", "it is no complete disclosure");
    }
    return "gateway";
  }
  if (released !== (body.kind === "released") || body.disclosure !== null) {
    throw refuse("kind", "it says of itself what its results do not say");
  }
  if (body.reason !== null && (released || body.results.some((result) => result.reason !== body.reason))) {
    throw refuse("kind", "its reason is not that of its results");
  }
  return verifyDelegation(body);
}

/**
 * Checks that receipts follow each other without a gap, in the gateway's chain or in one subject's, beginning after
 * `after` (default: at the very first). Throws Failure("tampered", reason "gap" | "fork" | "other-chain").
 */
export function verifyChain(
  bodies: readonly ReceiptBody[],
  options: { of: "gateway" | "subject"; after?: { number: number; hash: Hex } },
): { number: number; hash: Hex } {
  let last = options.after ?? { number: 0, hash: NO_RECEIPT };
  const [first] = bodies;
  for (const body of bodies) {
    const ofGateway = options.of === "gateway";
    const number = ofGateway ? body.number : body.subjectNumber;
    const previous = ofGateway ? body.previous : body.subjectPrevious;
    const sameGateway = first !== undefined && isAddressEqual(body.gateway, first.gateway);
    const sameSubject = first !== undefined && isAddressEqual(body.subject, first.subject);
    if (!sameGateway || (!ofGateway && !sameSubject))
      throw refuse("other-chain", `number ${number} is of another chain`);
    if (number !== last.number + 1) throw refuse("gap", `number ${last.number + 1} is missing`);
    if (previous !== last.hash) throw refuse("fork", `number ${number} does not follow number ${last.number}`);
    last = { number, hash: receiptHash(body) };
  }
  return last;
}
