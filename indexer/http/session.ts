// Sessions by cookie: 256 random bits that only the browser keeps; the service knows their hash. An unsafe method also
// needs our header and our origin, so that no other site can use the cookie.

import { hash } from "node:crypto";
import type { Request, Response } from "express";
import { Failure } from "#protocol/failure.ts";
import type { Service } from "../service.ts";
import type { Session } from "./route.ts";
import type { ReadSession } from "./session-reader.ts";

/** What the cookies are called, without the prefix that TLS gives them. */
export const cookieNames = { session: "placet_session", refresh: "placet_refresh" } as const;

/** The one place that a refresh token is sent to. */
export const REFRESH_PATH = "/api/session/refresh";

/** The hash under which a token is kept. */
export function hashToken(token: string): string {
  return hash("sha256", token, "hex");
}

/** Whether this call came by TLS: its cookies then carry the prefix that no other host, and no plain page, can set. */
export function isTls(request: Request, service: Service): boolean {
  return request.secure || service.origins().every((origin) => origin.startsWith("https:"));
}

/** Who is calling; null for nobody, and for a session whose time is over. */
export async function findSession(
  request: Request,
  { service, readSession }: { service: Service; readSession: ReadSession },
): Promise<Session | null> {
  const token = readToken(request, service, "session");
  return token === null ? null : readSession(hashToken(token));
}

/** The token in one of our cookies; null when there is none. */
export function readToken(request: Request, service: Service, kind: keyof typeof cookieNames): string | null {
  const wanted = nameOf(kind, isTls(request, service));
  for (const part of (request.headers.cookie ?? "").split(";")) {
    const [name, value] = part.trim().split("=", 2);
    if (name === wanted && value !== undefined && /^[A-Za-z0-9_-]{43}$/.test(value)) return value;
  }
  return null;
}

// __Host- wants the path "/"; the refresh token goes to one route only, which is worth more.
function nameOf(kind: keyof typeof cookieNames, tls: boolean): string {
  return `${tls ? (kind === "session" ? "__Host-" : "__Secure-") : ""}${cookieNames[kind]}`;
}

/** Gives the browser both tokens, each for so many seconds; it sends the refresh token to one route alone. */
export function setCookies(
  response: Response,
  {
    access,
    refresh,
    tls,
  }: { access: { token: string; seconds: number }; refresh: { token: string; seconds: number }; tls: boolean },
): void {
  const set = (kind: keyof typeof cookieNames, path: string, { token, seconds }: { token: string; seconds: number }) =>
    response.appendHeader(
      "Set-Cookie",
      `${nameOf(kind, tls)}=${token}; Path=${path}; HttpOnly; SameSite=Strict; Max-Age=${seconds}${tls ? "; Secure" : ""}`,
    );
  set("session", "/", access);
  set("refresh", REFRESH_PATH, refresh);
}

/** Takes the tokens back. */
export function clearCookies(response: Response, { tls }: { tls: boolean }): void {
  setCookies(response, { access: { token: "", seconds: 0 }, refresh: { token: "", seconds: 0 }, tls });
}

/** Throws `forbidden` unless the call comes from a page of ours: our header, and our origin where the browser names one. */
export function requireOwnPage(request: Request, origins: readonly string[]): void {
  const origin = request.headers.origin;
  const site = request.headers["sec-fetch-site"];
  const foreign =
    (origin !== undefined && !origins.includes(origin)) ||
    (site !== undefined && site !== "same-origin" && site !== "none");
  if (request.headers["x-placet"] !== "1" || foreign) {
    throw new Failure("forbidden", "This call did not come from a page of this service. Nothing was changed.", {
      reason: "origin",
    });
  }
}
