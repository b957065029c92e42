// Handing a gateway the seals that it lacks, some at a time. Rule: it stops between two parts when it is told to, and what
// was handed in is noted at once, so that it goes on from there.
import type { HandedSeal } from "#protocol/documents/index.ts";
import { missingSeals, nameSeal, type Wanted } from "./wanted.ts";

/** Seals made and handed in at a time: a second or two, after which "pause" is heard. */
const AT_ONCE = 50;

/** Hands over what `wanted` names at each moment and `held` lacks; true when nothing is missing, false when it was stopped. */
export async function handOverSeals({
  wanted,
  held,
  goesOn,
  make,
  handIn,
  onPart,
}: {
  wanted: () => readonly Wanted[];
  /** Grows with each part. */
  held: Set<string>;
  goesOn: () => boolean;
  make: (some: readonly Wanted[]) => Promise<readonly HandedSeal[]>;
  handIn: (seals: readonly HandedSeal[]) => Promise<unknown>;
  /** Told before each part, and after the last one. */
  onPart: () => void;
}): Promise<boolean> {
  while (goesOn()) {
    onPart();
    const some = missingSeals(wanted(), held).slice(0, AT_ONCE);
    if (some.length === 0) return true;
    await handIn(await make(some));
    for (const one of some) held.add(nameSeal(one));
  }
  return false;
}
