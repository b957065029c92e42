// Every call to the service goes through here. Rule: what comes back is hostile until a schema has passed it, and what
// goes wrong becomes a Failure in words, whoever caused it.
import { z } from "zod";
import { utf8 } from "#protocol/bytes.ts";
import { Failure, type FailureCode } from "#protocol/failure.ts";

/** A query: undefined values are left out, arrays are repeated. */
export type Query = Readonly<Record<string, string | number | boolean | readonly string[] | null | undefined>>;

/** How to ask. */
export type RequestOptions<T> = {
  /** What the answer must look like; extra fields are dropped by ordinary zod objects. */
  schema: z.ZodType<T>;
  method?: "GET" | "POST" | "PUT" | "DELETE";
  query?: Query;
  /** Sent as JSON, bigints as decimal strings; a Blob or bytes are sent as they are. */
  body?: unknown;
  headers?: Readonly<Record<string, string>> | undefined;
  /** Signed by the session's key, besides the cookie: what replaces something that was entrusted to the service. */
  signed?: boolean;
  signal?: AbortSignal | undefined;
};

let renew: ((since: number) => Promise<boolean>) | undefined;

/** Names who renews a session whose token ran out for a call made at `since` (ms); that call is then made once more. */
export function onTokenOver(renewer: (since: number) => Promise<boolean>): void {
  renew = renewer;
}

/** Renews the session, if there is one to renew, unless that was done since the call that met the old token. */
export async function renewSession(since: number): Promise<boolean> {
  return (await renew?.(since)) ?? false;
}

/** Signs a call with the session's key, and gives the header fields that say so. */
export type CallSigner = (call: { method: string; path: string; body: Uint8Array }) => Promise<Record<string, string>>;

let sign: CallSigner | undefined;

/** Names who signs calls. */
export function onSigning(signer: CallSigner): void {
  sign = signer;
}

// Signing in, and renewing itself, are not helped by renewing.
const RENEWS_NOT = new Set(["POST /api/session", "POST /api/session/refresh", "DELETE /api/session"]);
const MOST_WAITS = 3;
const LONGEST_WAIT_SECONDS = 10;

const problemSchema = z.object({
  detail: z.string().max(4000).optional(),
  title: z.string().max(400).optional(),
  code: z.string().max(60).optional(),
  reason: z.string().max(100).nullish(),
});

// FailureCode is a type alone; this is its list, so that an unknown code from outside becomes "internal".
const codes: Record<FailureCode, true> = {
  "bad-input": true,
  "not-authorised": true,
  forbidden: true,
  "not-found": true,
  conflict: true,
  "too-large": true,
  "unsupported-type": true,
  locked: true,
  "too-many-requests": true,
  "wrong-key": true,
  tampered: true,
  "out-of-window": true,
  refused: true,
  "rejected-by-user": true,
  "wrong-chain": true,
  unavailable: true,
  internal: true,
};

function isFailureCode(code: string): code is FailureCode {
  return code in codes;
}

const byStatus: Readonly<Record<number, FailureCode>> = {
  400: "bad-input",
  401: "not-authorised",
  403: "forbidden",
  404: "not-found",
  409: "conflict",
  413: "too-large",
  415: "unsupported-type",
  423: "locked",
  429: "too-many-requests",
  503: "unavailable",
};

/** The path with its query. */
export function withQuery(path: string, query: Query = {}): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value === undefined || value === null) continue;
    for (const one of Array.isArray(value) ? value : [value]) search.append(name, String(one));
  }
  const text = search.toString();
  return text === "" ? path : `${path}?${text}`;
}

/** JSON with bigints as decimal strings. */
export function toJson(value: unknown): string {
  return JSON.stringify(value, (_key, one: unknown) => (typeof one === "bigint" ? one.toString() : one));
}

const signedOutHearers = new Set<() => void>();

/** Hears that the service knows no session any more, whichever call found it out. */
export function onSignedOut(hear: () => void): () => void {
  signedOutHearers.add(hear);
  return () => signedOutHearers.delete(hear);
}

/** A problem document (RFC 9457) as a Failure; its own words where it has some. */
export function failureOf(status: number, problem: unknown): Failure {
  const parsed = problemSchema.safeParse(problem);
  const found = parsed.success ? parsed.data : {};
  const named = found.code !== undefined && isFailureCode(found.code) ? found.code : undefined;
  const code = named ?? byStatus[status] ?? "internal";
  const words =
    found.detail ??
    found.title ??
    "The service answered in a way that we did not expect. Nothing was changed. Try again in a moment.";
  return new Failure(code, words, typeof found.reason === "string" ? { reason: found.reason } : {});
}

/**
 * One call, its bare answer. Throws Failure: the problem's code, or "unavailable" when nobody answered.
 * Every unsafe method carries the header that no foreign page can send. A session whose token ran out is renewed on the
 * way, and a reading call that came too fast waits as long as it is told to.
 */
export async function send(path: string, options: Omit<RequestOptions<unknown>, "schema"> = {}): Promise<Response> {
  const { method = "GET", signal } = options;
  let renewed = false;
  for (let waits = 0; ;) {
    const since = Date.now();
    const response = await ask(path, options);
    if (response.ok) return response;
    if (response.status === 401 && !renewed && !RENEWS_NOT.has(`${method} ${path}`)) {
      renewed = true;
      if (await renewSession(since)) continue;
    }
    const seconds = Number(response.headers.get("Retry-After"));
    if (response.status === 429 && method === "GET" && waits < MOST_WAITS && seconds <= LONGEST_WAIT_SECONDS) {
      waits += 1;
      await new Promise((resume) => setTimeout(resume, Math.max(1, seconds) * 1000));
      if (signal?.aborted !== true) continue;
    }
    // A body that is no JSON still has a status to go by.
    const failure = failureOf(response.status, await response.json().catch(() => undefined));
    if (failure.code === "not-authorised") for (const hear of signedOutHearers) hear();
    throw failure;
  }
}

async function ask(path: string, options: Omit<RequestOptions<unknown>, "schema">): Promise<Response> {
  const { method = "GET", query, body, headers, signal } = options;
  const raw = body instanceof Blob || body instanceof Uint8Array;
  const to = withQuery(path, query);
  const text = body === undefined || raw ? undefined : toJson(body);
  // Each time anew: a signature is good once.
  const signature = options.signed ? await sign?.({ method, path: to, body: utf8(text ?? "") }) : undefined;
  try {
    return await fetch(to, {
      method,
      credentials: "same-origin",
      headers: {
        accept: "application/json, application/problem+json, application/octet-stream",
        "x-placet": "1",
        ...headers,
        ...signature,
        ...(body === undefined ? {} : { "content-type": raw ? "application/octet-stream" : "application/json" }),
      },
      ...(body === undefined ? {} : { body: raw ? (body as BodyInit) : (text ?? null) }),
      signal: signal ?? null,
    });
  } catch (cause) {
    throw unanswered(cause, method);
  }
}

/**
 * What to say when no answer came, or not all of it. A question that was lost changed nothing; whether the service did what
 * it was told to do is not known then.
 */
function unanswered(cause: unknown, method: RequestOptions<unknown>["method"] = "GET"): Failure {
  if (cause instanceof DOMException && cause.name === "AbortError") {
    return new Failure("rejected-by-user", "Stopped. Nothing more was sent.", { cause, reason: "aborted" });
  }
  const words =
    method === "GET"
      ? "The service did not answer. Nothing was changed. Check your connection and try again."
      : "The service did not answer, so we do not know whether this was done. Nothing else was changed. Check your connection, and look how things stand before you do it again.";
  return new Failure("unavailable", words, { cause });
}

/**
 * The body of an answer to a call by this method. It can break off after its head came: then there is no answer, and
 * Failure says so as for none.
 */
export function readWhole<T>(body: Promise<T>, method?: RequestOptions<unknown>["method"]): Promise<T> {
  return body.catch((cause: unknown) => {
    throw unanswered(cause, method);
  });
}

/** One call for JSON. Throws Failure as `send`, and "tampered" for an answer of another shape. */
export async function request<T>(path: string, options: RequestOptions<T>): Promise<T> {
  const response = await send(path, options);
  const text = await readWhole(response.text(), options.method);
  let value: unknown;
  try {
    value = text === "" ? undefined : JSON.parse(text);
  } catch (cause) {
    throw strange(path, cause);
  }
  const parsed = options.schema.safeParse(value);
  if (!parsed.success) throw strange(path, parsed.error);
  return parsed.data;
}

function strange(path: string, cause: unknown): Failure {
  return new Failure(
    "tampered",
    `The service sent something that this page does not understand (${path.split("?")[0] ?? path}). It was not used. Reload the page; if it stays, tell the people who run the service.`,
    { cause, reason: "unexpected-answer" },
  );
}
