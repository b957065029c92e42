// Whether a contract's code is the published build. Rule: byte for byte outside the immutable values; and each immutable
// value must be one that this deployment has to have there.

import type { Address, Hex } from "viem";
import { domainSeparator } from "viem";
import { keccak256, pad, slice, stringToHex, toHex } from "viem/utils";

/** A published build, as the compiler's artifact holds it. */
export type Build = {
  readonly deployedBytecode: Hex;
  /** Where the constructor wrote values into the code, in bytes. */
  readonly immutables: readonly { readonly start: number; readonly length: number }[];
};

/** A short string as OpenZeppelin's ShortStrings stores it: the bytes, and the length in the last one. */
function shortString(text: string): Hex {
  const bytes = stringToHex(text, { size: 32 });
  return `${bytes.slice(0, -2)}${text.length.toString(16).padStart(2, "0")}` as Hex;
}

/** The words that the immutables of a ledger may hold. */
export function ledgerImmutables(deployment: {
  readonly chainId: number;
  readonly ledger: Address;
  readonly providerRegistry: Address;
}): ReadonlySet<Hex> {
  const domain = { name: "Placet", version: "1", chainId: deployment.chainId, verifyingContract: deployment.ledger };
  return new Set<Hex>([
    pad(deployment.ledger.toLowerCase() as Hex),
    pad(deployment.providerRegistry.toLowerCase() as Hex),
    toHex(deployment.chainId, { size: 32 }),
    domainSeparator({ domain }),
    keccak256(stringToHex("Placet")),
    keccak256(stringToHex("1")),
    shortString("Placet"),
    shortString("1"),
  ]);
}

/** True when `code` is this build with only permitted immutable values. */
export function isBuild(code: Hex, build: Build, permitted: ReadonlySet<Hex>): boolean {
  const mask = (text: Hex) => {
    let masked = text.slice(2).toLowerCase();
    for (const { start, length } of build.immutables) {
      masked = masked.slice(0, start * 2) + "00".repeat(length) + masked.slice((start + length) * 2);
    }
    return masked;
  };
  if (mask(code) !== mask(build.deployedBytecode)) return false;
  return build.immutables.every(({ start, length }) =>
    permitted.has(slice(code, start, start + length).toLowerCase() as Hex),
  );
}
