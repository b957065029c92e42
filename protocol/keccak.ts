// keccak256 and the spellings around it, made for histories of millions of acts and for thousands of consents. Rule:
// whatever computes it, the bytes are keccak256's; a quicker implementation may be put in place where one can be loaded, and
// the tests hold them equal.

import { keccak_256 } from "@noble/hashes/sha3.js";
import { bytesToHex } from "viem/utils";
import type { Hex } from "viem";
import { utf8 } from "./bytes.ts";

/** Computes keccak256 of bytes, as lower-case 0x hex. */
export type Keccak = (bytes: Uint8Array) => Hex;

const plain: Keccak = (bytes) => bytesToHex(keccak_256(bytes));
let keccak = plain;

/** Puts another implementation of keccak256 in place (WebAssembly is several times as fast); null: the plain one again. */
export function useKeccak(implementation: Keccak | null): void {
  keccak = implementation ?? plain;
}

/** keccak256 of a text's UTF-8 bytes. */
export function hashText(text: string): Hex {
  return keccak(utf8(text));
}

/** The value of each hex digit by its character code. */
const digits = new Uint8Array(128);
for (let value = 0; value < 16; value += 1) {
  const digit = value.toString(16);
  digits[digit.charCodeAt(0)] = value;
  digits[digit.toUpperCase().charCodeAt(0)] = value;
}

let scratch = new Uint8Array(1_024);

/** keccak256 of 0x hex texts, one after the other, without joining them first. They must be hex of whole bytes. */
export function hashHex(texts: readonly string[]): Hex {
  let length = 0;
  for (const text of texts) length += text.length / 2 - 1;
  if (length > scratch.length) scratch = new Uint8Array(2 * length);
  let to = 0;
  for (const text of texts) {
    for (let from = 2; from < text.length; from += 2) {
      const high = digits[text.charCodeAt(from)] ?? 0;
      scratch[to] = (high << 4) | (digits[text.charCodeAt(from + 1)] ?? 0);
      to += 1;
    }
  }
  return keccak(scratch.subarray(0, length));
}
