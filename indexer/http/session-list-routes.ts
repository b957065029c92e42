// A person's sessions, wherever they are signed in: to see them, and to end those that are not theirs.

import { z } from "zod";
import { Failure } from "#protocol/failure.ts";
import { endSessions, listSessions } from "../store/sessions.ts";
import { appendStream } from "../store/stream.ts";
import type { Service } from "../service.ts";
import { cutPage, keyNumber, keyText, readCursor } from "./paging.ts";
import { reply, route } from "./route.ts";
import type { Route, Session } from "./route.ts";
import { addressOut, fullPageQuery, pageOf, timeOut } from "./schemas.ts";
import { clearCookies, isTls } from "./session.ts";

const listed = z
  .object({
    id: z.string(),
    device: z.string().meta({ description: "What the browser said it is, in two words." }),
    organisation: addressOut.nullable(),
    createdAt: timeOut,
    seenAt: timeOut.meta({ description: "When it was last renewed." }),
    expiresAt: timeOut,
    endedAt: timeOut.nullable(),
    endedWhy: z.enum(["signed-out", "ended-elsewhere", "token-reused"]).nullable(),
    current: z.boolean(),
  })
  .meta({ id: "ListedSession" });

/** Ends sessions of the caller and tells the pages that live by them. */
async function end(
  service: Service,
  session: Session,
  { id, except }: { id: string | null; except: string | null },
): Promise<number> {
  const { account } = session;
  const now = service.now();
  return service.database.transaction(async (tx) => {
    const ended = await endSessions(tx, { account, id, except, why: "ended-elsewhere", now });
    if (ended > 0) {
      const payload = { id, endedAt: now, endedWhy: "ended-elsewhere" };
      await appendStream(tx, [{ type: "session", audience: [account], payload }]);
    }
    return ended;
  });
}

/** GET and DELETE /api/sessions, DELETE /api/sessions/:id. */
export const sessionListRoutes: Route[] = [
  route({
    method: "get",
    path: "/api/sessions",
    summary: "Where you are signed in, and where you were in the last thirty days, newest first.",
    tag: "session",
    access: "session",
    limit: "records",
    query: z.object(fullPageQuery),
    response: pageOf(listed),
    async handle({ service, session, query }) {
      const after = readCursor(query.cursor, z.tuple([keyNumber, keyText]));
      const rows = await listSessions(service.database, { account: session.account, after, limit: query.limit + 1 });
      const { items, next } = cutPage(rows, query.limit, ({ createdAt, id }) => [createdAt, id]);
      return { items: items.map((each) => ({ ...each, current: each.id === session.id })), next };
    },
  }),
  route({
    method: "delete",
    path: "/api/sessions",
    summary: "Signs out everywhere; with others=true everywhere but here.",
    tag: "session",
    access: "session",
    limit: "write",
    query: z.object({ others: z.enum(["true", "false"]).default("false") }),
    response: null,
    async handle({ service, session, query, request, response }) {
      const others = query.others === "true";
      await end(service, session, { id: null, except: others ? session.id : null });
      if (!others) clearCookies(response, { tls: isTls(request, service) });
      return reply(204, null);
    },
  }),
  route({
    method: "delete",
    path: "/api/sessions/:id",
    summary: "Ends one of your sessions, wherever it is used.",
    tag: "session",
    access: "session",
    limit: "write",
    params: z.object({ id: z.uuid() }),
    response: null,
    problems: ["not-found"],
    async handle({ service, session, params }) {
      const ended = await end(service, session, { id: params.id, except: null });
      if (ended === 0) throw new Failure("not-found", "You have no such session that goes on. Nothing was changed.");
      return reply(204, null);
    },
  }),
];
