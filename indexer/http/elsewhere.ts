// Readers and patients who come from a page of another service: a reader whose own service does not hand over what this
// gateway can, and a patient who wants to see what was read here. No session and no cookie counts: the reader shows the
// wallet's sign-in for this very gateway with each request, the patient her vault's signature.

import { z } from "zod";
import { getAddress, type Hex } from "viem";
import { fromBase64Url, toBase64Url } from "#protocol/bytes.ts";
import { Failure } from "#protocol/failure.ts";
import { HAND_IN_SECONDS } from "#protocol/documents/index.ts";
import { verifySession } from "#protocol/keys/index.ts";
import { blockRequestBytes, readElsewhereSignIn, typedAskReceipts } from "#protocol/receipts/index.ts";
import type { Service } from "../service.ts";
import { listReceipts } from "../store/receipts.ts";
import type { Session } from "../store/sessions.ts";
import { FETCH_MS } from "./block-routes.ts";
import { cutPage, keyNumber, readCursor } from "./paging.ts";
import { receiptItemOut, showReceipt } from "./receipts.ts";
import { release, releaseIn, releaseOut } from "./releases.ts";
import { route, type Route } from "./route.ts";
import { addressIn, pageOf } from "./schemas.ts";
import { isSignedByVault } from "./vault-signature.ts";
import { isSignedByWallet } from "./wallet-signature.ts";

const signInShape = z.object({
  message: z.string().max(4_000).describe("EIP-4361, in the words of such a sign-in, naming this gateway."),
  signature: z
    .string()
    .regex(/^0x([0-9a-fA-F]{2}){1,4096}$/)
    .transform((text) => text.toLowerCase() as Hex)
    .describe("The wallet's, of a key or of a contract (ERC-1271)."),
});

/** Most receipts in one answer: what a page's frame carries at once holds them all, however many records each names. */
const RECEIPTS_AT_ONCE = 20;

/** The sign-in, as the session that it stands for. Throws Failure("bad-input" | "not-authorised" | "unavailable"). */
async function readSignIn(
  { service, takeTurn }: { service: Service; takeTurn: (kind: "signIn") => void },
  signIn: z.output<typeof signInShape>,
): Promise<Session> {
  const { chain, gateway } = service;
  const { message, signature } = signIn;
  const now = service.now();
  const { chainId } = chain.deployment;
  const here = { gateway: gateway.address, origins: service.origins(), chainId, now, timeOfNonce: gateway.readNonce };
  const { address, names, from, until } = readElsewhereSignIn(message, here);
  // To ask a contract weighs as much as a sign-in: strangers name contracts of their own here.
  const onContract = (): void => takeTurn("signIn");
  if (!(await isSignedByWallet(chain, { account: address, message, signature, onContract })))
    throw new Failure("not-authorised", "The wallet did not sign this sign-in. Nothing was opened. Sign in anew.", {
      reason: "sign-in-signature",
    });
  return {
    id: "elsewhere",
    account: getAddress(address),
    sessionKey: toBase64Url(names.publicKey),
    organisation: names.organisation === undefined ? null : getAddress(names.organisation),
    message,
    signature,
    createdAt: from,
    expiresAt: until,
  };
}

/** GET /api/entrusted/nonce; POST /api/entrusted/releases, /api/entrusted/blocks and /api/entrusted/receipts. */
export const elsewhereRoutes: Route[] = [
  route({
    method: "get",
    path: "/api/entrusted/nonce",
    summary:
      "A nonce for a sign-in to read here from a page of another service: it may begin now and not later, so none can be signed ahead.",
    tag: "Reading",
    access: "public",
    fromAnyPage: true,
    limit: "records",
    response: z.object({ nonce: z.string().describe("42 hexadecimal digits.") }),
    handle: async ({ service }) => ({ nonce: service.gateway.makeNonce(service.now()) }),
  }),
  route({
    method: "post",
    path: "/api/entrusted/releases",
    summary:
      "Open documents from a page of another service: a read request as for /api/releases, with the wallet's sign-in for this gateway in the place of a session.",
    tag: "Reading",
    access: "public",
    fromAnyPage: true,
    limit: "records",
    body: releaseIn.extend({ signIn: signInShape }),
    maxBody: 256 * 1024,
    response: releaseOut,
    problems: ["not-authorised", "forbidden", "conflict", "unavailable"],
    async handle({ service, body: { signIn, ...asked }, network, takeTurn }) {
      return release(service, { session: await readSignIn({ service, takeTurn }, signIn), asked, network });
    },
  }),
  route({
    method: "post",
    path: "/api/entrusted/blocks",
    summary:
      "A block's bytes for a page of another service: what whoever is signed in may have, with the wallet's sign-in in the place of a session, and signed by the key that it names.",
    tag: "blocks",
    access: "public",
    fromAnyPage: true,
    limit: "blocks",
    body: z.object({
      cid: z.string().max(100),
      time: z.number().int().min(0).max(0xff_ffff_ffff).describe("Unix seconds, now."),
      signature: z.string().length(86).describe("ECDSA P-256 over the block request, base64url."),
      signIn: signInShape,
    }),
    response: z.object({ bytes: z.string().describe("base64url") }),
    problems: ["not-found", "not-authorised", "unsupported-type", "unavailable"],
    async handle({ service, body: { cid, time, signature, signIn }, takeTurn }) {
      const { sessionKey } = await readSignIn({ service, takeTurn }, signIn);
      const bytes = blockRequestBytes({ cid, gateway: service.gateway.address, time });
      const key = fromBase64Url(sessionKey ?? "");
      const signed = await verifySession(key, { signature: fromBase64Url(signature, 64), bytes });
      if (Math.abs(time - service.now()) > HAND_IN_SECONDS || !signed)
        throw new Failure("not-authorised", "Your session did not ask for this block just now. Nothing was given.", {
          reason: "block-signature",
        });
      return { bytes: toBase64Url(await service.ipfs.get(cid, { timeoutMs: FETCH_MS })) };
    },
  }),
  route({
    method: "post",
    path: "/api/entrusted/receipts",
    summary:
      "What was read of your documents at this gateway, newest first: a question that your vault's account signs. It may be asked again while its time is now.",
    tag: "Audit",
    access: "public",
    fromAnyPage: true,
    limit: "records",
    body: z.object({
      subject: addressIn,
      time: z.number().int().min(0).max(0xff_ffff_ffff).describe("Unix seconds, now."),
      signature: z
        .string()
        .regex(/^0x[0-9a-fA-F]{130}$/)
        .transform((text) => text as Hex)
        .describe("By the vault's account; by the patient's own where the ledger names none."),
      cursor: z.string().max(400).optional(),
    }),
    response: pageOf(receiptItemOut),
    problems: ["not-authorised", "unavailable"],
    async handle({ service, body: { subject, time, signature, cursor } }) {
      const { chainId, ledger } = service.chain.deployment;
      const gateway = service.gateway.address;
      const typed = typedAskReceipts({ chainId, ledger }, { subject, gateway, time });
      if (
        Math.abs(time - service.now()) > HAND_IN_SECONDS ||
        !(await isSignedByVault(service.chain, { account: subject, typed, signature }))
      )
        throw new Failure("not-authorised", "The patient's vault did not sign this just now. Nothing was shown.", {
          reason: "receipts-signature",
        });
      const before = readCursor(cursor, z.tuple([keyNumber]))?.[0] ?? null;
      const view = { as: "subject" as const, account: subject };
      const limit = RECEIPTS_AT_ONCE + 1;
      const rows = await listReceipts(service.database, { gateway, view, subject: null, before, limit });
      const { items, next } = cutPage(rows, RECEIPTS_AT_ONCE, (row) => [row.number]);
      return { items: items.map((row) => showReceipt(row, service)), next };
    },
  }),
];
