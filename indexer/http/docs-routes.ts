// The documentation, for programs and for people: both made from the declarations of all routes, these among them.

import { z } from "zod";
import type { Service } from "../service.ts";
import { docsStyle, renderDocs } from "./docs-page.ts";
import { describeApi } from "./openapi.ts";
import { reply, route } from "./route.ts";
import type { Route } from "./route.ts";
import { policyForStyle } from "./static.ts";

/** The routes that describe `list()`. */
export function makeDocsRoutes(list: () => readonly Route[]): Route[] {
  let made: { url: string; api: ReturnType<typeof describeApi>; page: string } | null = null;
  /** Made once: it is the same for everybody, and takes a tenth of a second. */
  function describe(service: Service) {
    const url = service.origins()[0] ?? "/";
    if (made?.url === url) return made;
    const api = describeApi(list(), { url });
    return (made = { url, api, page: renderDocs(api) });
  }
  return [
    route({
      method: "get",
      path: "/openapi.json",
      summary: "This documentation, for programs (OpenAPI 3.1).",
      tag: "service",
      access: "public",
      limit: "search",
      response: z.looseObject({ openapi: z.string(), paths: z.looseObject({}) }),
      handle: async ({ service }) => reply(200, describe(service).api, { "Cache-Control": "no-cache" }),
    }),
    route({
      method: "get",
      path: "/docs",
      summary: "This documentation, for people.",
      tag: "service",
      access: "public",
      limit: "search",
      response: "text/html",
      handle: async ({ service }) =>
        reply(200, describe(service).page, {
          "Content-Type": "text/html; charset=utf-8",
          "Content-Security-Policy": policyForStyle(docsStyle),
        }),
    }),
  ];
}
