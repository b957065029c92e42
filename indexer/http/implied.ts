// What a declaration implies without saying it: which problems a route may answer with, and whether it changes something.
// The documentation says it, and the fuzz test holds the service to it.

import type { FailureCode } from "#protocol/failure.ts";
import type { Route } from "./route.ts";

/** Whether a call may change something: it then needs our header and our origin. */
export function isUnsafe(route: Pick<Route, "method" | "path" | "fromAnyPage">): boolean {
  return !route.fromAnyPage && route.method !== "get" && route.method !== "head" && route.path.startsWith("/api/");
}

/** Every problem that a route may answer with: what its declaration implies, and what it names. */
export function impliedProblems(route: Route): FailureCode[] {
  const access: string = route.access;
  // Anything can break, and a service that starts, or whose database is away, asks everybody to come back.
  const codes = new Set<FailureCode>(["internal", "unavailable", ...(route.problems ?? [])]);
  if (route.params || route.query || route.headers) codes.add("bad-input");
  if (access !== "public") codes.add("not-authorised");
  if (access === "registrar" || access === "auditor" || isUnsafe(route)) codes.add("forbidden");
  if (route.limit !== "none") codes.add("too-many-requests");
  if (route.body || route.rawBody !== undefined)
    for (const code of ["bad-input", "too-large", "unsupported-type"] as const) codes.add(code);
  return [...codes];
}
