// The route by which documents are opened: everything about it is decided by the gateway.

import { z } from "zod";
import { openingSchema } from "#protocol/consent/index.ts";
import { releaseToJson } from "#protocol/documents/index.ts";
import { refusalReasons, signedRequestSchema } from "#protocol/receipts/index.ts";
import { reasonWords } from "../gateway/index.ts";
import type { Service } from "../service.ts";
import type { Session } from "../store/sessions.ts";
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

/** A signed read request, and what a gateway may need to be told besides. */
export const releaseIn = signedRequestSchema.extend({
  opening: openingSchema
    .optional()
    .describe("What the consent covers, for a gateway that was not told: used only where it hashes to the scope."),
});

/** What became of each document, and the receipt. */
export const releaseOut = z.object({
  results: z.array(resultSchema),
  receipt: z.looseObject({ body: z.looseObject({}), signature: z.string() }).nullable(),
});

/** Has the gateway decide, and says what came of it. Throws Failure where nothing was decided. */
export async function release(
  service: Service,
  {
    session,
    asked: { request, signature, opening },
    network,
  }: { session: Session; asked: z.output<typeof releaseIn>; network: { address: string; agent: string } },
): Promise<z.input<typeof releaseOut>> {
  const signed = { request, signature };
  const { outcomes, receipt } = await service.gateway.release({ session, signed, network, opening });
  return {
    results: outcomes.map(({ document, version, reason, release }) =>
      reason === null
        ? { document, version, status: "released" as const, release: releaseToJson(release) }
        : { document, version, status: "refused" as const, reason, detail: reasonWords[reason] },
    ),
    receipt,
  };
}

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
    body: releaseIn,
    maxBody: 256 * 1024,
    response: releaseOut,
    problems: ["bad-input", "forbidden", "conflict", "unavailable"],
    handle: ({ service, session, body, network }) => release(service, { session, asked: body, network }),
  }),
];
