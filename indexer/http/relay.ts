// Routes for signed acts that the service sends for people.

import { z } from "zod";
import { Failure } from "#protocol/failure.ts";
import { actSchema } from "#protocol/typed-data/index.ts";
import { listRelays, readRelay } from "../store/relays.ts";
import type { RelayRow } from "../store/relays.ts";
import { cutPage, keyNumber, keyText, readCursor } from "./paging.ts";
import { route, type Route } from "./route.ts";
import { addressOut, blockOut, pageOf, pageQuery, timeOut } from "./schemas.ts";

const signature = z
  .string()
  .regex(/^0x([0-9a-f]{2}){1,4096}$/i)
  .transform((text) => text.toLowerCase() as `0x${string}`);

const relayOut = z
  .object({
    id: z.string(),
    name: z.string(),
    args: z.record(z.string(), z.unknown()),
    account: addressOut,
    actor: addressOut,
    state: z.enum(["queued", "sent", "on-the-ledger", "indexed", "failed"]),
    tx: z.string().nullable(),
    block: blockOut.nullable(),
    reason: z.string().nullable(),
    detail: z.string().nullable(),
    at: timeOut,
    changedAt: timeOut,
  })
  .meta({ id: "Relay", description: "A signed act on its way to the ledger." });

function show(row: RelayRow): z.input<typeof relayOut> {
  const { args } = row.act as { args: Record<string, unknown> };
  const { id, name, account, actor, state, tx, block, reason, detail, at, changed_at } = row;
  return { id, name, args, account, actor, state, tx, block, reason, detail, at, changedAt: changed_at };
}

/** POST /api/relay, GET /api/relay, GET /api/relay/:id. */
export const relayRoutes: Route[] = [
  route({
    method: "post",
    path: "/api/relay",
    summary:
      "Hand in a signed act. It is simulated, kept, and then sent at the service's cost; a revoke stops releases at once.",
    tag: "Acts",
    access: "session",
    limit: "write",
    body: z.object({
      act: actSchema,
      signature,
      vaultSignature: signature.optional(),
      newSignature: signature.optional(),
    }),
    response: relayOut,
    status: 202,
    problems: ["bad-input", "refused", "conflict", "unavailable"],
    async handle({ service, session, body }) {
      const { act, vaultSignature, newSignature } = body;
      return show(
        await service.relay.submit({
          account: session.account,
          act,
          signature: body.signature,
          ...(vaultSignature === undefined ? {} : { vaultSignature }),
          ...(newSignature === undefined ? {} : { newSignature }),
        }),
      );
    },
  }),
  route({
    method: "get",
    path: "/api/relay",
    summary: "Acts that you handed in or act by, newest first.",
    tag: "Acts",
    access: "session",
    limit: "records",
    query: z.object({ ...pageQuery, open: z.enum(["true", "false"]).default("false") }),
    response: pageOf(relayOut),
    async handle({ service, session, query }) {
      const before = readCursor(query.cursor, z.tuple([keyNumber, keyText]));
      const rows = await listRelays(service.database, {
        account: session.account,
        open: query.open === "true",
        before,
        limit: query.limit + 1,
      });
      const { items, next } = cutPage(rows, query.limit, (row) => [row.at, row.id]);
      return { items: items.map(show), next };
    },
  }),
  route({
    method: "get",
    path: "/api/relay/:id",
    summary: "How far one act is.",
    tag: "Acts",
    access: "session",
    limit: "records",
    params: z.object({ id: z.uuid() }),
    response: relayOut,
    problems: ["not-found"],
    async handle({ service, session, params }) {
      const row = await readRelay(service.database, params.id);
      if (row === null || (row.account !== session.account && row.actor !== session.account)) {
        throw new Failure(
          "not-found",
          "There is no such act of yours here. It may have been sent from a wallet: look at your activity.",
        );
      }
      return show(row);
    },
  }),
];
