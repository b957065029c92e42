// A block's bloom filter (Ethereum yellow paper, 4.3.1): a node that leaves logs out of its answer, although the header
// says that there may be some, is found out without trusting it further. The filter may say "maybe" wrongly, never "no".

import type { Hex } from "viem";
import { keccak256 } from "viem/utils";

/** The three bits of one address or topic: which hex digit of the filter's text, and which bit in it. */
export type BloomBits = readonly { readonly digit: number; readonly mask: number }[];

/** The bits that an address or topic sets. Made once, asked for every block. */
export function bloomBits(value: Hex): BloomBits {
  const hash = keccak256(value);
  return [0, 1, 2].map((pair) => {
    const bit = Number.parseInt(hash.slice(2 + 4 * pair, 6 + 4 * pair), 16) & 2_047;
    // Bit 0 is the last digit's lowest.
    return { digit: 2 + 511 - (bit >> 2), mask: 1 << (bit & 3) };
  });
}

/** False when a block with this filter (256 bytes in hex) has surely no log with that address or topic. */
export function bloomMayHold(bloom: string, bits: BloomBits): boolean {
  return bits.every(({ digit, mask }) => (hexDigit(bloom.charCodeAt(digit)) & mask) !== 0);
}

/** The value of a hex digit by its character code, in either case; anything else counts as 15, which rules nothing out. */
function hexDigit(code: number): number {
  if (code >= 48 && code <= 57) return code - 48;
  const letter = code | 32;
  return letter >= 97 && letter <= 102 ? letter - 87 : 15;
}

/** The filter of these logs alone. */
export function bloomOf(logs: readonly { readonly address: Hex; readonly topics: readonly Hex[] }[]): Hex {
  const digits = new Uint8Array(512);
  for (const value of new Set(logs.flatMap(({ address, topics }) => [address, ...topics])))
    for (const { digit, mask } of bloomBits(value)) digits[digit - 2] = (digits[digit - 2] ?? 0) | mask;
  return `0x${Array.from(digits, (digit) => digit.toString(16)).join("")}`;
}
