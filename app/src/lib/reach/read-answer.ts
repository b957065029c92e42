// What a gateway answered, read. Rule: it is hostile until a schema has passed it; of an error its code counts, and the words
// that a person reads are this page's own.
import { failureOf } from "#app/service/index.ts";
import { Failure, type FailureCode } from "#protocol/failure.ts";
import type { z } from "zod";

/** A status (0: nobody answered) and a text. */
export type Answered = { status: number; text: string };

/** What is said of an answer that is none. */
export type AnswerWords = {
  silent: string;
  strange: string;
  busy: string;
  away: string;
  unsigned: string;
  notYet: string;
  notFinal: string;
  refused: string;
};

/** What only this page itself can say: that a person said no, or that their vault is locked, would be taken for their doing. */
const ours: Partial<Record<FailureCode, FailureCode>> = {
  "rejected-by-user": "refused",
  "wrong-chain": "refused",
  locked: "too-many-requests",
};

const byCode: Partial<Record<FailureCode, keyof AnswerWords>> = {
  "too-many-requests": "busy",
  unavailable: "away",
  internal: "away",
  "not-authorised": "unsigned",
  conflict: "notYet",
};

/**
 * The answer, in the shape that is wanted. Throws Failure: the problem's code and reason; "unavailable" where nobody answered;
 * "tampered" (reason "strange") for another shape. `words` say it, whatever the gateway's own were.
 */
export function readAnswer<T>(
  { status, text }: Answered,
  { schema, words }: { schema: z.ZodType<T>; words: AnswerWords },
): T {
  if (status === 0) throw new Failure("unavailable", words.silent, { reason: "silent" });
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    value = undefined;
  }
  if (status >= 400) {
    const cause = failureOf(status, value);
    const { reason } = cause;
    const code = ours[cause.code] ?? cause.code;
    const said = reason === "not-final" ? words.notFinal : words[byCode[code] ?? "refused"];
    throw new Failure(code, said, { cause, ...(reason === undefined ? {} : { reason }) });
  }
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new Failure("tampered", words.strange, { cause: parsed.error, reason: "strange" });
}
