// What a gateway answered, read. Rule: it is hostile until a schema has passed it.
import { failureOf } from "#app/service/index.ts";
import { Failure } from "#protocol/failure.ts";
import type { z } from "zod";

/** A status (0: nobody answered) and a text. */
export type Answered = { status: number; text: string };

/**
 * The answer, in the shape that is wanted. Throws Failure: the problem's code; "unavailable" where nobody answered;
 * "tampered" (reason "strange") for another shape. `words` say the last two.
 */
export function readAnswer<T>(
  { status, text }: Answered,
  { schema, words }: { schema: z.ZodType<T>; words: { silent: string; strange: string } },
): T {
  if (status === 0) throw new Failure("unavailable", words.silent, { reason: "silent" });
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    value = undefined;
  }
  if (status >= 400) throw failureOf(status, value);
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new Failure("tampered", words.strange, { cause: parsed.error, reason: "strange" });
}
