// A patient entrusts this gateway with seals, takes them back, has a document destroyed, or tells it of a revoke, from a page
// of another service: no session and no cookie counts here, the signature of the vault's account (a revoke's own) says
// everything.

import type { Hex, TypedDataDefinition } from "viem";
import { z } from "zod";
import { HAND_IN_SECONDS, typedAskHeld, typedHandIn, type HandIn } from "#protocol/documents/index.ts";
import { typedAskErasure } from "#protocol/erasure/index.ts";
import { Failure } from "#protocol/failure.ts";
import { actSchema } from "#protocol/typed-data/index.ts";
import type { Service } from "../service.ts";
import { advanceHandIn } from "../store/hand-ins.ts";
import { deleteSeals, listSeals } from "../store/seals.ts";
import { certificateOut } from "./erasure-routes.ts";
import { cutPage, keyNumber, keyText, readCursor } from "./paging.ts";
import { route, type Route } from "./route.ts";
import { addressIn, digestIn, digestOut, pageOf, timeOut } from "./schemas.ts";
import { keyedBy, MAX_SEALS, sealShape, takeSeals } from "./seals.ts";
import { isSignedByVault } from "./vault-signature.ts";

const signed = {
  subject: addressIn,
  time: z.number().int().min(0).max(0xff_ffff_ffff).describe("Unix seconds, now; later than in every message before."),
  signature: z
    .string()
    .regex(/^0x[0-9a-fA-F]{130}$/)
    .transform((text) => text as Hex)
    .describe("By the vault's account; by the patient's own where the ledger names none."),
};

/** Most seals that one answer lists. */
const HELD_AT_ONCE = 1_000;

const refuse = (words: string, reason: string) =>
  new Failure("not-authorised", `${words} Nothing was stored or deleted.`, { reason });

/** Throws `not-authorised` unless the subject's vault signed this just now. */
async function requireVault(
  { chain, now }: Service,
  told: { subject: Hex; time: number; typed: TypedDataDefinition; signature: Hex },
): Promise<void> {
  const { subject, time, typed, signature } = told;
  if (Math.abs(time - now()) > HAND_IN_SECONDS)
    throw refuse("The time in this message is not now. Check this device's clock and try again.", "hand-in-time");
  if (!(await isSignedByVault(chain, { account: subject, typed, signature })))
    throw refuse("The patient's vault did not sign this.", "hand-in-signature");
}

/** Throws `not-authorised` unless the subject's vault signed this just now, later than everything before. */
async function requireSignature(
  service: Service,
  { signature, ...told }: Omit<HandIn, "gateway"> & { signature: Hex },
): Promise<void> {
  const { subject, time } = told;
  const { chainId, ledger } = service.chain.deployment;
  const typed = typedHandIn({ chainId, ledger }, { ...told, gateway: service.gateway.address });
  await requireVault(service, { subject, time, typed, signature });
  // Whoever carried a message could else say it again: seals that were taken back would be here once more.
  if (!(await advanceHandIn(service.database, { subject, time })))
    throw refuse("This message came before, or a later one did. Sign it anew, with a later time.", "hand-in-repeated");
}

/** POST /api/entrusted/seals, /api/entrusted/drop, /api/entrusted/held, /api/entrusted/erase and /api/entrusted/revokes. */
export const entrustedRoutes: Route[] = [
  route({
    method: "post",
    path: "/api/entrusted/seals",
    summary:
      "Hand this gateway seals of your documents from a page of another service: signed by your vault's account, without a session.",
    tag: "Reading",
    access: "public",
    fromAnyPage: true,
    limit: "write",
    body: z.object({ ...signed, seals: z.array(sealShape).min(1).max(MAX_SEALS) }),
    maxBody: 512 * 1024,
    response: z.object({ kept: z.number().int(), skipped: z.number().int() }),
    problems: ["not-authorised", "forbidden", "conflict", "wrong-key", "tampered"],
    async handle({ service, body: { seals, ...told } }) {
      await requireSignature(service, { ...told, what: seals });
      const { subject } = told;
      return takeSeals(service, { account: subject, seals: seals.map((seal) => ({ ...seal, subject })) });
    },
  }),
  route({
    method: "post",
    path: "/api/entrusted/drop",
    summary:
      "Have this gateway let go of every seal of your documents: it can open none of them to anybody after that.",
    tag: "Reading",
    access: "public",
    fromAnyPage: true,
    limit: "write",
    body: z.object(signed),
    response: z.object({ dropped: z.number().int() }),
    problems: ["not-authorised"],
    async handle({ service, body }) {
      await requireSignature(service, { ...body, what: "drop" });
      return { dropped: await deleteSeals(service.database, body.subject) };
    },
  }),
  route({
    method: "post",
    path: "/api/entrusted/held",
    summary:
      "Which seals you handed this gateway, without the seals: a question that your vault's account signs. It may be asked again while its time is now.",
    tag: "Reading",
    access: "public",
    fromAnyPage: true,
    limit: "records",
    body: z.object({
      ...signed,
      time: z.number().int().min(0).max(0xff_ffff_ffff).describe("Unix seconds, now."),
      cursor: z.string().max(400).optional(),
    }),
    response: pageOf(z.object({ document: digestOut, version: z.number().int(), keyedBy, at: timeOut })),
    problems: ["not-authorised"],
    async handle({ service, body: { subject, time, signature, cursor } }) {
      const { chainId, ledger } = service.chain.deployment;
      const typed = typedAskHeld({ chainId, ledger }, { subject, gateway: service.gateway.address, time });
      await requireVault(service, { subject, time, typed, signature });
      const after = readCursor(cursor, z.tuple([keyText, keyNumber, keyText]));
      const limit = HELD_AT_ONCE + 1;
      const rows = await listSeals(service.database, { subject, author: subject, after, limit });
      const { items, next } = cutPage(rows, HELD_AT_ONCE, (row) => [row.document, row.version, row.keyed_by]);
      return {
        items: items.map(({ document, version, keyed_by, at }) => ({ document, version, keyedBy: keyed_by, at })),
        next,
      };
    },
  }),
  route({
    method: "post",
    path: "/api/entrusted/erase",
    summary:
      "Have a document of yours erased here that was withdrawn or rejected: signed by your vault's account, without a session. Asked again, it answers the same.",
    tag: "documents",
    access: "public",
    fromAnyPage: true,
    limit: "write",
    body: z.object({
      ...signed,
      time: z.number().int().min(0).max(0xff_ffff_ffff).describe("Unix seconds, now."),
      document: digestIn,
    }),
    response: certificateOut,
    problems: ["not-authorised", "not-found", "conflict", "unavailable"],
    async handle({ service, body: { subject, time, signature, document } }) {
      const { chainId, ledger } = service.chain.deployment;
      const gateway = service.gateway.address;
      const typed = typedAskErasure({ chainId, ledger }, { subject, gateway, document, time });
      await requireVault(service, { subject, time, typed, signature });
      return service.gateway.erase({ subject, document });
    },
  }),
  route({
    method: "post",
    path: "/api/entrusted/revokes",
    summary:
      "Tell this gateway of a signed revoke that another service sends to the ledger: it hands over nothing more under that consent from now on, and sends nothing itself.",
    tag: "Acts",
    access: "public",
    fromAnyPage: true,
    limit: "write",
    body: z.object({
      act: actSchema.describe("revoke or revokeMany, as for /api/relay."),
      signature: z
        .string()
        .regex(/^0x([0-9a-fA-F]{2}){1,4096}$/)
        .transform((text) => text.toLowerCase() as Hex)
        .describe("The patient's, or that of the vault's account: the one that the ledger takes."),
    }),
    // Each consent is looked up on the ledger.
    weigh: ({ act }) => (act.name === "revokeMany" ? act.args.revocations.length - 1 : 0),
    response: z.object({ heard: z.number().int().describe("How many consents it ends: all that it names.") }),
    problems: ["refused", "conflict", "unavailable"],
    // To ask a contract weighs as much as a sign-in: strangers name contracts of their own here.
    handle: async ({ service, body, takeTurn }) => ({
      heard: await service.relay.hear({ ...body, onContract: () => takeTurn("signIn") }),
    }),
  }),
];
