// Hearing which parts of contracts that were written anew a test reached (telling.ts says how they tell).

import { hooks } from "hardhat";

/** Listens for those numbers; to be called before the chain is started. The set is the caller's to read and to clear. */
export function hearReached(): Set<number> {
  const reached = new Set<number>();
  hooks.registerHandlers("network", {
    onCoverageData: (_context, tags) => {
      for (const tag of tags) reached.add(Number(BigInt(`0x${tag.replace(/^0x/, "")}`)));
      return Promise.resolve();
    },
  });
  return reached;
}
