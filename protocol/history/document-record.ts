// One document as the ledger stores it, in one word (contracts/types/DocumentRecord.sol draws the layout).

import type { Address } from "viem";
import { Failure } from "../failure.ts";
import { addressInWord } from "./checksum.ts";

/** A document's record. */
export type DocumentRecord = {
  /** 0 none, 1 live, 2 withdrawn, 3 rejected. */
  readonly status: number;
  readonly version: number;
  /** Unix seconds. */
  readonly changedAt: number;
  /** The subject, or the provider who filed it. */
  readonly author: Address;
};

/** Reads the word that the ledger stores. Throws Failure("bad-input"). */
export function unpackDocument(word: bigint): DocumentRecord {
  if (word < 0n || word >> 240n !== 0n) {
    throw new Failure("bad-input", "This is not a document as the ledger stores it. Nothing was changed.");
  }
  const read = (at: bigint, size: bigint) => (word >> at) & ((1n << size) - 1n);
  return {
    status: Number(read(0n, 8n)),
    version: Number(read(8n, 32n)),
    changedAt: Number(read(40n, 40n)),
    author: addressInWord(read(80n, 160n).toString(16).padStart(40, "0")),
  };
}
