// Erasure: a patient has a document that was taken out destroyed, and gets the gateway's certificate of it.

import { z } from "zod";
import { decodeErasure } from "#protocol/erasure/index.ts";
import { listErasures } from "../store/erasures.ts";
import { cutPage, readCursor } from "./paging.ts";
import { route, type Route } from "./route.ts";
import { digestIn, digestOut, pageOf, pageQuery, timeOut } from "./schemas.ts";

/** A certificate as it is given out. */
export const certificateOut = z
  .looseObject({ body: z.looseObject({ gateway: z.string(), erasedAt: timeOut }), signature: z.string() })
  .meta({ id: "ErasureCertificate", description: "What the gateway destroyed, signed by its key (docs/formats.md)." });

const erasureOut = z.object({
  document: digestOut,
  requestedAt: timeOut,
  certificate: certificateOut
    .nullable()
    .meta({ description: "Null while it is not done: ask for the erasure again, and it goes on." }),
});

/** Routes about erasures. */
export const erasureRoutes: Route[] = [
  route({
    method: "post",
    path: "/api/erasures",
    summary:
      "Have a document of one's own erased that was withdrawn or rejected: this gateway's seals and its IPFS node's blocks of it. Asked again, it answers the same.",
    tag: "documents",
    access: "session",
    limit: "write",
    signed: true,
    body: z.object({ document: digestIn }),
    response: certificateOut,
    problems: ["not-found", "conflict", "unavailable"],
    handle: ({ service, session, body }) =>
      service.gateway.erase({ subject: session.account, document: body.document }),
  }),
  route({
    method: "get",
    path: "/api/erasures",
    summary: "One's own erasures, with the certificates.",
    tag: "documents",
    access: "session",
    limit: "records",
    query: z.object(pageQuery),
    response: pageOf(erasureOut),
    async handle({ service, session, query }) {
      const after = readCursor(query.cursor, z.tuple([z.string()]));
      const subject = session.account;
      const rows = await listErasures(service.database, { subject, after: after?.[0] ?? null, limit: query.limit + 1 });
      const { items, next } = cutPage(rows, query.limit, (row) => [row.document]);
      return {
        items: items.map(({ document, requestedAt, certificate }) => ({
          document,
          requestedAt,
          certificate: certificate === null ? null : decodeErasure(certificate),
        })),
        next,
      };
    },
  }),
];
