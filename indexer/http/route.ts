// How a route is declared: once. From the declaration come the check of everything that arrives, the rule who may call,
// the rate limit, the OpenAPI page and (where asked) the check of what leaves. A handler sees only what passed.

import type { Request, Response } from "express";
import type { z } from "zod";
import type { FailureCode } from "#protocol/failure.ts";
import type { RateLimits } from "../config.ts";
import type { Service } from "../service.ts";
import type { OpenedSession } from "../store/sessions.ts";

export type { OpenedSession as Session } from "../store/sessions.ts";

/** Who may call: anybody, whoever is signed in, or (checked against the ledger's projection at each call) one of the two offices. */
export type Access = "public" | "session" | "registrar" | "auditor";

/** What a handler is given. */
export type Call<A extends Access, P, Q, B> = {
  service: Service;
  session: A extends "public" ? OpenedSession | null : OpenedSession;
  params: P;
  query: Q;
  body: B;
  /** Names this call in logs and problems. */
  requestId: string;
  /** Where the call came from; only ever stored as a salted hash. */
  network: { address: string; agent: string };
  /** Takes a turn from another allowance of whoever calls, for work that costs more than the call; throws `too-many-requests`. */
  takeTurn(kind: keyof RateLimits): void;
  request: Request;
  response: Response;
};

/** The declaration of one route. */
export type RouteDeclaration<
  A extends Access,
  P extends z.ZodType,
  Q extends z.ZodType,
  B extends z.ZodType,
  R extends z.ZodType,
> = {
  method: "get" | "put" | "post" | "delete" | "head";
  /** Express' path; every `:name` has a field in `params`. */
  path: string;
  /** One sentence for the documentation. */
  summary: string;
  tag: string;
  access: A;
  limit: keyof RateLimits | "none";
  /** For public routes: a page of another service may call it. Whoever calls counts as signed out, whatever cookie came. */
  fromAnyPage?: boolean;
  /** The session's key signs each call (signed.ts): the cookie alone is not enough. */
  signed?: true;
  params?: P;
  query?: Q;
  /** Header fields that the route reads, by their lower-case names; what does not fit is refused. */
  headers?: z.ZodType;
  /** A JSON body. */
  body?: B;
  /** A body of raw bytes (application/octet-stream) of at most so many bytes; the handler finds them in `request.body`. */
  rawBody?: number;
  /** For a body that asks for many things at once: how many calls it weighs as much as, beyond the one that it is. */
  weigh?(body: z.output<B>): number;
  /** Largest JSON body in bytes; 64 KiB unless told. */
  maxBody?: number;
  /** The answer's JSON schema; null when there is no body, a string for another media type. */
  response: R | null | string;
  /** For an answer of `text/event-stream`: one event, its data read as JSON. */
  event?: z.ZodType;
  /** The answer's status when all went well: 200 unless told (204 when `response` is null). */
  status?: number;
  /** Answers with another status that are no problem documents, by status. */
  answers?: Record<number, z.ZodType>;
  /** Header fields that come with the answer, and what they say. */
  responseHeaders?: Record<string, string>;
  /** For a public route that still takes a cookie: which ones. */
  security?: ("session" | "refresh")[];
  /** Failure codes this route may answer with beyond those that its declaration implies. */
  problems?: FailureCode[];
  /** What it returns is sent as JSON, unless it is a `reply` or the handler ended the response itself (streams). */
  handle(call: Call<A, z.output<P>, z.output<Q>, z.output<B>>): Promise<z.input<R> | Reply | JsonText | void>;
};

/** A route whose types have done their work. */
export type Route = RouteDeclaration<"public", z.ZodType, z.ZodType, z.ZodType, z.ZodType>;

/** Declares a route. */
export function route<
  A extends Access,
  R extends z.ZodType = z.ZodType<void>,
  P extends z.ZodType = z.ZodType<undefined>,
  Q extends z.ZodType = z.ZodType<undefined>,
  B extends z.ZodType = z.ZodType<undefined>,
>(declaration: RouteDeclaration<A, P, Q, B, R>): Route {
  return declaration as unknown as Route;
}

const replyMark = Symbol("reply");

/** An answer with a status or headers of its own. */
export type Reply = { [replyMark]: true; status: number; headers: Record<string, string>; body: unknown };

/** Makes an answer with its own status, headers, or bytes (a Uint8Array is sent as it is, anything else as JSON). */
export function reply(status: number, body: unknown, headers: Record<string, string> = {}): Reply {
  return { [replyMark]: true, status, headers, body };
}

/** True for what `reply` made. */
export function isReply(value: unknown): value is Reply {
  return typeof value === "object" && value !== null && replyMark in value;
}

const textMark = Symbol("json");

/** An answer that is JSON text already; its type says what it must be when read. */
export type JsonText = { [textMark]: string };

/** Marks JSON text as an answer: it is sent as it is (and checked like any other where answers are). */
export function jsonText(text: string): JsonText {
  return { [textMark]: text };
}

/** The text that `jsonText` marked; null for anything else. */
export function textOf(value: unknown): string | null {
  return typeof value === "object" && value !== null && textMark in value ? (value as JsonText)[textMark] : null;
}
