// Sessions by cookie: 256 random bits that only the browser keeps; the service knows their hash. An unsafe method also
// needs our header and our origin, so that no other site can use the cookie.

import { createHash, randomBytes } from "node:crypto";
import type { Request, Response } from "express";
import { Failure } from "#protocol/failure.ts";
import type { Service } from "../service.ts";
import { readSession } from "../store/sessions.ts";
import type { Session } from "./route.ts";

/** What the cookies are called, without the prefix that TLS gives them. */
export const cookieNames = { session: "placet_session", refresh: "placet_refresh" } as const;

const COOKIE = cookieNames.session;

/** A fresh token for the cookie, and the id (its SHA-256) under which the session is kept. */
export function makeToken(): { token: string; id: string } {
  const token = randomBytes(32).toString("base64url");
  return { token, id: idOf(token) };
}

function idOf(token: string): string {
  return createHash("sha256").update(token).digest("hex");
}

/** Who is calling; null for nobody, and for a session whose time is over. */
export async function findSession(request: Request, service: Service): Promise<Session | null> {
  const token = readCookie(request.headers.cookie);
  return token === null ? null : readSession(service.database, { id: idOf(token), now: service.now() });
}

function readCookie(header: string | undefined): string | null {
  for (const part of (header ?? "").split(";")) {
    const [name, value] = part.trim().split("=", 2);
    if (name === COOKIE && value !== undefined && /^[A-Za-z0-9_-]{43}$/.test(value)) return value;
  }
  return null;
}

/** Gives the browser the token. It is sent over TLS only, unless this is a loopback service without TLS. */
export function setCookie(
  response: Response,
  { token, seconds, secure }: { token: string; seconds: number; secure: boolean },
): void {
  response.appendHeader(
    "Set-Cookie",
    `${COOKIE}=${token}; Path=/; HttpOnly; SameSite=Strict; Max-Age=${seconds}${secure ? "; Secure" : ""}`,
  );
}

/** Takes the token back. */
export function clearCookie(response: Response): void {
  response.appendHeader("Set-Cookie", `${COOKIE}=; Path=/; HttpOnly; SameSite=Strict; Max-Age=0`);
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
