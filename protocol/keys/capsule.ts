// A capsule: what a consent hands to its grantee. The grantee's box holds one key a category (or document) and the
// opening; the subject's and each gateway's box hold the opening alone. Rule: an opening is used only after it hashed
// to the scope that the ledger holds.

import { z } from "zod";
import type { Address, Hex } from "viem";
import { checkOpening, type Opening } from "#protocol/consent/index.ts";
import { fromBase64Url, toBase64Url, wipe, type Bytes } from "../bytes.ts";
import { canonicalBytes, parseCanonical } from "../canonical.ts";
import { LAST_EPOCH, walkBack } from "./compartments.ts";
import { makeEnvelope, openEnvelope, openEnvelopeFast } from "./envelope.ts";
import type { EnvelopeToOpen, FastKey, Sealed } from "./envelope.ts";
import { toldGatewaysShape, type ToldGateway } from "./told-gateways.ts";
import type { Place } from "./wrap.ts";

/**
 * What a grantee holds: one key a category or document, each of this epoch, and what the patient signed. `gateways`: those
 * that she trusts, where they are more than the service's own.
 */
export type CapsuleContent = {
  epoch: number;
  categories: { category: string; key: Bytes }[];
  documents: { document: Hex; key: Bytes }[];
  opening: Opening;
  gateways?: readonly ToldGateway[] | undefined;
};

/** Which consent: its place on the ledger and its key there. */
export type ConsentName = { place: Place; subject: Address; grantee: Address; scope: Hex };

/** An account and its X25519 public key as the ledger has it. */
export type Party = { address: Address; key: Uint8Array };

const MAX_CONTENT_BYTES = 262_144;

const keyText = z.string().length(43);
const contentSchema = z.strictObject({
  epoch: z.int().min(0).max(LAST_EPOCH),
  categories: z.array(z.strictObject({ category: z.string().max(32), key: keyText })).max(64),
  documents: z.array(z.strictObject({ document: z.string().regex(/^0x[0-9a-f]{64}$/), key: keyText })).max(1000),
  opening: z.unknown(),
  gateways: toldGatewaysShape.optional(),
});

const byName = (a: string, b: string): number => (a < b ? -1 : 1);

/** The bytes of a capsule's content, inside the grantee's box. */
export function encodeCapsuleContent(content: CapsuleContent): Bytes {
  const { gateways = [] } = content;
  const told = gateways.map(({ address, url }) => ({ address: address.toLowerCase(), url }));
  return canonicalBytes({
    epoch: content.epoch,
    categories: content.categories
      .map(({ category, key }) => ({ category, key: toBase64Url(key) }))
      .sort((a, b) => byName(a.category, b.category)),
    documents: content.documents
      .map(({ document, key }) => ({ document: document.toLowerCase(), key: toBase64Url(key) }))
      .sort((a, b) => byName(a.document, b.document)),
    opening: content.opening,
    // Not there at all where there is nothing to tell: who knows no such member opens these as before.
    ...(told.length === 0 ? {} : { gateways: toldGatewaysShape.parse(told) }),
  });
}

/** Reads a capsule's content and checks its opening against the scope. Throws Failure("bad-input" | "tampered"). */
export function decodeCapsuleContent(bytes: Uint8Array, scope: Hex): CapsuleContent {
  const content = parseCanonical(bytes, contentSchema, { maxBytes: MAX_CONTENT_BYTES, what: "capsule" });
  return {
    epoch: content.epoch,
    categories: content.categories.map(({ category, key }) => ({ category, key: fromBase64Url(key, 32) })),
    documents: content.documents.map(({ document, key }) => ({
      document: document as Hex,
      key: fromBase64Url(key, 32),
    })),
    opening: checkOpening(content.opening, { scope }),
    ...(content.gateways === undefined ? {} : { gateways: content.gateways }),
  };
}

/**
 * Makes the capsule of a consent. Its digest is what the patient signs and the ledger holds.
 * `gateways` get the opening, without which they cannot release.
 */
export function makeCapsule(
  consent: Omit<ConsentName, "grantee">,
  options: { grantee: Party; subjectKey: Uint8Array; gateways: Party[]; content: CapsuleContent },
): Sealed {
  const { grantee, subjectKey, gateways, content } = options;
  const opening = canonicalBytes(checkOpening(content.opening, { scope: consent.scope }));
  const keys = encodeCapsuleContent(content);
  const toReader = (party: Party) =>
    ({ kind: "opening", recipient: party.address, recipientKey: party.key, bytes: opening }) as const;
  try {
    return makeEnvelope({
      place: consent.place,
      kind: "capsule",
      subject: consent.subject,
      ref: consent.scope,
      letters: [
        { kind: "capsule", recipient: grantee.address, recipientKey: grantee.key, bytes: keys },
        toReader({ address: consent.subject, key: subjectKey }),
        ...gateways.map(toReader),
      ],
    });
  } finally {
    wipe(keys);
  }
}

function capsuleToOpen({ place, subject, grantee, scope }: ConsentName, bytes: Uint8Array): EnvelopeToOpen {
  return { place, kind: "capsule", letterKind: "capsule", subject, ref: scope, recipient: grantee, bytes };
}

/** Opens a capsule as its grantee. Throws Failure("wrong-key" | "tampered" | "bad-input"). */
export function openCapsule(
  consent: ConsentName,
  { secretKey, bytes }: { secretKey: Uint8Array; bytes: Uint8Array },
): CapsuleContent {
  return decodeCapsuleContent(openEnvelope({ ...capsuleToOpen(consent, bytes), secretKey }), consent.scope);
}

/** `openCapsule` by WebCrypto: for whoever holds hundreds. Throws the same Failures. */
export async function openCapsuleFast(
  consent: ConsentName,
  { keys, bytes }: { keys: readonly FastKey[]; bytes: Uint8Array },
): Promise<CapsuleContent> {
  return decodeCapsuleContent(await openEnvelopeFast({ ...capsuleToOpen(consent, bytes), keys }), consent.scope);
}

/** Reads the opening in a capsule as its subject or as a gateway. Throws Failure("wrong-key" | "tampered" | "bad-input"). */
export function openOpening(
  consent: Omit<ConsentName, "grantee">,
  options: { recipient: Address; secretKey: Uint8Array; bytes: Uint8Array },
): Opening {
  const { place, subject, scope } = consent;
  const bytes = openEnvelope({ place, kind: "capsule", letterKind: "opening", subject, ref: scope, ...options });
  const opening = parseCanonical(bytes, z.unknown(), { maxBytes: MAX_CONTENT_BYTES, what: "consent" });
  return checkOpening(opening, { scope });
}

/**
 * The compartment or document key that a release was sealed with, walked back to its epoch; null where the capsule
 * has no such key. Throws Failure("wrong-key", reason "later-epoch") where the capsule is older than the release.
 */
export function keyForRelease(
  content: CapsuleContent,
  release: { keyedBy: "category" | "document"; category: string; document: Hex; epoch: number },
): Bytes | null {
  const held =
    release.keyedBy === "category"
      ? content.categories.find((one) => one.category === release.category)
      : content.documents.find((one) => one.document === release.document.toLowerCase());
  return held === undefined ? null : walkBack(held.key, { from: content.epoch, to: release.epoch });
}
