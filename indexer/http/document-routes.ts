// Documents: the subject sees all of their own; a grantee sees those that a live consent covers, and those they filed.

import type { Address, Hex } from "viem";
import { z } from "zod";
import { roleMay } from "#protocol/codes/index.ts";
import { Failure } from "#protocol/failure.ts";
import { manifestCid } from "#protocol/documents/index.ts";
import { coversWithoutDate } from "../gateway/index.ts";
import type { Service } from "../service.ts";
import { listLiveConsents } from "../store/consents.ts";
import { listDocuments, listVersions } from "../store/documents.ts";
import type { Document } from "../store/documents.ts";
import { readOpening } from "../store/openings.ts";
import { readSealedVersions } from "../store/seals.ts";
import type { Session } from "../store/sessions.ts";
import { cutPage, keyNumber, keyText, readCursor } from "./paging.ts";
import { route } from "./route.ts";
import type { Route } from "./route.ts";
import { addressIn, addressOut, digestOut, finalOut, fullPageQuery, pageOf, pageQuery, timeOut } from "./schemas.ts";
import { isThemself, judgeTime, listNames } from "./viewer-of.ts";

const READ = 1;

const documentOut = z
  .object({
    document: digestOut,
    version: z.number().int(),
    manifest: digestOut,
    manifestCid: z.string(),
    author: addressOut,
    subject: addressOut,
    status: z.number().int(),
    at: timeOut,
    addedAt: timeOut,
    grantee: addressOut.nullable(),
    scope: digestOut.nullable().meta({ description: "The consent under which it was filed." }),
    category: z.string().nullable(),
    epoch: z.number().int().nullable(),
    scopes: z
      .array(z.object({ grantee: addressOut, scope: digestOut }))
      .meta({ description: "The live consents of the caller that cover it." }),
    sealed: z.boolean(),
    tx: digestOut,
    final: finalOut,
  })
  .meta({ id: "Document" });

const documentParams = z.object({
  document: z
    .string()
    .regex(/^0x[0-9a-fA-F]{64}$/)
    .transform((text) => text.toLowerCase() as Hex),
});

const versionOut = z
  .object({
    version: z.number().int(),
    manifest: digestOut,
    manifestCid: z.string(),
    author: addressOut,
    at: timeOut,
    tx: digestOut,
    final: finalOut,
  })
  .meta({ id: "DocumentVersion" });

type Seal = { version: number; category: string; epoch: number };
type Cover = { grantee: Address; scope: Hex };

/** What the caller may know of a subject's documents beside the ledger's words. */
type Sight = {
  own: boolean;
  /** The newest version of each document that this gateway holds a seal of. */
  sealed: Map<Hex, number>;
  /** The newest seal of each document, opened: nothing for who has no live consent to read. */
  seals: Map<Hex, Seal>;
  /** By which of the caller's live consents each document is covered. */
  covered: Map<Hex, Cover[]>;
};

/** Seals are opened, at two milliseconds each, only for the subject and for who holds a live consent of theirs. */
async function look(service: Service, { session, subject }: { session: Session; subject: Address }): Promise<Sight> {
  const own = await isThemself(service, session, subject);
  const names = own ? [] : await listNames(service, session);
  const consents = own ? [] : await listReadable(service, { subject, names });
  const sealed = await readSealedVersions(service.database, subject);
  const seals = own || consents.length > 0 ? await readSeals(service, subject) : new Map<Hex, Seal>();
  const covered = new Map<Hex, Cover[]>();
  for (const { grantee, scope, box } of consents) {
    const opening = service.gateway.openBox({ subject, grantee, scope, box });
    const role = names.find((name) => name.account === grantee)?.role ?? 0;
    for (const [document, { category }] of seals) {
      if (role !== 0 && !roleMay(role, category)) continue;
      if (!opening.purposes.some((purpose) => coversWithoutDate(opening, { category, purpose, document }).ok)) continue;
      covered.set(document, [...(covered.get(document) ?? []), { grantee, scope }]);
    }
  }
  return { own, sealed, seals, covered };
}

/** The live consents under which these names may read, with the openings that this gateway holds. */
async function listReadable(
  service: Service,
  { subject, names }: { subject: Address; names: { account: Address; role: number }[] },
): Promise<(Cover & { box: Uint8Array })[]> {
  const grantees = names.map((name) => name.account);
  const consents = await listLiveConsents(service.database, { subject, grantees, at: judgeTime(service) });
  const readable: (Cover & { box: Uint8Array })[] = [];
  for (const { grantee, scope, ops } of consents) {
    const kept = (ops & READ) === 0 ? null : await readOpening(service.database, { subject, grantee, scope });
    if (kept?.box) readable.push({ grantee, scope, box: kept.box });
  }
  return readable;
}

/** The newest seal of each document that this gateway holds. */
async function readSeals(service: Service, subject: Address): Promise<Map<Hex, Seal>> {
  const seals = new Map<Hex, Seal>();
  for (const seal of await service.gateway.sealsOf(subject)) {
    if ((seals.get(seal.document)?.version ?? 0) <= seal.version) seals.set(seal.document, seal);
  }
  return seals;
}

/** A document as the caller may see it: its category only where they own it or a live consent of theirs covers it. */
function show(row: Document, { seals, sealed, covered, own }: Sight): z.input<typeof documentOut> {
  const { document, version, manifest, author, subject, status, changedAt, addedAt, grantee, scope, tx, final } = row;
  const known = own || covered.has(document) ? seals.get(document) : undefined;
  return {
    ...{
      document,
      version,
      manifest,
      manifestCid: manifestCid(manifest),
      author,
      subject,
      status,
      at: changedAt,
      addedAt,
    },
    ...{ grantee, scope, tx, final },
    category: known?.category ?? null,
    epoch: known?.epoch ?? null,
    scopes: covered.get(document) ?? [],
    sealed: (sealed.get(document) ?? 0) >= version,
  };
}

/** Routes about documents. */
export const documentRoutes: Route[] = [
  route({
    method: "get",
    path: "/api/documents",
    summary:
      "Documents about a subject: all of one's own, or those that a live consent of the caller covers and those that the caller filed.",
    tag: "documents",
    access: "session",
    limit: "records",
    query: z.object({ ...pageQuery, subject: addressIn.optional(), category: z.string().max(40).optional() }),
    response: pageOf(documentOut),
    async handle({ service, session, query }) {
      const subject = query.subject ?? session.account;
      const sight = await look(service, { session, subject });
      const { own, seals, covered } = sight;
      const wanted =
        query.category === undefined
          ? null
          : new Set([...seals].filter(([, seal]) => seal.category === query.category).map(([id]) => id));
      const visible = own ? wanted : new Set([...covered.keys()].filter((id) => wanted?.has(id) ?? true));
      const rows = await listDocuments(service.database, {
        subject,
        // One's own filings stay in sight after a consent ended: what one wrote, one answers for.
        author: own || wanted !== null ? null : session.account,
        documents: visible === null ? null : [...visible],
        after: readCursor(query.cursor, z.tuple([keyNumber, keyText])),
        limit: query.limit + 1,
      });
      const page = cutPage(rows, query.limit, (row) => [row.changedAt, row.key]);
      return {
        ...page,
        items: page.items.map((row) => show(row, sight)),
      };
    },
  }),
  route({
    method: "get",
    path: "/api/documents/:document",
    summary: "One document about a subject.",
    tag: "documents",
    access: "session",
    limit: "records",
    params: documentParams,
    query: z.object({ subject: addressIn.optional() }),
    response: documentOut,
    problems: ["not-found"],
    async handle({ service, session, params, query }) {
      const { row, sight } = await findDocument(service, { session, ...params, ...query });
      return show(row, sight);
    },
  }),
  route({
    method: "get",
    path: "/api/documents/:document/versions",
    summary: "Every version of one document about a subject, the first one first.",
    tag: "documents",
    access: "session",
    limit: "records",
    params: documentParams,
    query: z.object({ ...fullPageQuery, subject: addressIn.optional() }),
    response: pageOf(versionOut),
    problems: ["not-found"],
    async handle({ service, session, params, query }) {
      const { row } = await findDocument(service, { session, ...params, subject: query.subject });
      const after = readCursor(query.cursor, z.tuple([keyNumber]))?.[0] ?? 0;
      const { subject, document } = row;
      const rows = await listVersions(service.database, { subject, document, after, limit: query.limit + 1 });
      const { items, next } = cutPage(rows, query.limit, ({ version }) => [version]);
      return { items: items.map((version) => ({ ...version, manifestCid: manifestCid(version.manifest) })), next };
    },
  }),
];

/** A document that the caller may see; throws `not-found` for every other, whether there is one or not. */
async function findDocument(
  service: Service,
  { session, document, subject = session.account }: { session: Session; document: Hex; subject?: Address | undefined },
): Promise<{ row: Document; sight: Sight }> {
  const sight = await look(service, { session, subject });
  const wanted = { subject, author: null, documents: [document], after: null, limit: 1 };
  const [row] = await listDocuments(service.database, wanted);
  if (row === undefined || !(sight.own || sight.covered.has(row.document) || row.author === session.account)) {
    throw new Failure("not-found", "There is no such document that you may see.");
  }
  return { row, sight };
}
