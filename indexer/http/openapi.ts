// OpenAPI 3.1, made from the very declarations that check what comes in: what is published is what is done.

import { z } from "zod";
import type { FailureCode } from "#protocol/failure.ts";
import { problemSchema, problems } from "./problem.ts";
import type { Route } from "./route.ts";

type Json = Record<string, unknown>;

/** The document for these routes. */
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
    },
    servers: [{ url }],
    paths,
    components: {
      schemas,
      securitySchemes: { session: { type: "apiKey", in: "cookie", name: "placet_session" } },
    },
  };
}

function describeRoute(route: Route, schemas: Json): Json {
  const access: string = route.access;
  const unsafe = route.method !== "get" && route.method !== "head" && route.path.startsWith("/api/");
  const parameters = [
    ...fieldsOf(route.params, "path", schemas),
    ...fieldsOf(route.query, "query", schemas),
    ...(unsafe ? [{ name: "X-Placet", in: "header", required: true, schema: { const: "1" } }] : []),
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
    security: access === "public" ? [] : [{ session: [] }],
    ...(access === "registrar" || access === "auditor" ? { description: `For a ${access}.` } : {}),
    ...(parameters.length === 0 ? {} : { parameters }),
    ...(content === null ? {} : { requestBody: { required: true, content } }),
    responses: {
      [String(route.status ?? (route.response === null ? 204 : 200))]: describeAnswer(route, schemas),
      ...describeProblems(route, unsafe),
    },
  };
}

function describeAnswer(route: Route, schemas: Json): Json {
  if (route.response === null) return { description: "Done." };
  if (typeof route.response === "string") return { description: "As asked.", content: { [route.response]: {} } };
  return {
    description: "As asked.",
    content: { "application/json": { schema: toSchema(route.response, "output", schemas) } },
  };
}

/** Every problem that a route may answer with: what its declaration implies, and what it names. */
function describeProblems(route: Route, unsafe: boolean): Json {
  const access: string = route.access;
  const codes = new Set<FailureCode>(["internal", ...(route.problems ?? [])]);
  if (route.params || route.query || route.body) codes.add("bad-input");
  if (access !== "public") codes.add("not-authorised");
  if (access === "registrar" || access === "auditor" || unsafe) codes.add("forbidden");
  if (route.limit !== "none") codes.add("too-many-requests");
  if (route.body || route.rawBody !== undefined)
    for (const code of ["bad-input", "too-large", "unsupported-type"] as const) codes.add(code);
  const byStatus = Map.groupBy([...codes], (code) => problems[code].status);
  return Object.fromEntries(
    [...byStatus].map(([status, list]) => [
      String(status),
      {
        description: list.map((code) => `${code}: ${problems[code].title}.`).join(" "),
        content: { "application/problem+json": { schema: { $ref: "#/components/schemas/Problem" } } },
      },
    ]),
  );
}

function fieldsOf(schema: z.ZodType | undefined, place: "path" | "query", schemas: Json): Json[] {
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
  return JSON.parse(JSON.stringify(part).replaceAll('"#/$defs/', '"#/components/schemas/'));
}
