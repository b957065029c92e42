// From what a person knows or holds to the X25519 key that opens a vault. Rule: nothing of it is kept: the vault
// stores public keys alone, so it can be locked anew for every unlocker while only one of them is at hand.

import { argon2id } from "hash-wasm";
import { concat, fromBase64Url, fromHex, toBytes, utf8, wipe, type Bytes } from "../bytes.ts";
import { Failure } from "../failure.ts";
import { publicKeyOf, type EncryptionKey } from "./derive.ts";
import { deriveBytes } from "./hkdf.ts";
import { decodeKitCode } from "./kit.ts";
import type { Argon2Cost, Unlocker, UnlockerType } from "./vault-format.ts";

/** What a person brings to open a vault. `secret` is 32 bytes: a passkey's PRF result, or what guardians restored. */
export type Credential =
  | { type: "passphrase"; passphrase: string }
  | { type: "kit"; code: string }
  | { type: "passphrase+kit"; passphrase: string; code: string }
  | { type: "passkey"; credentialId: string; secret: Uint8Array }
  | { type: "guardians"; secret: Uint8Array };

/** Fewest characters of a passphrase; whether it is a good one is for the strength meter to say. */
export const MIN_PASSPHRASE = 8;

/** Argon2id (RFC 9106) of a passphrase in NFKC: 32 bytes. Throws Failure("bad-input") for one that is too short. */
export async function stretchPassphrase(
  passphrase: string,
  options: { cost: Argon2Cost; salt: Uint8Array },
): Promise<Bytes> {
  // NFKC: the same words typed on another keyboard or system give the same bytes.
  const password = utf8(passphrase.normalize("NFKC"));
  if ([...passphrase].length < MIN_PASSPHRASE) {
    throw new Failure("bad-input", `A passphrase has at least ${MIN_PASSPHRASE} characters. Nothing was changed.`, {
      reason: "short-passphrase",
    });
  }
  const { memoryKiB, iterations, parallelism } = options.cost;
  const stretched = await argon2id({
    password,
    salt: options.salt,
    memorySize: memoryKiB,
    iterations,
    parallelism,
    hashLength: 32,
    outputType: "binary",
  });
  wipe(password);
  return toBytes(stretched);
}

/**
 * The key pair of one unlocker: HKDF over the secret, labelled by scheme and type, for this vault and this unlocker only.
 * The schemes differ in the label, so that what was made under the second cannot be passed off as the first.
 */
export function unlockerKey(
  secret: Uint8Array,
  options: { type: UnlockerType; vaultId: string; id: string; scheme?: 2 | undefined },
): EncryptionKey {
  const { type, vaultId, id, scheme } = options;
  const secretKey = deriveBytes(secret, {
    label: scheme === 2 ? `vault/2/${type}/` : `vault/${type}/`,
    parts: [fromHex(`0x${vaultId}`, 16), fromHex(`0x${id}`, 16)],
  });
  return { secretKey, publicKey: publicKeyOf(secretKey) };
}

/** The secret that a credential gives for an unlocker of its type; null where it is for another. */
export async function secretFor(unlocker: Unlocker, credential: Credential): Promise<Bytes | null> {
  if (unlocker.type === "passphrase" && credential.type === "passphrase") {
    return stretchPassphrase(credential.passphrase, {
      cost: unlocker.argon2,
      salt: fromBase64Url(unlocker.argon2.salt, 16),
    });
  }
  if (unlocker.type === "kit" && credential.type === "kit") return decodeKitCode(credential.code);
  if (unlocker.type === "passphrase+kit" && credential.type === "passphrase+kit") {
    const code = decodeKitCode(credential.code);
    const stretched = await stretchPassphrase(credential.passphrase, {
      cost: unlocker.argon2,
      salt: fromBase64Url(unlocker.argon2.salt, 16),
    });
    return concat(stretched, code);
  }
  if (unlocker.type === "passkey" && credential.type === "passkey") {
    return unlocker.credentialId === credential.credentialId ? Uint8Array.from(credential.secret) : null;
  }
  if (unlocker.type === "guardians" && credential.type === "guardians") return Uint8Array.from(credential.secret);
  return null;
}
