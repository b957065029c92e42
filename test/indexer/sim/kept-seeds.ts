// Seeds that once failed, each with what it found. They run with every `npm test`, for good.

/** A seed and what was wrong when it failed. */
export const keptSeeds: readonly { seed: number; found: string }[] = [
  { seed: 5, found: "stored acts stayed unproven when the commit was done and its answer was lost" },
  {
    seed: 23,
    found: "a reorganisation of the very first block that was stored was taken for one below the final block",
  },
  { seed: 120, found: "a chain that went back to before the contracts was asked for blocks that it does not have" },
];
