// The route by which documents are opened: everything about it is decided by the gateway.

import { z } from "zod";
import { openingSchema } from "#protocol/consent/index.ts";
import { releaseToJson } from "#protocol/documents/index.ts";
import { refusalReasons, signedRequestSchema } from "#protocol/receipts/index.ts";
import { reasonWords } from "../gateway/index.ts";
import { route, type Route } from "./route.ts";

const resultSchema = z.discriminatedUnion("status", [
  z.object({
    document: z.string(),
    version: z.number().int(),
    status: z.literal("released"),
    release: z.looseObject({}),
  }),
  z.object({
    document: z.string(),
    version: z.number().int(),
    status: z.literal("refused"),
    reason: z.enum(refusalReasons),
    detail: z.string(),
  }),
]);

/** POST /api/releases. */
export const releaseRoutes: Route[] = [
  route({
    method: "post",
    path: "/api/releases",
    summary:
      "Open documents: a read request signed by the session key in, wrapped keys or reasons out. Every answer leaves a receipt first.",
    tag: "Reading",
    access: "session",
    limit: "records",
    body: signedRequestSchema.extend({
      opening: openingSchema
        .optional()
        .describe("What the consent covers, for a gateway that was not told: used only where it hashes to the scope."),
    }),
    maxBody: 256 * 1024,
    response: z.object({
      results: z.array(resultSchema),
      receipt: z.looseObject({ body: z.looseObject({}), signature: z.string() }).nullable(),
    }),
    problems: ["bad-input", "forbidden", "conflict", "unavailable"],
    async handle({ service, session, body, network }) {
      const { outcomes, receipt } = await service.gateway.release({
        session,
        signed: { request: body.request, signature: body.signature },
        network,
        opening: body.opening,
      });
      return {
        results: outcomes.map(({ document, version, reason, release }) =>
          reason === null
            ? { document, version, status: "released" as const, release: releaseToJson(release) }
            : { document, version, status: "refused" as const, reason, detail: reasonWords[reason] },
        ),
        receipt,
      };
    },
  }),
];
