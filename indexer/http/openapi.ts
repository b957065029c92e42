// OpenAPI 3.1, made from the very declarations that check what comes in: what is published is what is done. It is whole
// enough to make calls from: every parameter, header, body, answer, and problem code of every route.

import { z } from "zod";
import type { FailureCode } from "#protocol/failure.ts";
import { impliedProblems, isUnsafe } from "./implied.ts";
import { indexHeaders } from "./index-headers.ts";
import { problemSchema, problems } from "./problem.ts";
import type { Route } from "./route.ts";
import { cookieNames } from "./session.ts";
import { signedHeaders } from "./signed.ts";

type Json = Record<string, unknown>;

/** The document for these routes. `url` is where they are served. */
export function describeApi(routes: readonly Route[], { url }: { url: string }): Json {
  const schemas: Json = {};
  const paths: Record<string, Json> = {};
  for (const route of routes) {
    const path = route.path.replace(/:(\w+)/g, "{$1}");
    paths[path] = { ...paths[path], [route.method]: describeRoute(route, schemas) };
  }
  toSchema(problemSchema, "output", schemas);
  return {
    openapi: "3.1.0",
    info: {
      title: "Placet",
      version: "1",
      description:
        "Consents, documents (as ciphertext), releases and the audit trail. Unsafe methods need the header `X-Placet: 1` and the service's own origin. Times are Unix seconds.",
      license: { name: "MIT", identifier: "MIT" },
    },
    servers: [{ url }],
    tags: [...new Set(routes.map((route) => route.tag))].map((name) => ({ name })),
    paths,
    components: {
      schemas,
      securitySchemes: {
        session: { type: "apiKey", in: "cookie", name: cookieNames.session, description: SESSION_COOKIE },
        refresh: { type: "apiKey", in: "cookie", name: cookieNames.refresh, description: REFRESH_COOKIE },
      },
    },
  };
}

const SESSION_COOKIE = `Set by signing in; good for some minutes. Where the service is reached over TLS it is called __Host-${cookieNames.session}.`;
const REFRESH_COOKIE = `Set by signing in and changed by each use: a refresh token is good once. Over TLS it is called __Secure-${cookieNames.refresh}.`;

function describeRoute(route: Route, schemas: Json): Json {
  const access: string = route.access;
  const parameters = [
    ...fieldsOf(route.params, "path", schemas),
    ...fieldsOf(route.query, "query", schemas),
    ...fieldsOf(route.headers, "header", schemas),
    ...fieldsOf(route.signed === true ? signedHeaders : undefined, "header", schemas),
    ...(isUnsafe(route) ? [{ name: "X-Placet", in: "header", required: true, schema: { const: "1" } }] : []),
  ];
  const content =
    route.body !== undefined
      ? { "application/json": { schema: toSchema(route.body, "input", schemas) } }
      : route.rawBody !== undefined
        ? { "application/octet-stream": { schema: { type: "string", format: "binary", maxLength: route.rawBody } } }
        : null;
  return {
    operationId: `${route.method}${route.path.replace(/[^A-Za-z0-9]+(.)?/g, (_, next: string | undefined) => next?.toUpperCase() ?? "")}`,
    summary: route.summary,
    tags: [route.tag],
    security: access === "public" ? (route.security ?? []).map((name) => ({ [name]: [] })) : [{ session: [] }],
    ...(access === "registrar" || access === "auditor" ? { description: `For a ${access}.` } : {}),
    ...(parameters.length === 0 ? {} : { parameters }),
    ...(content === null ? {} : { requestBody: { required: true, content } }),
    responses: describeAnswers(route, schemas),
  };
}

const requestId = {
  "X-Request-Id": { description: "Names this call in problems and logs.", schema: { type: "string" } },
};
/** The headers of every answer of a route. */
const headersOf = ({ path }: Route) => (path.startsWith("/api/") ? { ...requestId, ...indexHeaders } : requestId);
const retryAfter = { "Retry-After": { description: "Seconds to wait.", schema: { type: "integer", minimum: 1 } } };

function describeAnswers(route: Route, schemas: Json): Json {
  const answers: Record<string, Json> = {
    [String(route.status ?? (route.response === null ? 204 : 200))]: describeAnswer(route, schemas),
  };
  for (const [status, schema] of Object.entries(route.answers ?? {}))
    answers[status] = {
      description: "As asked; the status says how it stands.",
      headers: headersOf(route),
      content: { "application/json": { schema: toSchema(schema, "output", schemas) } },
    };
  const byStatus = Map.groupBy(impliedProblems(route), (code) => problems[code].status);
  for (const [status, codes] of byStatus) answers[status] = addProblem(answers[status], route, { status, codes });
  return answers;
}

function describeAnswer(route: Route, schemas: Json): Json {
  const headers = {
    ...headersOf(route),
    ...Object.fromEntries(
      Object.entries(route.responseHeaders ?? {}).map(([name, description]) => [
        name,
        { description, schema: { type: "string" } },
      ]),
    ),
  };
  if (route.response === null) return { description: "Done.", headers };
  const content =
    typeof route.response === "string"
      ? { [route.response]: route.event === undefined ? {} : { schema: describeEvents(route.event, schemas) } }
      : { "application/json": { schema: toSchema(route.response, "output", schemas) } };
  return { description: "As asked.", headers, content };
}

/** A stream of events, by one of them: OpenAPI 3.1 has no word for a row of things without an end. */
const describeEvents = (event: z.ZodType, schemas: Json): Json => ({
  description: "One event of many: its `event`, its `id` where it has one, and its `data`, which is JSON.",
  allOf: [toSchema(event, "output", schemas)],
});

/** A problem's answer; beside another one of the same status where there is one. The answer to HEAD has no body. */
function addProblem(
  beside: Json | undefined,
  route: Route,
  { status, codes }: { status: number; codes: FailureCode[] },
): Json {
  const told = codes.map((code) => `${code}: ${problems[code].title}.`).join(" ");
  const shape = {
    allOf: [
      { $ref: "#/components/schemas/Problem" },
      { type: "object", properties: { status: { const: status }, code: { enum: codes } } },
    ],
  };
  const content = route.method === "head" ? {} : { "application/problem+json": { schema: shape } };
  const other = beside?.["content"] as Json | undefined;
  return {
    description: beside === undefined ? told : `${String(beside["description"])} ${told}`,
    headers:
      status === 423 || status === 429 || status === 503 ? { ...headersOf(route), ...retryAfter } : headersOf(route),
    ...(route.method === "head" ? {} : { content: { ...other, ...content } }),
  };
}

function fieldsOf(schema: z.ZodType | undefined, place: "path" | "query" | "header", schemas: Json): Json[] {
  if (schema === undefined) return [];
  const whole = toSchema(schema, "input", schemas) as { properties?: Record<string, Json>; required?: string[] };
  return Object.entries(whole.properties ?? {}).map(([name, field]) => ({
    name,
    in: place,
    required: place === "path" || (whole.required ?? []).includes(name),
    ...(typeof field["description"] === "string" ? { description: field["description"] } : {}),
    schema: field,
  }));
}

/** The JSON schema of a zod schema; parts with an id go to the components and are referred to. */
function toSchema(schema: z.ZodType, io: "input" | "output", schemas: Json): Json {
  const {
    $defs,
    $schema: _,
    ...whole
  } = z.toJSONSchema(schema, { io, unrepresentable: "any", target: "draft-2020-12" }) as Json & { $defs?: Json };
  for (const [name, part] of Object.entries($defs ?? {})) schemas[name] = relink(part);
  const id = whole["id"];
  if (typeof id === "string") {
    schemas[id] = relink(whole);
    return { $ref: `#/components/schemas/${id}` };
  }
  return relink(whole) as Json;
}

function relink(part: unknown): unknown {
  // zod leaves its registry's ids inside; JSON Schema has no keyword of that name.
  return JSON.parse(
    JSON.stringify(part, (key, value: unknown) =>
      key === "id" && typeof value === "string" ? undefined : value,
    ).replaceAll('"#/$defs/', '"#/components/schemas/'),
  );
}
