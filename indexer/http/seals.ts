// Seals are handed in by a subject or by the author of a filed document, and opened once on the way in, so that one that
// could never be released is told at once.

import { z } from "zod";
import type { Address, Hex } from "viem";
import { fromBase64Url } from "#protocol/bytes.ts";
import { ledgerAbi } from "#protocol/contracts/ledger.ts";
import { Failure } from "#protocol/failure.ts";
import { unpackDocument } from "#protocol/history/index.ts";
import type { Service } from "../service.ts";
import { listSeals, writeSeal } from "../store/seals.ts";
import { cutPage, keyNumber, keyText, readCursor } from "./paging.ts";
import { route, type Route } from "./route.ts";
import { addressIn, addressOut, digestIn, digestOut, pageOf, pageQuery, timeOut } from "./schemas.ts";
import { isThemself } from "./viewer-of.ts";

/** Most seals in one call. */
export const MAX_SEALS = 200;
/** A seal as it comes, without the subject. */
export const sealShape = z.object({
  document: digestIn,
  version: z.number().int().min(1).max(0xffffffff),
  seal: z.string().min(80).max(2_000).describe("The seal, base64url."),
});
const sealIn = sealShape.extend({ subject: addressIn });
type SealIn = z.output<typeof sealIn>;

/** What a seal is under: the key of its category, or that of the document alone. */
export const keyedBy = z.enum(["category", "document"]);
const heldOut = z.object({
  subject: addressOut,
  document: digestOut,
  version: z.number().int(),
  keyedBy,
  author: addressOut,
  at: timeOut,
});

/**
 * Throws `forbidden` unless every subject is the account itself or the ledger names the account as the document's author,
 * and `conflict` where the ledger knows no such document: seals of ids that nobody anchored could be handed in without end.
 */
async function requireAnchored(
  service: Service,
  { account, seals }: { account: Address; seals: readonly { subject: Address; document: Hex }[] },
): Promise<void> {
  const distinct = [...new Map(seals.map((seal) => [`${seal.subject} ${seal.document}`, seal])).values()];
  const { client, deployment } = service.chain;
  const records = await Promise.all(
    distinct.map(async ({ subject, document }) => {
      const word = await client.readContract({
        address: deployment.ledger,
        abi: ledgerAbi,
        functionName: "documentOf",
        args: [subject, document],
      });
      return { subject, ...unpackDocument(word) };
    }),
  ).catch((cause: unknown) => {
    throw new Failure(
      "unavailable",
      "The ledger cannot be asked who filed these documents. No seal was stored. Try again in a moment.",
      { cause },
    );
  });
  if (records.some(({ subject, author }) => subject !== account && author !== account)) {
    throw new Failure(
      "forbidden",
      "Only the patient, or whoever filed a document, may hand in its seal. No seal was stored.",
    );
  }
  if (records.some(({ status }) => status === 0)) {
    throw new Failure(
      "conflict",
      "The ledger does not know one of these documents yet. No seal was stored. Hand them in once they are on the ledger.",
      { reason: "not-anchored" },
    );
  }
}

/** Opens each seal once and keeps those that may be kept. Throws Failure; then none was stored. */
export async function takeSeals(
  service: Service,
  { account, seals }: { account: Address; seals: readonly SealIn[] },
): Promise<{ kept: number; skipped: number }> {
  await requireAnchored(service, { account, seals });
  const at = service.now();
  const rows = seals.map(({ subject, document, version, seal }) => {
    const bytes = fromBase64Url(seal);
    const release = service.gateway.openSeal({ subject, document, seal: bytes });
    if (release.version !== version)
      throw new Failure("bad-input", "A seal is of another version than it is said to be. No seal was stored.");
    return { subject, document, version, keyed_by: release.keyedBy, author: account, seal: bytes, at };
  });
  const kept = await service.database.transaction(async (tx) => {
    let written = 0;
    for (const row of rows) written += (await writeSeal(tx, row)) ? 1 : 0;
    return written;
  });
  return { kept, skipped: rows.length - kept };
}

/** PUT and GET /api/seals. */
export const sealRoutes: Route[] = [
  route({
    method: "put",
    path: "/api/seals",
    summary:
      "Hand this gateway seals of your documents, or of those that you filed. A patient's own seal is never replaced by an author's.",
    tag: "Reading",
    access: "session",
    limit: "write",
    signed: true,
    body: z.object({ seals: z.array(sealIn).min(1).max(MAX_SEALS) }),
    maxBody: 512 * 1024,
    response: z.object({ kept: z.number().int(), skipped: z.number().int() }),
    problems: ["bad-input", "forbidden", "conflict", "wrong-key", "tampered", "unavailable"],
    handle: ({ service, session, body }) => takeSeals(service, { account: session.account, seals: body.seals }),
  }),
  route({
    method: "get",
    path: "/api/seals",
    summary: "Which seals are held of a patient's documents: all for the patient, one's own for an author.",
    tag: "Reading",
    access: "session",
    limit: "records",
    query: z.object({ ...pageQuery, subject: addressIn.optional() }),
    response: pageOf(heldOut),
    async handle({ service, session, query }) {
      const subject = query.subject ?? session.account;
      const after = readCursor(query.cursor, z.tuple([keyText, keyNumber, keyText]));
      const author = (await isThemself(service, session, subject)) ? null : session.account;
      const rows = await listSeals(service.database, { subject, author, after, limit: query.limit + 1 });
      const { items, next } = cutPage(rows, query.limit, (row) => [row.document, row.version, row.keyed_by]);
      return { items: items.map(({ keyed_by, ...row }) => ({ ...row, keyedBy: keyed_by })), next };
    },
  }),
];
