// What the index could not do, in words for an operator. Rule: what is told to anybody who asks names no account, and no
// more of an address than its origin, whose path or user may hold a key.

import { isFailure } from "#protocol/failure.ts";
import type { FailureCode } from "#protocol/failure.ts";

/** Why the index does not go on. */
export type SyncError = {
  code: FailureCode;
  message: string;
  /** Unix seconds at which it last happened. */
  at: number;
};

/** An error as the index remembers it. */
export function syncErrorOf(error: unknown, at: number): SyncError {
  const message = error instanceof Error ? error.message : String(error);
  return { code: isFailure(error) ? error.code : "internal", message, at };
}

const LONGEST_MESSAGE = 1_000;
/** What nobody wrote for a reader (a driver's or a program's own words) may hold anything. */
const UNEXPECTED =
  "Something happened that this program does not expect. Nothing was stored; its log says what it was.";

/** The same for anybody. */
export function publicError({ code, message, at }: SyncError): SyncError {
  const told = code === "internal" ? UNEXPECTED : message;
  return { code, message: hideDetails(told).slice(0, LONGEST_MESSAGE), at };
}

function hideDetails(text: string): string {
  return text
    .replace(/\b[a-z][a-z0-9+.-]*:\/\/[^\s"'<>]+/gi, (address) => {
      if (!URL.canParse(address)) return "an address";
      const { protocol, host } = new URL(address);
      return `${protocol}//${host}`;
    })
    .replace(/\b0x[0-9a-f]{40}\b/gi, "an account");
}
