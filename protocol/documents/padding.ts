// Sizes that tell little: a body is padded to 4 KiB, then as Padme does (Nikitin et al., "Reducing Metadata Leakage from
// Encrypted Files", 2019). Rule: the length of a document shows O(log log n) bits of its size, for 12 % at most.

import { Failure } from "../failure.ts";

const UNIT = 4096;

/** Padme: the least padded length for a length, all but its top few bits being zero. */
export function padme(length: number): number {
  if (length < 2) return length;
  // Counted in binary digits, not by Math.log2, which rounds up just below large powers of two.
  const exponent = length.toString(2).length - 1;
  const significant = exponent.toString(2).length;
  const step = 2 ** (exponent - significant);
  return step <= 1 ? length : Math.ceil(length / step) * step;
}

/** The padded size in bytes of a body of `size` bytes: a multiple of 4 KiB, then Padme. Throws Failure("bad-input"). */
export function paddedSize(size: number): number {
  if (!Number.isSafeInteger(size) || size < 0) {
    throw new Failure("bad-input", "This is no size of a document. Nothing was changed.");
  }
  return padme(Math.max(UNIT, Math.ceil(size / UNIT) * UNIT));
}
