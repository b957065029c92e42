// How contracts that were written anew are told what to do: by the block's coinbase, which none of ours looks at. One
// says that all parts shall tell when they are reached; every other brings one mutant to life.

const base = 0xc0de0000;

/** The number of a coinbase under which no part tells and no mutant is alive. */
export const silence = 0xffffff;

/** The coinbase of a number: 0 is that under which parts tell that they were reached. */
export function coinbaseOf(id: number): string {
  return `0x${(base + id).toString(16).padStart(40, "0")}`;
}

/** Solidity that is true under that coinbase. */
export function isAlive(id: number): string {
  return `block.coinbase == address(uint160(${base + id}))`;
}

/** Yul that is 1 under that coinbase, and otherwise 0. */
export function isAliveInAssembly(id: number): string {
  return `eq(coinbase(), ${base + id})`;
}
