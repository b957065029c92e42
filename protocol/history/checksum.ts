// Addresses as logs have them, in the spelling that everybody shows (EIP-55). Spelling one takes a hash, and a history
// names the same accounts again and again: so the last ones are remembered.

import type { Address } from "viem";
import { getAddress } from "viem/utils";

const MOST = 20_000;

// Two generations: when the young one is full it becomes the old one, and what is still asked for moves over.
let young = new Map<string, Address>();
let old = new Map<string, Address>();

/** The address in a word of 64 hex digits (its last 40), spelled as EIP-55 has it. */
export function addressInWord(word: string): Address {
  const digits = word.slice(-40);
  const known = young.get(digits);
  if (known !== undefined) return known;
  const address = old.get(digits) ?? getAddress(`0x${digits}`);
  if (young.size >= MOST) [old, young] = [young, new Map()];
  young.set(digits, address);
  return address;
}
