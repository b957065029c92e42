// Notes: words between a subject and a grantee that the ledger must not know (what is asked and why, why not, what an
// appointment is about). Rule: each is read only in its own shape, whoever wrote it.

import { z } from "zod";
import { pad } from "viem";
import type { Address, Hex } from "viem";
import { canonicalBytes, parseCanonical } from "../canonical.ts";
import type { Party } from "./capsule.ts";
import { makeEnvelope, openEnvelope, type Sealed } from "./envelope.ts";
import type { Place } from "./wrap.ts";

const MAX_NOTE_BYTES = 65_536;
const words = (longest: number) => z.string().max(longest);

/** The shapes of notes by kind. */
export const noteSchemas = {
  /** What a grantee asks for: for how many days, to do what (ops), and why. `name` is how the grantee calls itself. */
  request: z.strictObject({
    categories: z.array(words(32)).max(64),
    documents: z
      .array(z.string().regex(/^0x[0-9a-f]{64}$/))
      .max(200)
      .optional(),
    purposes: z.array(words(32)).min(1).max(16),
    ops: z.int().min(0).max(0xffffffff),
    days: z.int().min(1).max(3660),
    reason: words(4000),
    name: words(200),
  }),
  /** Why a request is declined. */
  decline: z.strictObject({ reason: words(4000) }),
  /** What an appointment is about. */
  appointment: z.strictObject({ reason: words(1000), details: words(8000) }),
  /** Why glass was broken. */
  "break-glass": z.strictObject({ reason: words(4000) }),
};

/** The kinds of notes. */
export type NoteKind = keyof typeof noteSchemas;
/** A note of a kind. */
export type Note<K extends NoteKind> = z.infer<(typeof noteSchemas)[K]>;

/**
 * What a note belongs to: `ref` is, for a request, `requestRef(grantee)`; for a decline, the request's id; for an
 * appointment, its id; for breaking glass, the scope.
 */
export type NoteName<K extends NoteKind> = { place: Place; kind: K; subject: Address; ref: Hex };

/** The `ref` of a request's note: the asking account, left-padded to 32 bytes. */
export function requestRef(grantee: Address): Hex {
  return pad(grantee.toLowerCase() as Hex, { size: 32 });
}

/** Wraps a note for each recipient. Throws Failure("bad-input") for another shape. */
export function wrapNote<K extends NoteKind>(
  name: NoteName<K>,
  options: { recipients: Party[]; note: Note<K> },
): Sealed {
  const bytes = canonicalBytes(options.note);
  parseCanonical(bytes, noteSchemas[name.kind], { maxBytes: MAX_NOTE_BYTES, what: "note" });
  const letters = options.recipients.map(({ address, key }) => ({
    kind: name.kind,
    recipient: address,
    recipientKey: key,
    bytes,
  }));
  return makeEnvelope({ ...name, letters });
}

/** Opens a note as one of its recipients. Throws Failure("wrong-key" | "tampered" | "bad-input" | "too-large"). */
export function openNote<K extends NoteKind>(
  name: NoteName<K>,
  options: { recipient: Address; secretKey: Uint8Array; bytes: Uint8Array },
): Note<K> {
  const bytes = openEnvelope({ ...name, letterKind: name.kind, ...options });
  const schema: z.ZodType = noteSchemas[name.kind];
  return parseCanonical(bytes, schema, { maxBytes: MAX_NOTE_BYTES, what: "note" }) as Note<K>;
}
