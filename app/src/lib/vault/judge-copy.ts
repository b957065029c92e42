// Fetching the service's copy and saying what it is to the open vault.
import type { Hex } from "viem";
import { sha256, toHex } from "#protocol/bytes.ts";
import { canonicalBytes } from "#protocol/canonical.ts";
import type { CopyStanding } from "./calls.ts";
import { compareCopies, type CopyJudgement } from "./compare-copies.ts";
import { readServerCopy, type LeftCopy, type ServerCopy } from "./copies.ts";

/** The judgement, and the copy that it is about; undefined when there is none. */
export type JudgedCopy = { judgement: CopyJudgement; there: ServerCopy | undefined };

/** A copy's name: the SHA-256 of its canonical bytes, as in the service's ETag. */
export function digestOfCopy(blob: unknown): Hex {
  return toHex(sha256(canonicalBytes(blob)));
}

/** Fetches and judges. `judge` asks the worker, which holds the root. Throws Failure when the service does not answer. */
export async function judgeServerCopy(options: {
  left: LeftCopy | undefined;
  /** The revision of the open vault. */
  own: number;
  judge: (blob: unknown) => Promise<CopyStanding>;
}): Promise<JudgedCopy> {
  const { left, own, judge } = options;
  const there = await readServerCopy();
  if (there === undefined || there.digest === left?.digest) {
    return {
      judgement: compareCopies({ there: there && { ...there, standing: { kind: "foreign" } }, left, own }),
      there,
    };
  }
  // Copies of version 1 carry nothing to know them by; from a time when this device kept no account of what it left.
  const early = left === undefined && isOfVersion1(there.blob);
  if (early) return { judgement: "older", there };
  return { judgement: compareCopies({ there: { ...there, standing: await judge(there.blob) }, left, own }), there };
}

/** Whether a copy is of the first format, which carries nothing to know it by. */
export function isOfVersion1(blob: unknown): boolean {
  return typeof blob === "object" && blob !== null && "version" in blob && blob.version === 1;
}
