// A bundle: after re-keying, fresh capsules for every grantee who remains, published by one act. Rule: all boxes are
// of equal size, and blanks fill their number up to a power of two, so that a bundle does not show how many remain.

import { z } from "zod";
import type { Hex } from "viem";
import { equalBytes, fromHex, randomBytes, sha256, toHex, type Bytes } from "../bytes.ts";
import { canonicalBytes, parseCanonical } from "../canonical.ts";
import { Failure } from "../failure.ts";
import { decodeCapsuleContent, encodeCapsuleContent, type CapsuleContent, type ConsentName } from "./capsule.ts";
import { publicKeyOf } from "./derive.ts";
import { encodeEnvelope, openEnvelope, type Sealed } from "./envelope.ts";
import { keyId } from "./fingerprint.ts";
import { boxSize, ECIES_OVERHEAD, NOTE_UNIT, wrap } from "./wrap.ts";

const FEWEST_BOXES = 8;
const BOXES_A_PART = 64;
const MAX_INDEX_BYTES = 65_536;

const indexSchema = z.strictObject({
  v: z.literal(1),
  kind: z.literal("bundle-index"),
  parts: z
    .array(z.string().regex(/^0x[0-9a-f]{64}$/))
    .min(1)
    .max(512),
});

/** A fresh capsule to be published: for which consent, for which key, with what inside. */
export type FreshCapsule = { consent: ConsentName; granteeKey: Uint8Array; content: CapsuleContent };

/** Something that looks like a box to all who hold no key: a point on the curve, then noise. */
function blankBox(size: number): Bytes {
  const box = randomBytes(size);
  box.set(publicKeyOf(randomBytes(32)));
  return box;
}

/**
 * Makes a bundle: an index, whose digest goes onto the ledger, and the parts that it lists. All are raw IPFS blocks.
 * The consents must be of one subject; none at all makes a bundle of blanks.
 */
export function makeBundle(capsules: FreshCapsule[]): { index: Sealed; parts: Sealed[] } {
  const contents = capsules.map(({ content }) => encodeCapsuleContent(content));
  const size = boxSize(Math.max(0, ...contents.map((content) => content.length)), NOTE_UNIT);
  const wraps = capsules.map(({ consent, granteeKey }, index) => ({
    to: keyId(granteeKey),
    box: wrap(
      { ...consent.place, kind: "capsule", subject: consent.subject, recipient: consent.grantee, ref: consent.scope },
      { recipientKey: granteeKey, bytes: contents[index] ?? new Uint8Array(0), padTo: size - ECIES_OVERHEAD },
    ),
  }));
  let number = FEWEST_BOXES;
  while (number < wraps.length) number *= 2;
  while (wraps.length < number) wraps.push({ to: toHex(randomBytes(32)), box: blankBox(size) });
  // `to` is as good as random: sorting by it is the shuffle.
  wraps.sort((a, b) => (a.to < b.to ? -1 : 1));
  const parts: Sealed[] = [];
  for (let at = 0; at < wraps.length; at += BOXES_A_PART) {
    parts.push(encodeEnvelope("bundle", wraps.slice(at, at + BOXES_A_PART)));
  }
  const bytes = canonicalBytes({ v: 1, kind: "bundle-index", parts: parts.map((part) => part.digest) });
  return { index: { bytes, digest: toHex(sha256(bytes)) }, parts };
}

/**
 * The fresh capsule of one consent, or null where the bundle has none for this key.
 * `fetchPart` gets a part's SHA-256 (its CID is `rawCid`); what it gives is checked. Throws Failure("tampered" | "bad-input").
 */
export async function findInBundle(
  consent: ConsentName,
  options: { secretKey: Uint8Array; index: Uint8Array; fetchPart(digest: Hex): Promise<Uint8Array> },
): Promise<CapsuleContent | null> {
  const { place, subject, grantee, scope } = consent;
  const { secretKey } = options;
  const index = parseCanonical(options.index, indexSchema, { maxBytes: MAX_INDEX_BYTES, what: "bundle" });
  for (const digest of index.parts as Hex[]) {
    const bytes = await options.fetchPart(digest);
    if (!equalBytes(sha256(bytes), fromHex(digest, 32))) {
      throw new Failure("tampered", "A part of this bundle is not what was published. It was not opened. Try again.");
    }
    let content: Bytes;
    try {
      const recipient = grantee;
      const name = { place, kind: "bundle", letterKind: "capsule", subject, ref: scope, recipient } as const;
      content = openEnvelope({ ...name, secretKey, bytes });
    } catch (error) {
      // No box for this key, or boxes of this key's other consents: the next part may have it.
      if (error instanceof Failure && (error.code === "wrong-key" || error.reason === "wrong-place")) continue;
      throw error;
    }
    return decodeCapsuleContent(content, scope);
  }
  return null;
}
