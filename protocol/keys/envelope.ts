// An envelope: what lies on IPFS as one raw block and on the ledger as that block's SHA-256. It holds one box a
// recipient, each with its context bound inside. Rule: boxes are of equal size and sorted by the recipient's key name,
// so that nothing but their number shows.

import { z } from "zod";
import type { Address, Hex } from "viem";
import { fromBase64Url, sha256, toBase64Url, toHex, type Bytes } from "../bytes.ts";
import { canonicalBytes, parseCanonical } from "../canonical.ts";
import { Failure } from "../failure.ts";
import { publicKeyOf } from "./derive.ts";
import { keyId } from "./fingerprint.ts";
import { unwrapFast } from "./unwrap-fast.ts";
import { boxSize, ECIES_OVERHEAD, NOTE_UNIT, unwrap, wrap } from "./wrap.ts";
import type { Place, WrapContext, WrapKind } from "./wrap.ts";

/** The kinds of envelopes. */
export const envelopeKinds = ["capsule", "bundle", "request", "decline", "appointment", "break-glass"] as const;
/** One of `envelopeKinds`. */
export type EnvelopeKind = (typeof envelopeKinds)[number];

/** Largest envelope: what any IPFS node passes on as one block. */
export const MAX_ENVELOPE_BYTES = 1_048_576;
/** Most boxes in one envelope. */
export const MAX_BOXES = 128;

const envelopeSchema = z.strictObject({
  v: z.literal(1),
  kind: z.enum(envelopeKinds),
  wraps: z
    .array(z.strictObject({ to: z.string().regex(/^0x[0-9a-f]{64}$/), box: z.string().min(80).max(200_000) }))
    .min(1)
    .max(MAX_BOXES),
});

/** An envelope as it is written. */
export type Envelope = z.infer<typeof envelopeSchema>;

/** Whom a box is for: the account, its X25519 public key, what kind of thing it gets, and that thing. */
export type Letter = { kind: WrapKind; recipient: Address; recipientKey: Uint8Array; bytes: Uint8Array };

/** The finished envelope and its SHA-256, which is what the ledger holds and what the CID is made from. */
export type Sealed = { bytes: Bytes; digest: Hex };

/** Spells an envelope. Throws Failure("too-large") above `MAX_ENVELOPE_BYTES`. */
export function encodeEnvelope(kind: EnvelopeKind, wraps: { to: string; box: Uint8Array }[]): Sealed {
  const sorted = wraps
    .map(({ to, box }) => ({ to, box: toBase64Url(box) }))
    .sort((a, b) => (a.to + a.box < b.to + b.box ? -1 : 1));
  const bytes = canonicalBytes({ v: 1, kind, wraps: sorted });
  if (bytes.length > MAX_ENVELOPE_BYTES || sorted.length > MAX_BOXES) {
    throw new Failure(
      "too-large",
      "This is too much for one envelope. Nothing was sent. Say less, or to fewer people.",
    );
  }
  return { bytes, digest: toHex(sha256(bytes)) };
}

/** Reads an envelope of a kind. Throws Failure("bad-input" | "tampered" | "too-large"). */
export function decodeEnvelope(kind: EnvelopeKind, bytes: Uint8Array): Envelope {
  const envelope = parseCanonical(bytes, envelopeSchema, { maxBytes: MAX_ENVELOPE_BYTES, what: "envelope" });
  if (envelope.kind !== kind) {
    throw new Failure("tampered", `An envelope of kind ${kind} was expected. This one was not opened.`);
  }
  return envelope;
}

/** Wraps each letter for its recipient, all padded to the same multiple of 4 KiB. */
export function makeEnvelope(options: {
  place: Place;
  kind: EnvelopeKind;
  subject: Address;
  ref: Hex;
  letters: Letter[];
}): Sealed {
  const { place, subject, ref, letters } = options;
  const longest = Math.max(...letters.map((letter) => letter.bytes.length));
  const padTo = boxSize(longest, NOTE_UNIT) - ECIES_OVERHEAD;
  const wraps = letters.map(({ kind, recipient, recipientKey, bytes }) => ({
    to: keyId(recipientKey),
    box: wrap({ ...place, kind, subject, recipient, ref }, { recipientKey, bytes, padTo }),
  }));
  return encodeEnvelope(options.kind, wraps);
}

/** Which envelope: its bytes, its kind, and for whom and what the box in it must be. */
export type EnvelopeToOpen = {
  place: Place;
  kind: EnvelopeKind;
  letterKind: WrapKind;
  subject: Address;
  ref: Hex;
  recipient: Address;
  bytes: Uint8Array;
};

/** A secret key in the platform's keeping (`importSecretKey`), and its name. */
export type FastKey = { keyId: Hex; key: CryptoKey };

function contextOf({ place, letterKind, subject, recipient, ref }: EnvelopeToOpen): WrapContext {
  return { ...place, kind: letterKind, subject, recipient, ref };
}

function boxesFor(name: Hex, wraps: Envelope["wraps"]): Bytes[] {
  return wraps.filter((one) => one.to === name).map(({ box }) => fromBase64Url(box));
}

const nothingForYou = (): Failure =>
  new Failure("wrong-key", "Nothing in this envelope is for your key. Nothing was opened.");

/** One key may own several boxes in an envelope (a person who is both parties): only all of them failing is a failure. */
function failureAmong(cause: unknown): Failure {
  if (cause instanceof Failure) return cause;
  throw cause;
}

/**
 * Opens the box of an envelope that is for this recipient, and checks that it is of this kind, for this subject and
 * ref. Throws Failure("wrong-key") where none of the boxes is for this key, Failure("tampered") where one is and has
 * another context.
 */
export function openEnvelope(options: EnvelopeToOpen & { secretKey: Uint8Array }): Bytes {
  const { secretKey } = options;
  const { wraps } = decodeEnvelope(options.kind, options.bytes);
  let failure: Failure | undefined;
  for (const box of boxesFor(keyId(publicKeyOf(secretKey)), wraps)) {
    try {
      return unwrap(contextOf(options), { secretKey, box });
    } catch (cause) {
      failure = failureAmong(cause);
    }
  }
  throw failure ?? nothingForYou();
}

/** `openEnvelope` by WebCrypto, with whichever of these keys a box is for. Throws the same Failures. */
export async function openEnvelopeFast(options: EnvelopeToOpen & { keys: readonly FastKey[] }): Promise<Bytes> {
  const { wraps } = decodeEnvelope(options.kind, options.bytes);
  let failure: Failure | undefined;
  for (const { keyId: name, key } of options.keys) {
    for (const box of boxesFor(name, wraps)) {
      try {
        return await unwrapFast(contextOf(options), { key, box });
      } catch (cause) {
        failure = failureAmong(cause);
      }
    }
  }
  throw failure ?? nothingForYou();
}
