// One consent as the ledger stores it, in one word (contracts/types/ConsentRecord.sol draws the layout), and the rule
// for when it is in force: the half-open interval from max(notBefore, grantedAt) to expiresAt; an armed one only while its
// glass is broken.

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
  /** How often the glass may be broken; 0 unless armed. */
  readonly times: number;
  /** How often it was. */
  readonly used: number;
};

/** A record as it may come from where nothing but ordinary consents is known: without openings of an armed one. */
export type StoredConsent = Omit<ConsentRecord, "times" | "used"> & Partial<Pick<ConsentRecord, "times" | "used">>;

/** How long a consent stays open after its glass was broken, in hours. */
export const BREAK_GLASS_HOURS = 4;
const OPEN_SECONDS = BREAK_GLASS_HOURS * 3600;
const ARMED = 5;

const fields = [
  ["status", 0n, 8n],
  ["version", 8n, 32n],
  ["ops", 40n, 32n],
  ["notBefore", 72n, 40n],
  ["expiresAt", 112n, 40n],
  ["grantedAt", 152n, 40n],
  ["changedAt", 192n, 40n],
  ["times", 232n, 8n],
  ["used", 240n, 8n],
] as const;

/** Reads the word that the ledger stores. Throws Failure("bad-input") when bits are set that must be zero. */
export function unpackConsent(word: bigint): ConsentRecord {
  if (word < 0n || word >> 248n !== 0n) {
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
    times: read(232n, 8n),
    used: read(240n, 8n),
  };
}

/** The word that the ledger would store for this record. Throws Failure("bad-input") when a field does not fit. */
export function packConsent(record: StoredConsent): bigint {
  let word = 0n;
  for (const [name, at, size] of fields) {
    const value = record[name] ?? 0;
    if (!Number.isSafeInteger(value) || value < 0 || BigInt(value) >> size !== 0n) {
      throw new Failure("bad-input", `The ${name} of this consent does not fit into the ledger. Nothing was changed.`);
    }
    word |= BigInt(value) << at;
  }
  return word;
}

/**
 * Until when an armed consent is open, Unix seconds, not included; null when its glass was never broken. Nothing else
 * changes `changedAt` of an armed consent, so that it is the moment of the last breaking.
 */
export function openUntil(record: StoredConsent): number | null {
  if (record.status !== ARMED || (record.used ?? 0) === 0) return null;
  return Math.min(record.changedAt + OPEN_SECONDS, record.expiresAt);
}

/**
 * True when the consent lets its holder do what it says at `at` (Unix seconds): an ordinary one within its window, an
 * armed one for four hours after its glass was broken.
 */
export function isInForce(record: StoredConsent, at: number): boolean {
  if (record.status === ARMED) return record.changedAt <= at && at < (openUntil(record) ?? 0);
  return record.status === 1 && Math.max(record.notBefore, record.grantedAt) <= at && at < record.expiresAt;
}

/**
 * The status at `at` as the ledger's `effectiveStatus` tells it: 0 to 4 as stored, 1 in force, 5 armed, 6 expired, 7 not
 * yet begun, 8 open after a broken glass, 9 used up.
 */
export function effectiveStatus(record: StoredConsent, at: number): number {
  if (record.status !== 1 && record.status !== ARMED) return record.status;
  if (at >= record.expiresAt) return 6;
  if (at < Math.max(record.notBefore, record.grantedAt)) return 7;
  if (record.status === 1) return 1;
  if (isInForce(record, at)) return 8;
  return (record.used ?? 0) >= (record.times ?? 0) ? 9 : ARMED;
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
