// The EIP-712 struct that a consent's words hash to. Rule: this is the only statement of the Scope type in TypeScript;
// the ledger never sees the struct, only its hash.

import type { Hex } from "viem";
import { Failure } from "../failure.ts";
import { hashHex, hashText } from "../keccak.ts";

/** The words of a consent: what it covers and what for, never the window. They hash to its scope. */
export type Opening = {
  /** The canonical rendering of the other fields, recomputed by whoever checks. */
  readonly sentence: string;
  /** A language tag, for example "en". */
  readonly language: string;
  /** Names of categories, in canonical order. */
  readonly categories: readonly string[];
  /** v3 PurposeOfUse codes, in canonical order. */
  readonly purposes: readonly string[];
  /** Lower-case 0x ids of single documents, ascending. */
  readonly documents: readonly Hex[];
  /** Lines "name: value", in canonical order. */
  readonly terms: readonly string[];
  /** 32 random bytes, fresh for each consent: without them a guess at the words could be confirmed. */
  readonly salt: Hex;
};

/** The EIP-712 type, in the order that wallets show it. */
export const scopeType = {
  Scope: [
    { name: "sentence", type: "string" },
    { name: "language", type: "string" },
    { name: "categories", type: "string[]" },
    { name: "purposes", type: "string[]" },
    { name: "documents", type: "string[]" },
    { name: "terms", type: "string[]" },
    { name: "salt", type: "bytes32" },
  ],
} as const;

// EIP-712, encodeType: the struct's name and its members.
const typeHash = hashText(`Scope(${scopeType.Scope.map(({ type, name }) => `${type} ${name}`).join(",")})`);

// Words that come again in consent after consent: their hashes are remembered, of so many at most.
const MOST_WORDS = 256;
const wordHashes = new Map<string, Hex>();

function hashWord(word: string): Hex {
  const known = wordHashes.get(word);
  if (known !== undefined) return known;
  const hash = hashText(word);
  if (wordHashes.size < MOST_WORDS) wordHashes.set(word, hash);
  return hash;
}

/** EIP-712, encodeData: an array is the hash of its members' hashes. */
const hashWords = (words: readonly string[]): Hex => hashHex(words.map(hashWord));

/**
 * The scope: the EIP-712 struct hash of an opening. Does not check the opening's words; `checkOpening` does. Throws
 * Failure("bad-input") for a salt that is not 32 bytes: another would hash like one that is. Spelled out here, since a clinic
 * hashes thousands and viem's `hashStruct` takes ten times as long; a test holds the two equal.
 */
export function scopeOf(opening: Opening): Hex {
  if (!/^0x[0-9a-fA-F]{64}$/.test(opening.salt))
    throw new Failure("bad-input", "The salt of a consent's words must be 32 bytes. Nothing was changed.");
  return hashHex([
    typeHash,
    hashText(opening.sentence),
    hashWord(opening.language),
    hashWords(opening.categories),
    hashWords(opening.purposes),
    hashHex(opening.documents.map(hashText)),
    hashWords(opening.terms),
    opening.salt,
  ]);
}
