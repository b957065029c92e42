// What consents say, shown to an auditor: for a case and a reason, a limited number, and never unseen by the subject.

import { z } from "zod";
import type { Address, Hex } from "viem";
import { reply, route, type Route } from "./route.ts";
import { addressIn, addressOut, digestIn, digestOut } from "./schemas.ts";

const words = (most: number) => z.string().trim().min(1).max(most);

const openingOut = z
  .object({
    grantee: addressOut,
    scope: digestOut,
    opening: z.object({
      sentence: z.string(),
      language: z.string(),
      categories: z.array(z.string()),
      purposes: z.array(z.string()),
      documents: z.array(digestOut),
      terms: z.array(z.string()),
      salt: digestOut.meta({ description: "With it anybody can hash the rest to the scope on the ledger." }),
    }),
  })
  .meta({ id: "DisclosedOpening" });

/** POST /api/disclosures. */
export const disclosureRoutes: Route[] = [
  route({
    method: "post",
    path: "/api/disclosures",
    summary:
      "Be shown what consents of a subject say, for a case and a reason. The subject is told who asked, for which case and why, before the answer leaves.",
    tag: "Audit",
    access: "auditor",
    limit: "write",
    body: z.object({
      subject: addressIn,
      case: words(200).meta({ description: "The case that it is for, as the auditor's files call it." }),
      reason: words(2_000).meta({ description: "Why; the subject reads it." }),
      consents: z
        .array(z.object({ grantee: addressIn, scope: digestIn }))
        .min(1)
        .max(20),
    }),
    response: z.object({
      openings: z.array(openingOut),
      receipt: z.looseObject({ body: z.looseObject({ number: z.number().int() }), signature: z.string() }),
    }),
    status: 201,
    problems: ["not-found"],
    async handle({ service, session, body, network }) {
      const consents = new Map(body.consents.map((each) => [`${each.grantee} ${each.scope}`, each]));
      const { openings, receipt } = await service.gateway.disclose({
        auditor: session.account,
        subject: body.subject as Address,
        case: body.case,
        reason: body.reason,
        consents: [...consents.values()] as { grantee: Address; scope: Hex }[],
        network,
      });
      return reply(201, { openings, receipt });
    },
  }),
];
