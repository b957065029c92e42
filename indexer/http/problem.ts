// Errors as RFC 9457 problem documents. A Failure's words go out as they are, for they were written for people; of
// anything else only the request's id goes out.

import type { Response } from "express";
import { z, ZodError } from "zod";
import { Failure } from "#protocol/failure.ts";
import type { FailureCode } from "#protocol/failure.ts";
import type { Log } from "../log.ts";

/** HTTP status and title of each failure code. */
export const problems: Record<FailureCode, { status: number; title: string }> = {
  "bad-input": { status: 400, title: "The request cannot be understood" },
  "rejected-by-user": { status: 400, title: "Rejected" },
  "not-authorised": { status: 401, title: "Sign in first" },
  forbidden: { status: 403, title: "Not allowed" },
  refused: { status: 403, title: "Refused" },
  "out-of-window": { status: 403, title: "Consent is not in force" },
  "not-found": { status: 404, title: "Not found" },
  conflict: { status: 409, title: "The state does not permit it" },
  "wrong-chain": { status: 409, title: "Another chain" },
  "too-large": { status: 413, title: "Too large" },
  "unsupported-type": { status: 415, title: "Of a kind that is not taken" },
  "wrong-key": { status: 422, title: "The key does not fit" },
  tampered: { status: 422, title: "Does not match what was committed to" },
  locked: { status: 423, title: "Locked for a while" },
  "too-many-requests": { status: 429, title: "Too many requests" },
  internal: { status: 500, title: "Something went wrong here" },
  unavailable: { status: 503, title: "Not available now" },
};

/** The shape of every error answer. */
export const problemSchema = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.number().int(),
    detail: z.string(),
    code: z.enum(Object.keys(problems) as [FailureCode, ...FailureCode[]]),
    reason: z.string().optional(),
    requestId: z.string(),
    retryAfter: z.number().int().optional().meta({ description: "Seconds to wait before trying again." }),
  })
  .meta({ id: "Problem", description: "An RFC 9457 problem document." });

/** Seconds to wait where whoever refused did not say: each of these comes with a Retry-After. */
const WAITS: Partial<Record<FailureCode, number>> = { locked: 60, "too-many-requests": 60, unavailable: 5 };

/** A failure that says how many seconds to wait: its Retry-After. */
export function failLater(
  code: "locked" | "too-many-requests" | "unavailable",
  message: string,
  seconds: number,
): Failure {
  return Object.assign(new Failure(code, message), { retryAfter: Math.max(1, Math.ceil(seconds)) });
}

// Class 08 of SQLSTATE (connection), 57P0x (shut down, starting), 53300 (too many connections), and what sockets say.
const AWAY = /^(08...|57P0.|53300|ECONNREFUSED|ECONNRESET|EPIPE|ETIMEDOUT|ENOTFOUND)$/;

function isDatabaseAway(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const code = "code" in error && typeof error.code === "string" ? error.code : "";
  return AWAY.test(code) || /^Connection terminated|timeout exceeded when trying to connect/.test(error.message);
}

/** Makes a Failure of whatever was thrown on the way through Express. */
export function toFailure(error: unknown): Failure {
  if (error instanceof Failure) return error;
  if (error instanceof ZodError) {
    const wrong = error.issues.map((issue) => `${issue.path.join(".") || "the whole"}: ${issue.message}`).join("; ");
    return new Failure("bad-input", `Something in the request is not as it must be: ${wrong}. Nothing was changed.`, {
      cause: error,
    });
  }
  const type = typeof error === "object" && error !== null && "type" in error ? String(error.type) : "";
  if (type === "entity.too.large")
    return new Failure("too-large", "The body is larger than this route takes. Nothing was stored.");
  if (
    type.startsWith("entity.") ||
    type === "encoding.unsupported" ||
    type.startsWith("charset.") ||
    type === "request.aborted"
  ) {
    return new Failure("bad-input", "The body cannot be read. Nothing was changed.");
  }
  if (isDatabaseAway(error)) {
    return new Failure(
      "unavailable",
      "The service's database does not answer. Nothing that was stored is lost. Try again in a moment.",
      { cause: error },
    );
  }
  if (error instanceof URIError) return new Failure("bad-input", "The address of the request cannot be read.");
  return new Failure(
    "internal",
    "Something went wrong on the service's side. Nothing that was stored is lost. Try again; the request id helps whoever looks into it.",
    {
      cause: error,
    },
  );
}

/** Sends the problem document of `thrown`, and logs what is ours to mend. */
export function sendProblem(
  response: Response,
  thrown: unknown,
  { requestId, log }: { requestId: string; log: Log },
): void {
  const failure = toFailure(thrown);
  const { status, title } = problems[failure.code];
  if (failure.code === "internal") {
    const cause =
      failure.cause instanceof Error ? (failure.cause.stack ?? failure.cause.message) : String(failure.cause);
    log.error("request-failed", { requestId, cause });
  }
  if (response.headersSent) {
    response.destroy();
    return;
  }
  const said = "retryAfter" in failure && typeof failure.retryAfter === "number" ? failure.retryAfter : undefined;
  const retryAfter = said ?? WAITS[failure.code];
  if (retryAfter !== undefined) response.setHeader("Retry-After", String(retryAfter));
  if (status === 401) response.setHeader("WWW-Authenticate", 'Cookie realm="placet"');
  response
    .status(status)
    .type("application/problem+json")
    .send(
      JSON.stringify({
        type: `urn:placet:problem:${failure.code}`,
        title,
        status,
        detail: failure.message,
        code: failure.code,
        ...(failure.reason === undefined ? {} : { reason: failure.reason }),
        requestId,
        ...(retryAfter === undefined ? {} : { retryAfter }),
      }),
    );
}
