// Which organisation's key is held: that of the newest wish. Rule: an answer that comes after one stopped reading for an
// organisation, or began to read for another, puts nothing back.
import type { Address } from "viem";

/** Holds what `fetchBox` finds by `hold`, and lets go of what is held by `drop`. */
export function createNewestHolder<Box>(by: {
  fetchBox: (organisation: Address) => Promise<Box | undefined>;
  hold: (box: Box) => Promise<unknown>;
  drop: () => Promise<unknown>;
}): {
  /** The box that is held now, "none" where there is none, or undefined where something else was wished for meanwhile. */
  hold: (organisation: Address) => Promise<Box | "none" | undefined>;
  drop: () => Promise<void>;
} {
  let wishes = 0;
  return {
    async hold(organisation) {
      const wish = (wishes += 1);
      const box = await by.fetchBox(organisation);
      if (wish !== wishes) return undefined;
      await (box === undefined ? by.drop() : by.hold(box));
      return wish === wishes ? (box ?? "none") : undefined;
    },
    async drop() {
      wishes += 1;
      await by.drop();
    },
  };
}
