// What the copy at the service is to a device that has the vault open: what it left there, another device's newer one, an
// older one, none, or one that this vault's root does not vouch for.
import type { Hex } from "viem";
import type { CopyStanding } from "./calls.ts";
import type { LeftCopy } from "./copies.ts";

/** same: as it was left; newer: another device's; older, missing: the service rolled back; foreign: somebody else's. */
export type CopyJudgement = "same" | "newer" | "older" | "missing" | "foreign";

/**
 * Judges the service's copy. `left` is what this device last knew to be there; where it never knew, what it has itself is
 * the measure: `own`, the revision of the open vault.
 */
export function compareCopies(options: {
  there: { digest: Hex; standing: CopyStanding } | undefined;
  left: LeftCopy | undefined;
  own: number;
}): CopyJudgement {
  const { there, left, own } = options;
  if (there === undefined) return "missing";
  if (there.digest === left?.digest) return "same";
  if (there.standing.kind === "foreign") return "foreign";
  // Two copies of one revision are never both the newest: the service takes one in the place of the other alone.
  const { revision } = there.standing;
  return (left === undefined ? revision < own : revision <= left.revision) ? "older" : "newer";
}
