// Guardians: a secret that opens the vault, split so that any `threshold` of them restore it and fewer learn nothing
// (Shamir, 1979, by the library shamir-secret-sharing). Rule: each share leaves only wrapped for its guardian, and the
// vault keeps a hash of each, so that a wrong one is told from a right one before it is used.

import { combine, split } from "shamir-secret-sharing";
import type { Address, Hex } from "viem";
import { z } from "zod";
import { concat, equalBytes, fromBase64Url, fromHex, randomBytes, sha256, toBase64Url, toBytes } from "../bytes.ts";
import { toHex, utf8, wipe, type Bytes } from "../bytes.ts";
import { canonicalBytes, parseCanonical } from "../canonical.ts";
import { Failure } from "../failure.ts";
import { unwrap, wrap, type Place, type WrapContext } from "./wrap.ts";

/** Fewest guardians, and fewest that must agree: a single one would be somebody else's key to the vault. */
export const FEWEST_GUARDIANS = 2;
/** Most guardians. */
export const MOST_GUARDIANS = 16;

const SECRET_BYTES = 32;
const SHARE_BYTES = SECRET_BYTES + 1;
/** All boxes of shares are of one size, however long the name is. */
const SHARE_UNIT = 1024;

const shareSchema = z.strictObject({
  v: z.literal(1),
  /** What the guardian knows the owner by. */
  name: z.string().max(100),
  number: z.int().min(1).max(MOST_GUARDIANS),
  of: z.int().min(FEWEST_GUARDIANS).max(MOST_GUARDIANS),
  threshold: z.int().min(FEWEST_GUARDIANS).max(MOST_GUARDIANS),
  share: z.string().length(44),
});

/** What a guardian's box tells the guardian. The share itself stays where the box was opened. */
export type ShareLabel = { name: string; number: number; of: number; threshold: number };

/** Whom a share is for, with the X25519 key that the ledger holds for them. */
export type Guardian = { address: Address; key: Uint8Array };

/** Names one set of shares: a vault and its unlocker (hex without 0x). 32 bytes. */
export function nameShares(options: { vaultId: string; unlockerId: string }): Hex {
  const { vaultId, unlockerId } = options;
  return toHex(sha256(concat(utf8("placet/1/shares"), fromHex(`0x${vaultId}`, 16), fromHex(`0x${unlockerId}`, 16))));
}

/** The hash that a share must have. A share has as much chance in it as a key, so that its hash tells nothing of it. */
export function hashShare(set: Hex, share: Uint8Array): Bytes {
  return sha256(concat(utf8("placet/1/share-check"), fromHex(set, 32), share));
}

function shareContext(options: { place: Place; subject: Address; guardian: Address; set: Hex }): WrapContext {
  const { place, subject, guardian, set } = options;
  return { ...place, kind: "share", subject, recipient: guardian, ref: set };
}

/**
 * Splits a fresh secret among guardians. `secret` and `holders` go into the vault (`addUnlocker`), each box to its
 * guardian. Throws Failure("bad-input") for too few or too many, or for somebody named twice.
 */
export async function makeShares(options: {
  place: Place;
  subject: Address;
  vaultId: string;
  unlockerId: string;
  name: string;
  threshold: number;
  guardians: readonly Guardian[];
}): Promise<{
  set: Hex;
  secret: Bytes;
  holders: { account: Address; check: string }[];
  boxes: { guardian: Address; box: string }[];
}> {
  const { place, subject, guardians, threshold, name } = options;
  const distinct = new Set(guardians.map(({ address }) => address.toLowerCase()));
  const fits = guardians.length >= FEWEST_GUARDIANS && guardians.length <= MOST_GUARDIANS;
  if (!fits || threshold < FEWEST_GUARDIANS || threshold > guardians.length || distinct.size !== guardians.length) {
    throw new Failure(
      "bad-input",
      `Guardians are ${FEWEST_GUARDIANS} to ${MOST_GUARDIANS} different people, of whom at least ${FEWEST_GUARDIANS} must agree. Nothing was changed.`,
    );
  }
  const set = nameShares(options);
  const secret = randomBytes(SECRET_BYTES);
  const shares = await split(secret, guardians.length, threshold);
  const holders: { account: Address; check: string }[] = [];
  const boxes: { guardian: Address; box: string }[] = [];
  for (const [at, { address, key }] of guardians.entries()) {
    const share = toBytes(shares[at] ?? new Uint8Array());
    const about = { v: 1, name, number: at + 1, of: guardians.length, threshold, share: toBase64Url(share) };
    const bytes = canonicalBytes(about);
    const context = shareContext({ place, subject, guardian: address, set });
    boxes.push({ guardian: address, box: toBase64Url(wrap(context, { recipientKey: key, bytes, padTo: SHARE_UNIT })) });
    holders.push({ account: address, check: toBase64Url(hashShare(set, share)) });
    wipe(bytes, share);
  }
  wipe(...shares);
  return { set, secret, holders, boxes };
}

/** Opens a guardian's box. Throws Failure("wrong-key" | "tampered" | "bad-input"). */
export function openShare(options: {
  place: Place;
  subject: Address;
  guardian: Address;
  set: Hex;
  secretKey: Uint8Array;
  box: Uint8Array;
}): ShareLabel & { share: Bytes } {
  const bytes = unwrap(shareContext(options), options);
  const { v: _, share, ...label } = parseCanonical(bytes, shareSchema, { maxBytes: SHARE_UNIT, what: "share" });
  wipe(bytes);
  return { ...label, share: fromBase64Url(share, SHARE_BYTES) };
}

/**
 * The secret that shares restore. Only shares whose hash the vault has are used. Throws Failure("conflict", reason
 * "too-few-shares") where there are fewer right ones than it takes.
 */
export async function combineShares(options: {
  set: Hex;
  threshold: number;
  holders: readonly { account: Address; check: string }[];
  shares: readonly { guardian: Address; share: Uint8Array }[];
}): Promise<Bytes> {
  const right = options.shares.filter((one) => isShareRight({ ...options, ...one }));
  const distinct = right.filter((one, at) => right.findIndex(({ guardian }) => guardian === one.guardian) === at);
  if (distinct.length < options.threshold) {
    throw new Failure(
      "conflict",
      `It takes ${options.threshold} guardians, and ${distinct.length} answered rightly so far. Nothing was lost. Ask another one.`,
      { reason: "too-few-shares" },
    );
  }
  return toBytes(await combine(distinct.slice(0, options.threshold).map(({ share }) => Uint8Array.from(share))));
}

/** Whether a share is the one that the vault's owner gave to this guardian. */
export function isShareRight(options: {
  set: Hex;
  holders: readonly { account: Address; check: string }[];
  guardian: Address;
  share: Uint8Array;
}): boolean {
  const holder = options.holders.find(({ account }) => account.toLowerCase() === options.guardian.toLowerCase());
  return holder !== undefined && equalBytes(fromBase64Url(holder.check, 32), hashShare(options.set, options.share));
}
