// A call that its session signs: what replaces a vault's copy, a guardian's share or a seal, or erases a document, needs the
// key that cannot leave the browser, besides the cookie. Rule: the signature is over who, where, how, what and when, and is good once.

import type { Address } from "viem";
import { concat, fromBase64Url, randomBytes, sha256, toBase64Url, toHex, utf8, type Bytes } from "../bytes.ts";
import { canonicalBytes } from "../canonical.ts";
import { Failure } from "../failure.ts";
import { signWithSession, verifySession, type SessionKey } from "./session-key.ts";

const HEADER = utf8("Placet signed call, version 1\n");

/** Seconds that a call's time may differ from the service's: devices' clocks are off, and a nonce is good once anyway. */
export const CALL_SKEW_SECONDS = 900;

/** What a call is about. */
export type CallToSign = {
  /** In capitals. */
  method: string;
  /** With its query, without the origin. */
  path: string;
  /** The body's bytes as they are sent; none for no body. */
  body: Uint8Array;
  account: Address;
  gateway: Address;
};

/** The header fields of a signed call: unix seconds, 16 random bytes and the signature (64 bytes), both base64url. */
export type CallSignature = { "placet-time": string; "placet-nonce": string; "placet-signature": string };

function callBytes(call: CallToSign, { time, nonce }: { time: number; nonce: string }): Bytes {
  const { method, path } = call;
  const account = call.account.toLowerCase();
  const gateway = call.gateway.toLowerCase();
  const said = { account, body: toHex(sha256(call.body)), gateway, method, nonce, path, time };
  return concat(HEADER, canonicalBytes(said));
}

/** Signs a call. `now` in unix seconds. */
export async function signCall(key: SessionKey, call: CallToSign, options: { now: number }): Promise<CallSignature> {
  const nonce = toBase64Url(randomBytes(16));
  const signature = await signWithSession(key, callBytes(call, { time: options.now, nonce }));
  return { "placet-time": String(options.now), "placet-nonce": nonce, "placet-signature": toBase64Url(signature) };
}

/**
 * Throws Failure("forbidden", reason "call-signature" | "call-time") where the session key with this public half did not
 * sign this call, or at another time. That a nonce comes once is for the service to see to.
 */
export async function verifyCall(
  call: CallToSign,
  options: {
    publicKey: Uint8Array | null;
    signed: { readonly [Field in keyof CallSignature]?: string | undefined };
    now: number;
  },
): Promise<{ nonce: string; time: number }> {
  const { signed, now, publicKey } = options;
  const nonce = signed["placet-nonce"] ?? "";
  const time = Number(signed["placet-time"]);
  const text = signed["placet-signature"] ?? "";
  const shaped = /^[A-Za-z0-9_-]{22}$/.test(nonce) && /^[A-Za-z0-9_-]{86}$/.test(text) && Number.isSafeInteger(time);
  const bytes = shaped ? callBytes(call, { time, nonce }) : null;
  if (!bytes || !publicKey || !(await verifySession(publicKey, { signature: readSignature(text), bytes }))) {
    throw new Failure(
      "forbidden",
      "This call was not signed by your session's key, which this browser holds. Nothing was changed. Sign out and in again.",
      { reason: "call-signature" },
    );
  }
  if (Math.abs(time - now) > CALL_SKEW_SECONDS) {
    throw new Failure(
      "forbidden",
      "The time in this call is not now. Nothing was changed. Check this device's clock and try again.",
      { reason: "call-time" },
    );
  }
  return { nonce, time };
}

function readSignature(text: string): Bytes {
  try {
    return fromBase64Url(text, 64);
  } catch {
    // Not the one spelling of 64 bytes: then it is nobody's signature.
    return new Uint8Array(64);
  }
}
