// Documents: the subject sees all of their own; a grantee sees those that a live consent covers, and those they filed.

import type { Address, Hex } from "viem";
import { z } from "zod";
import { roleMay } from "#protocol/codes/index.ts";
import { Failure } from "#protocol/failure.ts";
import { manifestCid } from "#protocol/documents/index.ts";
import { coversWithoutDate } from "../gateway/index.ts";
import type { Service } from "../service.ts";
import { listLiveConsents } from "../store/consents.ts";
import { listDocuments } from "../store/documents.ts";
import { readOpening } from "../store/openings.ts";
import type { Session } from "../store/sessions.ts";
import { cutPage, readCursor } from "./paging.ts";
import { route } from "./route.ts";
import type { Route } from "./route.ts";
import { addressIn, addressOut, digestOut, pageOf, pageQuery, timeOut } from "./schemas.ts";
import { judgeTime, listNames } from "./viewer-of.ts";

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
  })
  .meta({ id: "Document" });

type Seal = { version: number; category: string; epoch: number };
type Cover = { grantee: Address; scope: Hex };

/** Which sealed documents of a subject the caller's live consents cover, and by which of them. */
async function findCovered(
  service: Service,
  { session, subject, seals }: { session: Session; subject: Address; seals: Map<Hex, Seal> },
): Promise<Map<Hex, Cover[]>> {
  const names = await listNames(service, session);
  const consents = await listLiveConsents(service.database, {
    subject,
    grantees: names.map((name) => name.account),
    at: judgeTime(service),
  });
  const covered = new Map<Hex, Cover[]>();
  for (const { grantee, scope, ops } of consents) {
    const kept = (ops & READ) === 0 ? null : await readOpening(service.database, { subject, grantee, scope });
    if (kept?.box === null || kept?.box === undefined) continue;
    const opening = service.gateway.openBox({ subject, grantee, scope, box: kept.box });
    const role = names.find((name) => name.account === grantee)?.role ?? 0;
    for (const [document, { category }] of seals) {
      if (role !== 0 && !roleMay(role, category)) continue;
      if (!opening.purposes.some((purpose) => coversWithoutDate(opening, { category, purpose, document }).ok)) continue;
      covered.set(document, [...(covered.get(document) ?? []), { grantee, scope }]);
    }
  }
  return covered;
}

/** The newest seal of each document that this gateway holds. */
async function readSeals(service: Service, subject: Address): Promise<Map<Hex, Seal>> {
  const seals = new Map<Hex, Seal>();
  for (const seal of await service.gateway.sealsOf(subject)) {
    if ((seals.get(seal.document)?.version ?? 0) <= seal.version) seals.set(seal.document, seal);
  }
  return seals;
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
      const own = subject === session.account;
      const seals = await readSeals(service, subject);
      const covered = own ? new Map<Hex, Cover[]>() : await findCovered(service, { session, subject, seals });
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
        after: readCursor(query.cursor, z.tuple([z.number(), z.string()])),
        limit: query.limit + 1,
      });
      const page = cutPage(rows, query.limit, (row) => [row.changedAt, row.key]);
      return {
        ...page,
        items: page.items.map((row) => {
          const seal = seals.get(row.document);
          const known = own || covered.has(row.document) ? seal : undefined;
          return {
            document: row.document,
            version: row.version,
            manifest: row.manifest,
            manifestCid: manifestCid(row.manifest),
            author: row.author,
            subject: row.subject,
            status: row.status,
            at: row.changedAt,
            addedAt: row.addedAt,
            grantee: row.grantee,
            scope: row.scope,
            category: known?.category ?? null,
            epoch: known?.epoch ?? null,
            scopes: covered.get(row.document) ?? [],
            sealed: seal !== undefined && seal.version >= row.version,
            tx: row.tx,
          };
        }),
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
    params: z.object({
      document: z
        .string()
        .regex(/^0x[0-9a-fA-F]{64}$/)
        .transform((text) => text.toLowerCase() as Hex),
    }),
    query: z.object({ subject: addressIn.optional() }),
    response: documentOut,
    problems: ["not-found"],
    async handle({ service, session, params, query }) {
      const subject = query.subject ?? session.account;
      const own = subject === session.account;
      const seals = await readSeals(service, subject);
      const covered = own ? new Map<Hex, Cover[]>() : await findCovered(service, { session, subject, seals });
      const [row] = await listDocuments(service.database, {
        subject,
        author: null,
        documents: [params.document],
        after: null,
        limit: 1,
      });
      if (row === undefined || !(own || covered.has(row.document) || row.author === session.account)) {
        throw new Failure("not-found", "There is no such document that you may see.");
      }
      const seal = seals.get(row.document);
      const known = own || covered.has(row.document) ? seal : undefined;
      return {
        ...row,
        manifestCid: manifestCid(row.manifest),
        at: row.changedAt,
        category: known?.category ?? null,
        epoch: known?.epoch ?? null,
        scopes: covered.get(row.document) ?? [],
        sealed: seal !== undefined && seal.version >= row.version,
      };
    },
  }),
];
