// The recovery kit: a 128-bit code that a person can print, keep and type. Rule: a typing mistake is told apart from a
// wrong code before anything is tried with it.

import { z } from "zod";
import type { Address } from "viem";
import { concat, sha256, utf8, type Bytes } from "../bytes.ts";
import { Failure } from "../failure.ts";
import { addressShape } from "../shapes.ts";

const CODE_BYTES = 16;
const ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"; // Crockford's base 32: no I, L, O, U
const DATA_CHARACTERS = 26; // 130 bits: the code, then two zero bits
const CHECK_CHARACTERS = 2; // ten bits of SHA-256: one mistake in a thousand passes, and then opens nothing

/** The kit as it is kept in a file. */
export type Kit = { format: "placet-kit"; version: 1; account: Address; code: string; createdAt: number };

const kitSchema = z.strictObject({
  format: z.literal("placet-kit"),
  version: z.literal(1),
  account: addressShape,
  code: z.string().max(64),
  createdAt: z.int().min(0),
});

function checkCharacters(code: Uint8Array): string {
  const digest = sha256(concat(utf8("placet/1/kit-check"), code));
  const value = (((digest[0] ?? 0) << 8) | (digest[1] ?? 0)) >> 6;
  return ALPHABET.charAt(value >> 5) + ALPHABET.charAt(value & 31);
}

/** The code (16 bytes) as 28 characters in seven groups of four, the last two characters being a checksum. */
export function encodeKitCode(code: Uint8Array): string {
  if (code.length !== CODE_BYTES) throw new Failure("bad-input", "A recovery code has 128 bits. Nothing was changed.");
  let text = "";
  let bits = 0n;
  for (const byte of code) bits = (bits << 8n) | BigInt(byte);
  bits <<= 2n;
  for (let at = DATA_CHARACTERS - 1; at >= 0; at--) text += ALPHABET.charAt(Number((bits >> BigInt(5 * at)) & 31n));
  return (text + checkCharacters(code)).replace(/(.{4})(?=.)/g, "$1-");
}

/**
 * The code that a person typed: any case, with or without hyphens and spaces, O read as 0, I and L as 1.
 * Throws Failure("bad-input", reason "kit-typo").
 */
export function decodeKitCode(text: string): Bytes {
  const typo = () =>
    new Failure(
      "bad-input",
      "There is a typing mistake in this recovery code. Nothing was tried with it. Compare it with your kit.",
      {
        reason: "kit-typo",
      },
    );
  const plain = text.toUpperCase().replace(/[\s-]/g, "").replaceAll("O", "0").replace(/[IL]/g, "1");
  if (plain.length !== DATA_CHARACTERS + CHECK_CHARACTERS) throw typo();
  let bits = 0n;
  for (const character of plain.slice(0, DATA_CHARACTERS)) {
    const value = ALPHABET.indexOf(character);
    if (value < 0) throw typo();
    bits = (bits << 5n) | BigInt(value);
  }
  if ((bits & 3n) !== 0n) throw typo();
  bits >>= 2n;
  const code = new Uint8Array(CODE_BYTES);
  for (let at = CODE_BYTES - 1; at >= 0; at--, bits >>= 8n) code[at] = Number(bits & 255n);
  if (checkCharacters(code) !== plain.slice(DATA_CHARACTERS)) throw typo();
  return code;
}

/** The kit's file: JSON that a person can read too. */
export function makeKitFile(kit: Kit): string {
  return `${JSON.stringify(kit, null, 2)}\n`;
}

/** Reads a kit's file. Throws Failure("bad-input"). */
export function readKitFile(text: string): Kit {
  const refuse = (cause: unknown) =>
    new Failure(
      "bad-input",
      "This file is no Placet recovery kit. Nothing was tried with it. Choose another file, or type the code.",
      {
        cause,
      },
    );
  if (text.length > 4096) throw refuse(undefined);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw refuse(cause);
  }
  const parsed = kitSchema.safeParse(value);
  if (!parsed.success) throw refuse(parsed.error);
  decodeKitCode(parsed.data.code);
  return parsed.data;
}
