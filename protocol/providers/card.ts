// A provider's public card: what anybody may read about them, published by themselves on IPFS as one raw block and named
// by the registry. Rule: a card is somebody's own words, so it is bounded and read strictly; only the registry's
// credential says whether it was verified.

import { z } from "zod";
import type { Hex } from "viem";
import { sha256, toHex, type Bytes } from "../bytes.ts";
import { canonicalBytes, parseCanonical } from "../canonical.ts";

const MAX_CARD_BYTES = 64 * 1024;
const line = (max: number) => z.string().trim().min(1).max(max);

/** The card's fields. `licence` is a box that a gateway opens for registrars (base64url), or null. */
export const cardSchema = z.strictObject({
  format: z.literal("placet-card"),
  formatVersion: z.literal(1),
  name: line(120),
  specialty: line(120),
  place: line(160),
  about: z.string().max(600),
  languages: z.array(line(40)).max(12),
  licence: z.string().max(12_000).nullable(),
});

/** A provider's public card. */
export type Card = z.infer<typeof cardSchema>;

/** The card's bytes and their SHA-256, which the registry holds and from which its CID is made. Throws Failure("bad-input"). */
export function encodeCard(card: Card): { bytes: Bytes; digest: Hex } {
  const bytes = canonicalBytes(card);
  decodeCard(bytes);
  return { bytes, digest: toHex(sha256(bytes)) };
}

/** Reads a card. Throws Failure("bad-input" | "tampered" | "too-large"). */
export function decodeCard(bytes: Uint8Array): Card {
  return parseCanonical(bytes, cardSchema, { maxBytes: MAX_CARD_BYTES, what: "provider's card" });
}
