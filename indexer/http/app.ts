// The Express application: headers, routes, documentation, app, and one answer for everything that goes wrong.

import { randomUUID } from "node:crypto";
import express from "express";
import type { ErrorRequestHandler, Express, RequestHandler } from "express";
import { Failure } from "#protocol/failure.ts";
import type { Service } from "../service.ts";
import { tellIndex } from "./index-headers.ts";
import { createLimits } from "./limits.ts";
import { mountRoute } from "./mount.ts";
import { sendProblem } from "./problem.ts";
import { routes } from "./routes.ts";
import { createSessionReader } from "./session-reader.ts";
import { mountStatic, setSecurityHeaders } from "./static.ts";

/** Makes the application over a running service. */
export async function createApp(service: Service): Promise<Express> {
  const { config, log } = service;
  const app = express();
  app.disable("x-powered-by");
  app.set("trust proxy", config.trustProxy);
  app.set("query parser", "simple");
  // Routes without a name in their path, by method and path: asking Express for each of a hundred in turn takes longer than
  // most answers. A path in other letters, or with a slash behind it, is still found by Express.
  const direct = new Map<string, RequestHandler>();
  app.use((request, response, next) => {
    setSecurityHeaders(response, { tls: service.origins().every((origin) => origin.startsWith("https:")) });
    if (/^\/api\//i.test(request.path)) tellIndex(response, service);
    const handler = direct.get(`${request.method} ${request.path}`) ?? null;
    return handler === null ? next() : handler(request, response, next);
  });
  const takeTurn = createLimits(config);
  const readSession = createSessionReader(service.database, service);
  // A HEAD route stands before the GET of the same path, which Express would otherwise ask.
  const ordered = routes.toSorted((a, b) => Number(b.method === "head") - Number(a.method === "head"));
  for (const route of ordered) {
    const handler = mountRoute(app, route, { service, takeTurn, readSession });
    if (!route.path.includes(":")) direct.set(`${route.method.toUpperCase()} ${route.path}`, handler);
  }
  await mountStatic(app, config);
  app.use((request) => {
    throw new Failure("not-found", `There is nothing at ${request.method} ${request.path.slice(0, 200)}.`);
  });
  const tell: ErrorRequestHandler = (error: unknown, _request, response, _next) => {
    const missing = typeof error === "object" && error !== null && "status" in error && error.status === 404;
    const failure = missing ? new Failure("not-found", "There is nothing here.", { cause: error }) : error;
    sendProblem(response, failure, { requestId: randomUUID(), log });
  };
  app.use(tell);
  return app;
}
