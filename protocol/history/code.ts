// Whether a contract's code is the published build. Rule: byte for byte outside the immutable values; and each immutable
// value is computed here and must stand in its own place, so that nothing of the code is the chain's word.

import type { Address, Hex } from "viem";
import { domainSeparator } from "viem";
import { getContractAddress, keccak256, pad, size, slice, stringToHex, toHex } from "viem/utils";

/** What the code of one contract is recognised by. */
export type Build = {
  /** keccak256 of the runtime code with all immutable values zero. */
  readonly codeHash: Hex;
  /** Which immutable variable stands where in the code, in bytes; each takes 32. */
  readonly immutables: readonly { readonly name: string; readonly start: number }[];
};

/** The pieces of code that an audit compares. The ledger is two: one address, and an extension that works for it. */
export type Builds = {
  readonly ledger: Build;
  readonly ledgerExtension: Build;
  readonly providerRegistry: Build;
};

/** Where a deployment's contracts are. */
type Deployed = { readonly chainId: number; readonly ledger: Address; readonly providerRegistry: Address };

/** The hash by which code is recognised, whatever its immutable values. */
export function hashBuild(code: Hex, immutables: Build["immutables"]): Hex {
  let masked = code.slice(2).toLowerCase();
  for (const { start } of immutables) {
    masked = masked.slice(0, 2 * start) + "0".repeat(64) + masked.slice(2 * start + 64);
  }
  return keccak256(`0x${masked}`);
}

/**
 * Where the ledger's extension must be: the ledger made it in its constructor, as the first contract that it ever made
 * (EIP-161: a contract's nonce begins at 1).
 */
export function extensionOf(ledger: Address): Address {
  return getContractAddress({ from: ledger, nonce: 1n });
}

const word = (address: Address): Hex => pad(address.toLowerCase() as Hex);

/** What each immutable variable of a contract must hold, by its name in the source; the registry has none. */
export function immutablesOf(contract: keyof Builds, deployed: Deployed): ReadonlyMap<string, Hex> {
  if (contract === "providerRegistry") return new Map();
  const { chainId, ledger, providerRegistry } = deployed;
  const extension = extensionOf(ledger);
  const self = contract === "ledger" ? ledger : extension;
  const domain = { name: "Placet", version: "1", chainId, verifyingContract: self };
  return new Map<string, Hex>([
    ["_registry", word(providerRegistry)],
    ["extension", word(extension)],
    // OpenZeppelin's EIP712 keeps what it was made with, and computes anew where it finds itself elsewhere.
    ["_cachedThis", word(self)],
    ["_cachedChainId", toHex(chainId, { size: 32 })],
    ["_cachedDomainSeparator", domainSeparator({ domain })],
    ["_hashedName", keccak256(stringToHex(domain.name))],
    ["_hashedVersion", keccak256(stringToHex(domain.version))],
  ]);
}

/** True when `code` is this build, and every immutable value in it is the one that must be there. */
export function isBuild(code: Hex, build: Build, values: ReadonlyMap<string, Hex>): boolean {
  if (build.immutables.some(({ start }) => start + 32 > size(code))) return false;
  if (hashBuild(code, build.immutables) !== build.codeHash) return false;
  return build.immutables.every(
    ({ name, start }) => slice(code, start, start + 32).toLowerCase() === values.get(name)?.toLowerCase(),
  );
}
