// The people, places and secrets that the tests of keys, documents and receipts share. All of it is made up and public.

import type { Address, Hex } from "viem";
import { createOpening, scopeOf, type Opening } from "#protocol/consent/index.ts";
import { deriveEncryptionKey, type LedgerName, type Place } from "#protocol/keys/index.ts";

/** 32 bytes of one value. */
export const filled = (value: number): Uint8Array => new Uint8Array(32).fill(value);

/** 32 bytes spelled with one digit. */
export const word = (digit: string): Hex => `0x${digit.repeat(64)}`;

/** An account spelled with one digit. */
export const someone = (digit: string): Address => `0x${digit.repeat(40)}`;

/** A ledger as a vault's settings name it. */
export const ledger: LedgerName = { chainId: 31337, genesisHash: word("a"), ledger: someone("1") };

export const place: Place = { chainId: 31337, ledger: "0x5FbDB2315678afecb367f032d93F642f64180aa3" };
export const ana: Address = "0x3C44CdDdB6a900fa2b585dd299e03d12FA4293BC";
export const lena: Address = "0x15d34AAf54267DB7D7c367839AAf71A00a2C6A65";
export const tomas: Address = "0x9965507D1a55bcC2695C58ba16FB37d819B0A4dc";
export const gateway: Address = "0x70997970C51812dc3A010C7d01b50e0d17dc79C8";

export const anaKey = deriveEncryptionKey(filled(1));
export const lenaKey = deriveEncryptionKey(filled(2));
export const tomasKey = deriveEncryptionKey(filled(3));
export const gatewayKey = deriveEncryptionKey(filled(4));

export const document: Hex = `0x${"d0".repeat(32)}`;

/** Ana's words for Lena. */
export function sampleOpening(salt = 7): Opening {
  return createOpening({
    categories: ["labs", "imaging"],
    purposes: ["TREAT"],
    salt: `0x${salt.toString(16).padStart(2, "0").repeat(32)}`,
  });
}

/** The consent under those words. */
export function sampleConsent(salt = 7) {
  const opening = sampleOpening(salt);
  return { opening, name: { place, subject: ana, grantee: lena, scope: scopeOf(opening) } };
}

/** The same bytes with one bit turned. */
export function flip(bytes: Uint8Array, at: number): Uint8Array<ArrayBuffer> {
  const copy = Uint8Array.from(bytes);
  copy[at] = (copy[at] ?? 0) ^ 1;
  return copy;
}

/** The Failure that an action throws, as "code" or "code/reason"; "none" where it throws nothing. */
export async function failureOf(action: () => unknown): Promise<string> {
  try {
    await action();
    return "none";
  } catch (error) {
    const { name, code, reason } = error as { name?: string; code?: string; reason?: string };
    if (name !== "Failure" || code === undefined) throw error;
    return reason === undefined ? code : `${code}/${reason}`;
  }
}
