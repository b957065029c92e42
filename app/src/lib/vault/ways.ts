// Which ways in a stored copy names, before it is opened.
import { canonicalBytes } from "#protocol/canonical.ts";
import { decodeVault, type Unlocker } from "#protocol/keys/index.ts";

/** The unlockers that stand in clear in a copy; none where it is no vault. Opening is what tells whether they are right. */
export function readWays(blob: unknown): readonly Unlocker[] {
  if (blob === undefined) return [];
  try {
    return decodeVault(canonicalBytes(blob)).unlockers.map(({ unlocker }) => unlocker);
  } catch {
    return []; // Opening it will say what is wrong with it.
  }
}
