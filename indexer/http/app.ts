// The Express application: headers, routes, documentation, app, and one answer for everything that goes wrong.

import { randomUUID } from "node:crypto";
import express from "express";
import type { ErrorRequestHandler, Express } from "express";
import { Failure } from "#protocol/failure.ts";
import type { Service } from "../service.ts";
import { createLimits } from "./limits.ts";
import { mountRoute } from "./mount.ts";
import { sendProblem } from "./problem.ts";
import { mountReach } from "./reach.ts";
import { routes } from "./routes.ts";
import { mountStatic, setSecurityHeaders } from "./static.ts";

/** Makes the application over a running service. */
export async function createApp(service: Service): Promise<Express> {
  const { config, log } = service;
  const app = express();
  app.disable("x-powered-by");
  app.set("trust proxy", config.trustProxy);
  app.set("query parser", "simple");
  app.use((_, response, next) => {
    setSecurityHeaders(response, { tls: service.origins().every((origin) => origin.startsWith("https:")) });
    next();
  });
  const takeTurn = createLimits(config);
  // A HEAD route stands before the GET of the same path, which Express would otherwise ask.
  const ordered = routes.toSorted((a, b) => Number(b.method === "head") - Number(a.method === "head"));
  for (const route of ordered) mountRoute(app, route, { service, takeTurn });
  mountReach(app);
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
