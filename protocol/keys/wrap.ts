// Wrapping bytes for one holder of an X25519 key: ECIES as eciesjs makes it (X25519, HKDF-SHA256, AES-256-GCM).
// ECIES has no associated data, so the plaintext begins with the place where it is valid: kind, chain, contract,
// subject, recipient, ref. Rule: that is compared before anything after it is used.

import { decrypt, encrypt } from "eciesjs";
import { Config } from "eciesjs/config";
import type { Address, Hex } from "viem";
import { concat, equalBytes, fromHex, isAllZero, readU32, toBytes, u32, u64, utf8, type Bytes } from "../bytes.ts";
import { Failure } from "../failure.ts";

/** The ledger that a wrapped thing belongs to: its chain and its contract. */
export type Place = { chainId: number; ledger: Address };

/** What kinds of things are wrapped: at most 16 ASCII characters each. */
export type WrapKind =
  | "owner" // a document's DEK for its subject
  | "capsule" // compartment keys and opening for a grantee
  | "armed-capsule" // a capsule for a gateway to hand out when glass is broken
  | "opening" // a consent's opening for its subject or a gateway
  | "seal" // a DEK, wrapped already, for a gateway
  | "request" // a grantee's question
  | "decline" // a subject's answer to it
  | "appointment" // an appointment's details
  | "break-glass" // the reason of an emergency access
  | "licence" // a provider's licence number for a gateway, which shows it to registrars
  | "challenge" // a proof that a key is held
  | "share" // a guardian's recovery share
  | "returned-share" // the same, handed over to the device that its owner has now
  | "member-key" // an organisation's key for a member
  | "upload" // what an upload that broke off needs to go on, for its author
  | "vault"; // the vault key for one unlocker

/** Where a wrapped thing is valid, and for whom. `ref` is 32 bytes: a scope, a document id, an appointment id. */
export type WrapContext = Place & { kind: WrapKind; subject: Address; recipient: Address; ref: Hex };

const config = new Config();
config.ellipticCurve = "x25519";
config.symmetricAlgorithm = "aes-256-gcm";
config.symmetricNonceLength = 12;

const MAGIC = utf8("PLC1");
const KIND_BYTES = 16;
const CONTEXT_BYTES = 4 + KIND_BYTES + 8 + 20 + 20 + 20 + 32;
const HEADER_BYTES = CONTEXT_BYTES + 4;

/** Bytes that ECIES adds: ephemeral public key 32, nonce 12, tag 16. */
export const ECIES_OVERHEAD = 60;

/** The unit to which notes and capsules are padded. */
export const NOTE_UNIT = 4096;

/** The context's bytes: magic ‖ kind, zero-padded ‖ chain id ‖ ledger ‖ subject ‖ recipient ‖ ref. */
function encodeContext(context: WrapContext): Bytes {
  const bytes = new Uint8Array(CONTEXT_BYTES);
  bytes.set(MAGIC);
  bytes.set(utf8(context.kind), 4);
  let at = 4 + KIND_BYTES;
  for (const part of [
    u64(BigInt(context.chainId)),
    fromHex(context.ledger, 20),
    fromHex(context.subject, 20),
    fromHex(context.recipient, 20),
    fromHex(context.ref, 32),
  ]) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

/** What ECIES encrypts: context ‖ length ‖ payload ‖ zeros up to a multiple of `padTo`. */
export function framePayload(context: WrapContext, options: { bytes: Uint8Array; padTo?: number }): Bytes {
  const { bytes, padTo = 1 } = options;
  const length = HEADER_BYTES + bytes.length;
  const padding = new Uint8Array(Math.ceil(length / padTo) * padTo - length);
  return concat(encodeContext(context), u32(bytes.length), bytes, padding);
}

/** The payload of a frame that is valid in this context. Throws Failure("tampered") for any other. */
export function unframePayload(context: WrapContext, frame: Uint8Array): Bytes {
  const wrongPlace = () =>
    new Failure("tampered", "These bytes were wrapped for another purpose or place. They were not used.", {
      reason: "wrong-place",
    });
  if (frame.length < HEADER_BYTES) throw wrongPlace();
  if (!equalBytes(frame.subarray(0, CONTEXT_BYTES), encodeContext(context))) throw wrongPlace();
  const end = HEADER_BYTES + readU32(frame, CONTEXT_BYTES);
  if (end > frame.length || !isAllZero(frame.subarray(end))) throw wrongPlace();
  return toBytes(frame.slice(HEADER_BYTES, end));
}

/** How long the box of a payload of this many bytes is. */
export function boxSize(payloadBytes: number, padTo = 1): number {
  return Math.ceil((HEADER_BYTES + payloadBytes) / padTo) * padTo + ECIES_OVERHEAD;
}

/** A Failure for a box that this key does not open. */
export function wrongKey(cause: unknown): Failure {
  return new Failure("wrong-key", "This key does not open these bytes, or they were altered. Nothing was shown.", {
    cause,
  });
}

/**
 * Wraps bytes for the holder of an X25519 public key (32 bytes): ephemeral key ‖ nonce ‖ tag ‖ ciphertext, as eciesjs
 * writes it. Throws Failure("bad-input") for a public key that X25519 refuses.
 */
export function wrap(
  context: WrapContext,
  options: { recipientKey: Uint8Array; bytes: Uint8Array; padTo?: number },
): Bytes {
  const frame = framePayload(context, options);
  try {
    return toBytes(encrypt(options.recipientKey, frame, config));
  } catch (cause) {
    throw new Failure("bad-input", "This is no usable public key. Nothing was encrypted. Ask its owner to check it.", {
      cause,
    });
  } finally {
    frame.fill(0);
  }
}

/**
 * Opens what `wrap` made for this key in this context.
 * Throws Failure("wrong-key") where the key does not open it, Failure("tampered") where the context is another.
 */
export function unwrap(context: WrapContext, options: { secretKey: Uint8Array; box: Uint8Array }): Bytes {
  let frame: Uint8Array;
  try {
    frame = decrypt(options.secretKey, options.box, config);
  } catch (cause) {
    throw wrongKey(cause);
  }
  return unframePayload(context, frame);
}
