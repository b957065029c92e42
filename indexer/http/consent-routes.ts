// Consents and requests as their parties see them. An auditor sees the records, which hold no content; openings are
// never shown here to anybody.

import type { Address, Hex } from "viem";
import { z } from "zod";
import { effectiveStatus } from "#protocol/consent/index.ts";
import { Failure } from "#protocol/failure.ts";
import type { Service } from "../service.ts";
import { listActsOfConsent } from "../store/acts.ts";
import { consentKeyOf, listConsentTexts, listRequests, readUsedConsent } from "../store/consents.ts";
import type { UsedConsent } from "../store/consents.ts";
import { cutPage, cutTextPage, keyNumber, keyText, readCursor } from "./paging.ts";
import { jsonText, route } from "./route.ts";
import type { Route } from "./route.ts";
import { addressIn, addressOut, digestIn, digestOut, finalOut, pageOf, pageQuery, timeOut } from "./schemas.ts";
import { toTrailRow, trailRowOut } from "./trail-row.ts";
import { isThemself, judgeTime, listNames } from "./viewer-of.ts";

const consentOut = z
  .object({
    subject: addressOut,
    grantee: addressOut,
    scope: digestOut,
    status: z.number().int(),
    effectiveStatus: z.number().int().meta({
      description:
        "1 in force, 2 revoked, 3 renounced, 4 superseded, 5 armed, 6 expired, 7 not yet begun, 8 open after a broken glass, 9 used up.",
    }),
    version: z.number().int(),
    ops: z.number().int(),
    notBefore: timeOut,
    expiresAt: timeOut,
    grantedAt: timeOut,
    changedAt: timeOut,
    capsule: digestOut.nullable(),
    replaces: digestOut.nullable(),
    replacedBy: digestOut.nullable(),
    endedBy: addressOut.nullable(),
    times: z.number().int().meta({ description: "How often the glass of an armed consent may be broken; else 0." }),
    used: z.number().int().meta({ description: "How often it was." }),
    proxy: addressOut
      .nullable()
      .meta({ description: "The proxy who last granted or renewed it; null where the subject did." }),
    mandate: digestOut.nullable().meta({ description: "The scope of that proxy's mandate." }),
    reads: z.number().int(),
    lastRead: timeOut.nullable(),
    opening: z
      .enum(["held", "missing", "refused", "none"])
      .meta({ description: "Whether this gateway knows what the consent covers." }),
    tx: digestOut,
    block: z.number().int(),
    blockTime: timeOut,
    final: finalOut,
  })
  .meta({ id: "Consent" });

function describe(service: Service, { key: _, logIndex: __, ...consent }: UsedConsent): z.input<typeof consentOut> {
  return {
    ...consent,
    effectiveStatus: effectiveStatus(consent, judgeTime(service)),
    blockTime: consent.changedAt,
    final: consent.block <= (service.sync.status().cursor?.finalized ?? 0),
  };
}

const requestOut = z
  .object({
    id: digestOut,
    grantee: addressOut,
    subject: addressOut,
    note: digestOut,
    at: timeOut,
    state: z.enum(["open", "granted", "declined"]),
    declinedNote: digestOut.nullable(),
    muted: z.boolean(),
    tx: digestOut,
    final: finalOut,
  })
  .meta({ id: "Request" });

const side = z.enum(["subject", "grantee"]).default("subject");

/** Routes about consents and requests. */
export const consentRoutes: Route[] = [
  route({
    method: "get",
    path: "/api/consents",
    summary: "Consents that one gave (as=subject) or holds, also for the organisation one signed in for (as=grantee).",
    tag: "consents",
    access: "session",
    limit: "records",
    query: z.object({
      ...pageQuery,
      as: side,
      status: z.coerce.number().int().min(1).max(9).optional(),
      subject: addressIn.optional(),
      grantee: addressIn.optional(),
    }),
    response: pageOf(consentOut),
    async handle({ service, session, query }) {
      const names = (await listNames(service, session)).map((name) => name.account);
      const asSubject = query.as === "subject";
      // What one gave from an account that one moved from is one's own as well; of anybody else there is nothing to see.
      const former = asSubject && query.subject !== undefined && (await isThemself(service, session, query.subject));
      const grantees = asSubject ? (query.grantee === undefined ? null : [query.grantee]) : names;
      const rows = await listConsentTexts(service.database, {
        subject: asSubject && !former ? session.account : (query.subject ?? null),
        grantees,
        status: query.status ?? null,
        at: judgeTime(service),
        after: readCursor(query.cursor, z.tuple([keyNumber, keyText])),
        limit: query.limit + 1,
        finalized: service.sync.status().cursor?.finalized ?? 0,
      });
      type Item = { subject: Address; grantee: Address; scope: Hex; changedAt: number };
      return jsonText(cutTextPage<Item>(rows, query.limit, (item) => [item.changedAt, consentKeyOf(item)]));
    },
  }),
  route({
    method: "get",
    path: "/api/consents/:subject/:grantee/:scope",
    summary: "One consent with all its acts, for its parties and auditors.",
    tag: "consents",
    access: "session",
    limit: "records",
    params: z.object({ subject: addressIn, grantee: addressIn, scope: digestIn }),
    response: consentOut.extend({ acts: z.array(trailRowOut) }).meta({ id: "ConsentWithActs" }),
    problems: ["not-found"],
    async handle({ service, session, params }) {
      const consent = await readUsedConsent(service.database, params);
      const names = (await listNames(service, session)).map((name) => name.account);
      const party = names.includes(params.grantee) || (await isThemself(service, session, params.subject));
      const allowed = party || session.isAuditor;
      if (consent === null || !allowed) throw new Failure("not-found", "There is no such consent that you may see.");
      const acts = await listActsOfConsent(service.database, params);
      return { ...describe(service, consent), acts: acts.map((act) => toTrailRow(act, service.sync.status())) };
    },
  }),
  route({
    method: "get",
    path: "/api/requests",
    summary: "Requests to oneself (as=subject) or by oneself (as=grantee), newest first.",
    tag: "consents",
    access: "session",
    limit: "records",
    query: z.object({ ...pageQuery, as: side }),
    response: pageOf(requestOut),
    async handle({ service, session, query }) {
      const rows = await listRequests(service.database, {
        subject: query.as === "subject" ? session.account : null,
        grantee: query.as === "grantee" ? session.account : null,
        after: readCursor(query.cursor, z.tuple([keyNumber, keyText])),
        limit: query.limit + 1,
      });
      return cutPage(rows, query.limit, (row) => [row.at, row.id]);
    },
  }),
];
