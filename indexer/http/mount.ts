// Turns declarations into Express handlers: allowance, session, access, origin, body, signature, schemas, handler, answer, in this
// order, so that what is cheap to refuse is refused first.

import { randomUUID } from "node:crypto";
import express from "express";
import type { Express, Request, RequestHandler, Response } from "express";
import { Failure } from "#protocol/failure.ts";
import type { RateLimits } from "../config.ts";
import type { Labels } from "../metrics.ts";
import type { Service } from "../service.ts";
import { isRegistrar } from "../store/registry.ts";
import { isUnsafe } from "./implied.ts";
import type { TakeTurn } from "./limits.ts";
import { sendProblem } from "./problem.ts";
import { isReply, textOf } from "./route.ts";
import type { Route, Session } from "./route.ts";
import type { ReadSession } from "./session-reader.ts";
import { findSession, requireOwnPage } from "./session.ts";
import { rememberBody, requireSigned } from "./signed.ts";

const DEFAULT_BODY = 64 * 1024;

/** Adds a route to the application; gives its handler. */
export function mountRoute(
  app: Express,
  route: Route,
  { service, takeTurn, readSession }: { service: Service; takeTurn: TakeTurn; readSession: ReadSession },
): RequestHandler {
  const parse = bodyParser(route);
  if (route.fromAnyPage) {
    app.options(route.path, (_, response) => {
      response.setHeader("Access-Control-Max-Age", "600");
      response.setHeader("Access-Control-Allow-Origin", "*");
      response.setHeader("Access-Control-Allow-Methods", route.method.toUpperCase());
      response.setHeader("Access-Control-Allow-Headers", "Content-Type");
      response.status(204).end();
    });
  }
  const labels = { route: route.path };
  const labelsOf = new Map<number, Labels>();
  const handler: RequestHandler = async (request, response) => {
    const requestId = randomUUID();
    response.setHeader("X-Request-Id", requestId);
    // Without credentials: what an answer says is for whoever asks.
    if (route.fromAnyPage) {
      response.setHeader("Access-Control-Allow-Origin", "*");
      response.setHeader("Cross-Origin-Resource-Policy", "cross-origin");
    }
    const started = performance.now();
    response.once("close", () => {
      const seconds = (performance.now() - started) / 1000;
      const { statusCode: status } = response;
      const counted = labelsOf.get(status) ?? { ...labels, method: route.method, status: String(status) };
      labelsOf.set(status, counted);
      service.metrics.count("http_requests", 1, counted);
      // A stream lasts as long as its page: that is no measure of the service.
      if (route.response !== "text/event-stream") service.metrics.observe("http_request", seconds, labels);
      service.log.info("request", {
        requestId,
        method: route.method,
        route: route.path,
        status,
        ms: Math.round(seconds * 1000),
      });
    });
    try {
      await answer(route, { service, takeTurn, readSession, parse, request, response, requestId });
    } catch (error) {
      sendProblem(response, error, { requestId, log: service.log });
    }
  };
  app[route.method](route.path, handler);
  return handler;
}

type Context = {
  service: Service;
  takeTurn: TakeTurn;
  readSession: ReadSession;
  parse: ((request: Request, response: Response) => Promise<void>) | null;
  request: Request;
  response: Response;
  requestId: string;
};

async function answer(
  route: Route,
  { service, takeTurn, readSession, parse, request, response, requestId }: Context,
): Promise<void> {
  const address = request.ip ?? "";
  const session = route.fromAnyPage ? null : await findSession(request, { service, readSession });
  const caller = { account: route.limit === "signIn" ? null : (session?.account ?? null), address };
  if (route.limit !== "none") takeTurn(route.limit, caller);
  await requireAccess(route, session, service);
  if (isUnsafe(route)) requireOwnPage(request, service.origins());
  if ((route.params ?? route.query) !== undefined && request.originalUrl.includes("%00")) throw nulRefused();
  route.headers?.parse(request.headers);
  if (parse !== null) await parse(request, response);
  if (route.signed === true && session !== null) await requireSigned(request, { session, service });
  const given: unknown = route.body?.parse(request.body);
  if (route.limit !== "none" && route.weigh !== undefined) takeTurn(route.limit, caller, route.weigh(given));
  const call = {
    service,
    session,
    params: route.params?.parse(request.params),
    query: route.query?.parse(request.query),
    body: given,
    requestId,
    network: { address, agent: (request.headers["user-agent"] ?? "").slice(0, 400) },
    takeTurn: (kind: keyof RateLimits) => takeTurn(kind, caller),
    request,
    response,
  };
  const result: unknown = await route.handle(call);
  if (response.headersSent || response.writableEnded) return;
  const { status, headers, body } = isReply(result)
    ? result
    : { status: route.status ?? (route.response === null ? 204 : 200), headers: {}, body: result };
  response.status(status);
  if (!response.hasHeader("Cache-Control")) response.setHeader("Cache-Control", "no-store");
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
  if (body === undefined || body === null || request.method === "HEAD") return void response.end();
  if (body instanceof Uint8Array) {
    if (!response.hasHeader("Content-Type")) response.setHeader("Content-Type", "application/octet-stream");
    return void response.end(body);
  }
  if (typeof body === "string") return void response.end(body);
  const text = textOf(body) ?? toJson(body);
  if (service.config.checkResponses && status < 300 && route.response !== null && typeof route.response !== "string") {
    const checked = route.response.safeParse(JSON.parse(text));
    if (!checked.success) throw new Error(`The answer of ${route.path} is not as published: ${checked.error.message}`);
  }
  response.setHeader("Content-Type", "application/json; charset=utf-8");
  response.end(text);
}

/** JSON with big integers as decimal strings. */
export function toJson(value: unknown): string {
  try {
    return JSON.stringify(value);
  } catch (error) {
    // A function that sees every value makes writing several times slower, and few answers hold a big integer.
    if (!(error instanceof TypeError)) throw error;
    return JSON.stringify(value, (_, part: unknown) => (typeof part === "bigint" ? part.toString() : part));
  }
}

async function requireAccess(route: Route, session: Session | null, service: Service): Promise<void> {
  // Widened: the erased type of a Route names one access only.
  const access: string = route.access;
  if (access === "public") return;
  if (session === null) {
    throw new Failure(
      "not-authorised",
      "You are not signed in, or your session is over. Nothing was lost. Sign in and try again.",
    );
  }
  const allowed =
    access === "session" ||
    (access === "auditor" && session.isAuditor) ||
    (access === "registrar" && (await isRegistrar(service.database, session.account)));
  if (!allowed)
    throw new Failure("forbidden", `Only ${access === "auditor" ? "an auditor" : "a registrar"} may see this.`);
}

function bodyParser(route: Route): Context["parse"] {
  if (route.rawBody === undefined && route.body === undefined) return null;
  const wanted = route.rawBody === undefined ? "application/json" : "application/octet-stream";
  const middleware: RequestHandler =
    route.rawBody === undefined
      ? express.json({
          limit: route.maxBody ?? DEFAULT_BODY,
          type: wanted,
          strict: false,
          verify: (request, response, bytes) => {
            refuseNul(request, response, bytes);
            if (route.signed === true) rememberBody(request, bytes);
          },
        })
      : express.raw({ limit: route.rawBody, type: wanted });
  return async (request, response) => {
    if (!request.is(wanted))
      throw new Failure("unsupported-type", `This route takes ${wanted} only. Nothing was changed.`);
    await new Promise<void>((resolve, reject) => {
      void middleware(request, response, (error?: unknown) =>
        error === undefined ? resolve() : reject(error as Error),
      );
    });
  };
}

/** JSON's way to write U+0000 in a text, unless its backslash is itself an escaped one. */
const nulInJson = /(?<!\\)(?:\\\\)*\\u0000/;

/** No text of ours has U+0000 in it, and no database takes it: refused here, for every route alike. */
function refuseNul(_request: unknown, _response: unknown, body: Buffer): void {
  if (body.includes("\\u0000") && nulInJson.test(body.toString("utf8"))) throw nulRefused();
}

function nulRefused(): Failure {
  return new Failure("bad-input", "A text holds the character U+0000, which none may. Nothing was changed.");
}
