// Numbers that look like chance and come again from the same seed (mulberry32).

/** Chance, from a seed. */
export type Random = {
  /** From 0 up to 1. */
  next(): number;
  /** A whole number from `least` to `most`, both included. */
  whole(least: number, most: number): number;
  chance(probability: number): boolean;
  pick<T>(list: readonly T[]): T;
  /** 32 bytes in hex. */
  word(): `0x${string}`;
};

/** Makes the chance of a seed. */
export function createRandom(seed: number): Random {
  let state = (seed * 0x9e3779b1) >>> 0;
  function next(): number {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }
  const whole = (least: number, most: number) => least + Math.floor(next() * (most - least + 1));
  return {
    next,
    whole,
    chance: (probability) => next() < probability,
    pick(list) {
      const found = list[whole(0, list.length - 1)];
      if (found === undefined) throw new Error("There is nothing to pick from.");
      return found;
    },
    word() {
      const digits = Array.from({ length: 8 }, () =>
        whole(0, 2 ** 32 - 1)
          .toString(16)
          .padStart(8, "0"),
      );
      return `0x${digits.join("")}`;
    },
  };
}
