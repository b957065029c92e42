// The audit trail and the roll. Everybody sees the acts that name them; an auditor sees all acts, which hold no content.

import type { Hex } from "viem";
import { z } from "zod";
import { listActs, listActTexts, listRoll } from "../store/acts.ts";
import { listOrphans } from "../store/orphans.ts";
import { cutPage, cutTextPage, keyNumber, readCursor } from "./paging.ts";
import { jsonText, route } from "./route.ts";
import type { Route } from "./route.ts";
import { addressIn, addressOut, digestOut, finalOut, pageOf, pageQuery } from "./schemas.ts";
import { toOrphanRow, toTrailRow, trailRowOut } from "./trail-row.ts";

/** Routes about the audit trail. */
export const trailRoutes: Route[] = [
  route({
    method: "get",
    path: "/api/trail",
    summary: "Acts on the ledger: those that name the caller; for an auditor, all.",
    tag: "trail",
    access: "session",
    limit: "records",
    query: z.object({
      ...pageQuery,
      account: addressIn.optional().meta({ description: "Whose history: the account whose head the act advanced." }),
      act: z
        .string()
        .regex(/^[A-Za-z]{1,40}$/)
        .optional(),
      from: z.coerce.number().int().min(0).optional().meta({ description: "Unix seconds, inclusive." }),
      to: z.coerce.number().int().min(0).optional().meta({ description: "Unix seconds, exclusive." }),
      order: z.enum(["newest", "oldest"]).default("newest"),
      orphaned: z
        .enum(["true", "false"])
        .default("false")
        .meta({ description: "Acts of blocks that the chain left, instead of those in the chain." }),
    }),
    response: pageOf(trailRowOut),
    async handle({ service, session, query }) {
      const filter = {
        party: session.isAuditor ? null : session.account,
        account: query.account ?? null,
        act: query.act ?? null,
        from: query.from ?? null,
        to: query.to ?? null,
        newestFirst: query.order === "newest",
        limit: query.limit + 1,
      };
      if (query.orphaned === "true") {
        const last = readCursor(query.cursor, z.tuple([keyNumber, keyNumber, digestOut]));
        const rows = await listOrphans(service.database, {
          ...filter,
          after: last === null ? null : [last[0], last[1]],
          afterHash: last === null ? null : (last[2] as Hex),
        });
        const page = cutPage(rows, query.limit, (row) => [row.block, row.logIndex, row.blockHash]);
        return { ...page, items: page.items.map(toOrphanRow) };
      }
      const after = readCursor(query.cursor, z.tuple([keyNumber, keyNumber]));
      const status = service.sync.status();
      const placeOf = (row: { block: number; logIndex: number }) => [row.block, row.logIndex] as const;
      if (status.findings.length === 0) {
        const finalized = status.cursor?.finalized ?? 0;
        const rows = await listActTexts(service.database, { ...filter, after, finalized });
        return jsonText(cutTextPage(rows, query.limit, placeOf));
      }
      // Rows that are not what the ledger says are marked one by one.
      const rows = await listActs(service.database, { ...filter, after });
      const page = cutPage(rows, query.limit, placeOf);
      return { ...page, items: page.items.map((row) => toTrailRow(row, status)) };
    },
  }),
  route({
    method: "get",
    path: "/api/roll",
    summary:
      "Every account that ever acted on a contract, in the order of first acts, with its head, as the index has them.",
    tag: "trail",
    access: "session",
    limit: "records",
    query: z.object({ ...pageQuery, contract: z.enum(["ledger", "providerRegistry"]).default("ledger") }),
    response: pageOf(
      z.object({
        account: addressOut,
        place: z.number().int(),
        head: digestOut,
        acts: z.number().int(),
        roll: digestOut,
        final: finalOut,
      }),
    ),
    async handle({ service, query }) {
      const rows = await listRoll(service.database, {
        contract: query.contract,
        after: readCursor(query.cursor, z.tuple([keyNumber]))?.[0] ?? -1,
        limit: query.limit + 1,
      });
      return cutPage(rows, query.limit, (row) => [row.place]);
    },
  }),
];
