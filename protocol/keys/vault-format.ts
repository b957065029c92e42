// The vault as it is stored: a list of unlockers, each with the vault key wrapped for it, and a body that only the
// vault key opens. Rules: the list in clear is a convenience; the list inside the body is what counts, so nobody who
// stores a vault can slip an unlocker in. And each box carries a tag that only who has opened this vault can make, so
// that nobody who knows the public keys in clear can pass a vault of their own off as this one.

import { z } from "zod";
import type { Bytes } from "../bytes.ts";
import { canonicalBytes, parseCanonical } from "../canonical.ts";
import { addressShape, lowerAddresses } from "../shapes.ts";

/** Largest vault that is read or written. */
export const MAX_VAULT_BYTES = 65_536;

/** Argon2id's cost (RFC 9106): memory in KiB, passes, lanes. */
export type Argon2Cost = { memoryKiB: number; iterations: number; parallelism: number };

/** The cost for new passphrases: 64 MiB, three passes, one lane: half a second to a second in a browser. */
export const ARGON2_DEFAULT: Argon2Cost = { memoryKiB: 65_536, iterations: 3, parallelism: 1 };

const base64 = (bytes: number) => z.string().length(Math.ceil((bytes * 4) / 3));
const hexId = z.string().regex(/^[0-9a-f]{32}$/);
// Bounded on both sides: less is guessable (OWASP's least is 19 MiB), more is a way to hang a browser.
const argon2 = z.strictObject({
  salt: base64(16),
  memoryKiB: z.int().min(19_456).max(262_144),
  iterations: z.int().min(1).max(10),
  parallelism: z.int().min(1).max(4),
});

const common = {
  id: hexId,
  label: z.string().max(100),
  createdAt: z.int().min(0),
  publicKey: base64(32),
  /** Two for those that authenticate what is locked for them; absent for those made before. */
  scheme: z.literal(2).optional(),
};
const unlockerSchema = z.discriminatedUnion("type", [
  z.strictObject({ type: z.literal("passphrase"), ...common, argon2 }),
  z.strictObject({ type: z.literal("kit"), ...common }),
  z.strictObject({ type: z.literal("passphrase+kit"), ...common, argon2, passphrase: hexId, kit: hexId }),
  z.strictObject({
    type: z.literal("passkey"),
    ...common,
    credentialId: z.string().min(1).max(1400),
    rpId: z.string().min(1).max(253),
    salt: base64(32),
  }),
  z.strictObject({
    type: z.literal("guardians"),
    ...common,
    threshold: z.int().min(2).max(32),
    shares: z.int().min(2).max(32),
    /** Who holds a share, in the order of their numbers, and the hash that each share must have. */
    holders: z
      .array(z.strictObject({ account: addressShape, check: base64(32) }))
      .min(2)
      .max(32)
      .optional(),
  }),
]);

/** One way to open a vault, as it stands inside the body. The public key is what the vault key is wrapped for. */
export type Unlocker = z.infer<typeof unlockerSchema>;
/** The kinds of unlockers. */
export type UnlockerType = Unlocker["type"];

const box = z.string().min(80).max(1000);
const outside = {
  format: z.literal("placet-vault"),
  account: addressShape,
  vaultId: hexId,
  revision: z.int().min(1).max(0xffffffff),
  body: z.string().min(80).max(60_000),
};
const firstSchema = z.strictObject({
  ...outside,
  version: z.literal(1),
  unlockers: z.array(z.strictObject({ unlocker: unlockerSchema, box })).max(32),
});
const secondSchema = z.strictObject({
  ...outside,
  version: z.literal(2),
  /** A box has a tag where its unlocker is of scheme 2. */
  unlockers: z.array(z.strictObject({ unlocker: unlockerSchema, box, tag: base64(32).optional() })).max(32),
  /** For a device that has the root already: the vault key wrapped for a key made from it, with a tag. */
  root: z.strictObject({ box, tag: base64(32) }),
});
const blobSchema = z.discriminatedUnion("version", [firstSchema, secondSchema]);

/** A stored vault. It tells whose it is and how it may be opened; nothing else. Version 1 is read, and never written. */
export type VaultBlob = z.infer<typeof blobSchema>;

/** What the body holds. */
export const vaultBodySchema = z.strictObject({
  roots: z.array(base64(32)).min(1).max(64),
  unlockers: z.array(unlockerSchema).min(1).max(32),
  kits: z.array(z.strictObject({ id: hexId, code: base64(16), createdAt: z.int().min(0) })).max(8),
  settings: z.record(z.string().max(64), z.json()),
  /** By an unlocker's id the key that its tags are made with; absent in version 1. */
  tagKeys: z.record(hexId, base64(32)).optional(),
});

/** A vault's bytes: canonical JSON. */
export function encodeVault(blob: VaultBlob): Bytes {
  return canonicalBytes(lowerAddresses(blob));
}

/** Reads a vault's bytes. Throws Failure("bad-input" | "tampered" | "too-large"). */
export function decodeVault(bytes: Uint8Array): VaultBlob {
  return parseCanonical(bytes, blobSchema, { maxBytes: MAX_VAULT_BYTES, what: "vault" });
}

const mayLeave: Record<UnlockerType, boolean> = {
  passphrase: false, // whoever holds the copy could guess it at leisure
  kit: false, // kit alone must not be enough together with a stolen copy
  "passphrase+kit": true,
  passkey: true,
  guardians: true,
};

/**
 * The copy that may leave the browser: it opens by passkey, by guardians, or by passphrase and kit together, so that
 * whoever holds it cannot guess.
 */
export function toServerCopy(blob: VaultBlob): VaultBlob {
  // Told apart for the compiler alone: the two versions list their boxes in different types.
  return blob.version === 1
    ? { ...blob, unlockers: blob.unlockers.filter(({ unlocker }) => mayLeave[unlocker.type]) }
    : { ...blob, unlockers: blob.unlockers.filter(({ unlocker }) => mayLeave[unlocker.type]) };
}
