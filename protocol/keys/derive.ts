// What comes from the vault's root: the encryption key and the vault account. Rule: the root itself encrypts nothing,
// signs nothing and is never derived from anything.

import { x25519 } from "@noble/curves/ed25519.js";
import { secp256k1 } from "@noble/curves/secp256k1.js";
import type { Hex } from "viem";
import { toBytes, toHex, wipe, type Bytes } from "../bytes.ts";
import { deriveBytes } from "./hkdf.ts";

/** An X25519 key pair, 32 bytes each. */
export type EncryptionKey = { secretKey: Bytes; publicKey: Bytes };

/** The X25519 public key (32 bytes) of a secret key (RFC 7748). */
export function publicKeyOf(secretKey: Uint8Array): Bytes {
  return toBytes(x25519.getPublicKey(secretKey));
}

/** The person's encryption key: what others wrap things for. Its public half is published on the ledger. */
export function deriveEncryptionKey(root: Uint8Array): EncryptionKey {
  const secretKey = deriveBytes(root, { label: "encryption" });
  return { secretKey, publicKey: publicKeyOf(secretKey) };
}

/**
 * The private key of the vault account, which can only end consents and re-key. 48 derived bytes, reduced modulo the
 * order of secp256k1 less one, plus one (FIPS 186-5, A.2.1), so that no value is likelier than another.
 */
export function deriveVaultAccount(root: Uint8Array): Hex {
  const wide = deriveBytes(root, { label: "vault-account", length: 48 });
  const scalar = (BigInt(toHex(wide)) % (secp256k1.Point.Fn.ORDER - 1n)) + 1n;
  wipe(wide);
  return `0x${scalar.toString(16).padStart(64, "0")}`;
}
