// What the registry says of the signed-in provider, and their own public card. Rule: only the registry says "verified";
// the card is one's own words.
import { findCredentialStatus, findProviderKind } from "#protocol/codes/index.ts";
import { manifestCid } from "#protocol/documents/index.ts";
import { decodeCard, type Card } from "#protocol/providers/index.ts";
import { digestShape, fetchBlock, request, timeShape } from "#app/service/index.ts";
import type { Address, Hex } from "viem";
import { z } from "zod";

const answerSchema = z.object({
  credential: z
    .object({
      status: z.number().int(),
      kind: z.number().int(),
      card: digestShape.nullable(),
      validUntil: timeShape,
      changedAt: timeShape,
    })
    .nullable(),
});

/** Where an application stands. "expired": verified, but the time is over. */
export type Standing = "none" | "applied" | "verified" | "expired" | "suspended" | "refused";

/** One's own credential. Times in unix seconds. */
export type Credential = {
  standing: Standing;
  /** Code of #protocol/codes' provider kinds; 0 before one applied. */
  kind: number;
  kindLabel: string;
  validUntil: number;
  changedAt: number;
  card: Card | undefined;
  /** Digest of the card as the registry has it. */
  cardDigest: Hex | null;
};

/** Reads one's own credential and card. Throws Failure. */
export async function readCredential(self: Address, now: number): Promise<Credential> {
  const { credential } = await request(`/api/accounts/${self}`, { schema: answerSchema });
  if (credential === null || credential.status === 0) {
    return { standing: "none", kind: 0, kindLabel: "", validUntil: 0, changedAt: 0, card: undefined, cardDigest: null };
  }
  const id = findCredentialStatus(credential.status)?.id ?? "none";
  return {
    standing: id === "verified" && credential.validUntil <= now ? "expired" : id,
    kind: credential.kind,
    kindLabel: findProviderKind(credential.kind)?.label ?? "",
    validUntil: credential.validUntil,
    changedAt: credential.changedAt,
    // A card that cannot be had is no reason to hide what the registry says.
    card: credential.card === null ? undefined : await readCard(credential.card).catch(() => undefined),
    cardDigest: credential.card,
  };
}

async function readCard(digest: Hex): Promise<Card> {
  return decodeCard(await fetchBlock(manifestCid(digest)));
}
