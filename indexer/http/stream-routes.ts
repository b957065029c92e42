// Live updates by server-sent events (WHATWG HTML, 9.2). Ids are those of the stored events, so that a client who was
// away, or whom another process served, resumes with Last-Event-ID and misses nothing. Blocks are told without an id.

import type { Response } from "express";
import { z } from "zod";
import type { Service } from "../service.ts";
import { isAuditor } from "../store/registry.ts";
import { isSessionAlive } from "../store/sessions.ts";
import type { Session } from "../store/sessions.ts";
import { readStream, readStreamBounds, tagHolder } from "../store/stream.ts";
import { failLater } from "./problem.ts";
import { toJson } from "./mount.ts";
import { route } from "./route.ts";
import type { Route } from "./route.ts";
import { streamEventOut } from "./stream-events.ts";
import { listNames } from "./viewer-of.ts";

const HEARTBEAT_MS = 15_000;
const MOST_STREAMS = 12;
const PAGE = 200;
const open = new Map<string, number>();

/** Routes for live updates. */
export const streamRoutes: Route[] = [
  route({
    method: "get",
    path: "/api/stream",
    summary:
      "Server-sent events: act, receipt, relay, reorg, status, gap, session, recovery, member-key (with ids, resumable by Last-Event-ID), and block. The headers say how the index stood when the stream began.",
    tag: "stream",
    access: "session",
    limit: "records",
    headers: z.object({
      "last-event-id": z
        .string()
        .regex(/^\d{0,15}$/, "must be an id that this stream gave")
        .optional(),
    }),
    query: z.object({ lastEventId: z.coerce.number().int().min(0).optional() }),
    response: "text/event-stream",
    event: streamEventOut,
    problems: ["too-many-requests"],
    async handle({ service, session, query, request, response }) {
      const header = request.headers["last-event-id"];
      const given = typeof header === "string" && header !== "" ? Number(header) : query.lastEventId;
      const count = open.get(session.account) ?? 0;
      if (count >= MOST_STREAMS)
        throw failLater(
          "too-many-requests",
          "Too many live connections are open for this account. Close some pages.",
          30,
        );
      open.set(session.account, count + 1);
      response.once("close", () => open.set(session.account, (open.get(session.account) ?? 1) - 1));
      await follow(response, { service, session, after: given });
    },
  }),
];

/** Sends what is stored, then whatever comes, until one of the two sides ends it. */
async function follow(
  response: Response,
  { service, session, after }: { service: Service; session: Session; after: number | undefined },
): Promise<void> {
  const { database } = service;
  const bounds = await readStreamBounds(database);
  let last = after ?? bounds?.last ?? 0;
  response
    .status(200)
    .set({ "Content-Type": "text/event-stream", "Cache-Control": "no-store, no-transform", "X-Accel-Buffering": "no" });
  response.flushHeaders();
  /** Says something, unless all was said: a stream that ended stays open until the client has read it. */
  function say(text: string): boolean {
    return response.writableEnded || response.destroyed || response.write(text);
  }
  say("retry: 1000\n\n");
  // An id that the service no longer keeps (or, after its database was made anew, never gave): the client reads its lists again.
  if (after !== undefined && (after > (bounds?.last ?? 0) || (bounds !== null && after < bounds.first - 1))) {
    last = bounds?.last ?? 0;
    say(`id: ${last}\nevent: gap\ndata: {}\n\n`);
  }

  let sending: Promise<void> | null = null;
  let again = false;
  /** Sends all that is new; called once more when something was told meanwhile. */
  function send(): void {
    if (sending !== null) {
      again = true;
      return;
    }
    sending = sendNew()
      .catch((error: unknown) => {
        service.log.warn("stream-failed", { message: error instanceof Error ? error.message : "unknown" });
        response.end();
      })
      .finally(() => {
        sending = null;
        if (again && !response.writableEnded) {
          again = false;
          send();
        }
      });
  }

  /** What this session may hear now; null when it is over. */
  async function readTags(): Promise<string[] | null> {
    const now = service.now();
    const [alive, auditor, names] = await Promise.all([
      isSessionAlive(database, { id: session.id, now }),
      isAuditor(database, { account: session.account, now }),
      listNames(service, session),
    ]);
    if (!alive) return null;
    // The organisation that this person reads for, while they are its member: of the consents it holds they hear as it does.
    const holders = names.filter(({ role }) => role > 0).map(({ account }) => tagHolder(account));
    return [session.account, "*", ...(auditor ? ["auditor"] : []), ...holders];
  }

  async function sendNew(): Promise<void> {
    for (;;) {
      // Looked up for each page: who signed out elsewhere, or was removed, hears nothing more from that moment on, however
      // slowly they read what came before.
      const tags = await readTags();
      if (tags === null) return void response.end();
      const events = await readStream(database, { after: last, tags, limit: PAGE });
      for (const { id, type, payload } of events) {
        if (response.closed || response.writableEnded) return;
        last = id;
        const flowing = say(`id: ${id}\nevent: ${type}\ndata: ${toJson(payload)}\n\n`);
        if (!flowing) await drained(response);
      }
      if (events.length < PAGE) return;
    }
  }

  const deafen = await database.listen("stream", send);
  const stopBlocks = service.sync.onBlock((block) => void say(`event: block\ndata: ${toJson(block)}\n\n`));
  const heartbeat = setInterval(() => {
    void isSessionAlive(database, { id: session.id, now: service.now() }).then(
      (alive) => void (!alive ? response.end() : say(": still here\n\n")),
      () => response.end(),
    );
  }, HEARTBEAT_MS);
  const stop = () => {
    clearInterval(heartbeat);
    stopBlocks();
    // A database that was closed meanwhile tells nothing any more.
    void deafen().catch(() => undefined);
  };
  // The client may have gone while all this was set up.
  if (response.closed) return stop();
  response.once("close", stop);
  send();
}

/** Resolves when a client that reads slowly has read what was sent, or is gone. It is waited for often: nothing stays behind. */
function drained(response: Response): Promise<void> {
  return new Promise((resolve) => {
    const goOn = (): void => {
      response.off("drain", goOn).off("close", goOn);
      resolve();
    };
    response.on("drain", goOn).on("close", goOn);
  });
}
