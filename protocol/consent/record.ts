// One consent as the ledger stores it, in one word (contracts/types/ConsentRecord.sol draws the layout), and the rule
// for when it is in force: the half-open interval from max(notBefore, grantedAt) to expiresAt.

import type { Address, Hex } from "viem";
import { encodeAbiParameters, keccak256 } from "viem/utils";
import { Failure } from "../failure.ts";

/** A consent's record. All times are Unix seconds. */
export type ConsentRecord = {
  /** 0 none, 1 active, 2 revoked, 3 renounced, 4 superseded, 5 armed. */
  readonly status: number;
  /** Rises by one with every act; never falls. */
  readonly version: number;
  /** Bits of #protocol/codes ops. */
  readonly ops: number;
  readonly notBefore: number;
  readonly expiresAt: number;
  readonly grantedAt: number;
  readonly changedAt: number;
};

const fields = [
  ["status", 0n, 8n],
  ["version", 8n, 32n],
  ["ops", 40n, 32n],
  ["notBefore", 72n, 40n],
  ["expiresAt", 112n, 40n],
  ["grantedAt", 152n, 40n],
  ["changedAt", 192n, 40n],
] as const;

/** Reads the word that the ledger stores. Throws Failure("bad-input") when bits are set that must be zero. */
export function unpackConsent(word: bigint): ConsentRecord {
  if (word < 0n || word >> 232n !== 0n) {
    throw new Failure(
      "bad-input",
      "This is not a consent as the ledger stores it. Nothing was changed. Check where it came from.",
    );
  }
  const read = (at: bigint, size: bigint) => Number((word >> at) & ((1n << size) - 1n));
  return {
    status: read(0n, 8n),
    version: read(8n, 32n),
    ops: read(40n, 32n),
    notBefore: read(72n, 40n),
    expiresAt: read(112n, 40n),
    grantedAt: read(152n, 40n),
    changedAt: read(192n, 40n),
  };
}

/** The word that the ledger would store for this record. Throws Failure("bad-input") when a field does not fit. */
export function packConsent(record: ConsentRecord): bigint {
  let word = 0n;
  for (const [name, at, size] of fields) {
    const value = record[name];
    if (!Number.isSafeInteger(value) || value < 0 || BigInt(value) >> size !== 0n) {
      throw new Failure("bad-input", `The ${name} of this consent does not fit into the ledger. Nothing was changed.`);
    }
    word |= BigInt(value) << at;
  }
  return word;
}

/** True when the consent lets its holder do what it says at `at` (Unix seconds). */
export function isInForce(record: ConsentRecord, at: number): boolean {
  return record.status === 1 && Math.max(record.notBefore, record.grantedAt) <= at && at < record.expiresAt;
}

/** The status at `at` as the ledger's `effectiveStatus` tells it: 0 to 5 as stored, 6 expired, 7 not yet begun. */
export function effectiveStatus(record: ConsentRecord, at: number): number {
  if (record.status !== 1) return record.status;
  if (at >= record.expiresAt) return 6;
  return at < Math.max(record.notBefore, record.grantedAt) ? 7 : 1;
}

/** The name of a consent on the ledger: keccak256(abi.encode(subject, grantee, scope)). */
export function consentKey(consent: { subject: Address; grantee: Address; scope: Hex }): Hex {
  return keccak256(
    encodeAbiParameters(
      [{ type: "address" }, { type: "address" }, { type: "bytes32" }],
      [consent.subject, consent.grantee, consent.scope],
    ),
  );
}
