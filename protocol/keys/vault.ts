// The vault: a person's roots and settings, opened by any of its unlockers. Rule: every time it is sealed it gets a new
// vault key and a higher revision, so an unlocker that was removed opens no later one.

import { getAddress, zeroAddress } from "viem";
import type { Address, Hex } from "viem";
import {
  concat,
  equalBytes,
  fromBase64Url,
  fromHex,
  randomBytes,
  readU32,
  sha256,
  toBase64Url,
  toHex,
  u32,
  utf8,
  wipe,
  type Bytes,
} from "../bytes.ts";
import { canonicalBytes, canonicalJson, parseCanonical } from "../canonical.ts";
import { Failure } from "../failure.ts";
import { decryptSmall, encryptSmall } from "./aead.ts";
import { encodeKitCode, type Kit } from "./kit.ts";
import { secretFor, unlockerKey, type Credential } from "./unlocker.ts";
import { encodeVault, MAX_VAULT_BYTES, vaultBodySchema, type Unlocker, type VaultBlob } from "./vault-format.ts";
import { unwrap, wrap, type WrapContext } from "./wrap.ts";
import type { z } from "zod";

/** Settings that travel with the vault: any JSON. */
export type VaultSettings = z.infer<typeof vaultBodySchema>["settings"];

/** An open vault, in memory. `roots` holds the current root last; the old ones still open what they opened. */
export type OpenVault = {
  account: Address;
  vaultId: string;
  revision: number;
  roots: Bytes[];
  unlockers: Unlocker[];
  kits: { id: string; code: Bytes; createdAt: number }[];
  settings: VaultSettings;
};

const BODY_UNIT = 1024;

function boxContext(vault: { account: Address; vaultId: string; revision: number }, id: string): WrapContext {
  const ref: Hex = toHex(
    sha256(concat(fromHex(`0x${vault.vaultId}`, 16), fromHex(`0x${id}`, 16), u32(vault.revision))),
  );
  const { account } = vault;
  // A vault belongs to no ledger: chain 0 and the zero address say so.
  return { chainId: 0, ledger: zeroAddress, kind: "vault", subject: account, recipient: account, ref };
}

function bodyContext(vault: { account: Address; vaultId: string; revision: number }): Bytes {
  return concat(
    utf8("placet/1/vault"),
    fromHex(vault.account, 20),
    fromHex(`0x${vault.vaultId}`, 16),
    u32(vault.revision),
  );
}

/** The current root. */
export function currentRoot(vault: OpenVault): Bytes {
  const root = vault.roots.at(-1);
  if (root === undefined) throw new Failure("locked", "Your vault is locked. Nothing was lost. Unlock it to go on.");
  return root;
}

/** The newest kit, to print again; null where there is none. */
export function kitOf(vault: OpenVault): Kit | null {
  const kit = vault.kits.at(-1);
  if (kit === undefined) return null;
  const { account } = vault;
  return { format: "placet-kit", version: 1, account, code: encodeKitCode(kit.code), createdAt: kit.createdAt };
}

/** A new random root on top of the old ones. Whatever is sealed after re-keying with it, the old one does not open. */
export function addRoot(vault: OpenVault): OpenVault {
  return { ...vault, roots: [...vault.roots, randomBytes(32)] };
}

/** The vault with other settings. */
export function changeSettings(vault: OpenVault, settings: VaultSettings): OpenVault {
  return { ...vault, settings };
}

/** The vault for another wallet of the same person: the keys stay. */
export function changeAccount(vault: OpenVault, account: Address): OpenVault {
  return { ...vault, account: getAddress(account) };
}

/** Overwrites all secrets of an open vault. */
export function lockVault(vault: OpenVault): void {
  wipe(...vault.roots, ...vault.kits.map(({ code }) => code));
  vault.roots.length = 0;
  vault.kits.length = 0;
}

/**
 * Encrypts the vault again: a new vault key for all its unlockers, the revision one higher. Both the vault and the blob
 * go on from there; the blob is the device's copy, `toServerCopy(blob)` the one that may leave.
 * Throws Failure("too-large") above 64 KiB.
 */
export function sealVault(vault: OpenVault): { vault: OpenVault; blob: VaultBlob } {
  const next = { ...vault, revision: vault.revision + 1 };
  const key = randomBytes(32);
  const json = canonicalBytes({
    roots: vault.roots.map(toBase64Url),
    unlockers: vault.unlockers,
    kits: vault.kits.map((kit) => ({ ...kit, code: toBase64Url(kit.code) })),
    settings: vault.settings,
  });
  const length = Math.ceil((4 + json.length) / BODY_UNIT) * BODY_UNIT;
  const plain = concat(u32(json.length), json, new Uint8Array(length - 4 - json.length));
  const body = encryptSmall(key, { bytes: plain, context: bodyContext(next) });
  const blob: VaultBlob = {
    format: "placet-vault",
    version: 1,
    account: next.account,
    vaultId: next.vaultId,
    revision: next.revision,
    unlockers: vault.unlockers.map((unlocker) => ({
      unlocker,
      box: toBase64Url(
        wrap(boxContext(next, unlocker.id), { recipientKey: fromBase64Url(unlocker.publicKey, 32), bytes: key }),
      ),
    })),
    body: toBase64Url(body),
  };
  wipe(key, json, plain);
  if (encodeVault(blob).length > MAX_VAULT_BYTES) {
    throw new Failure(
      "too-large",
      "Your vault would become too large. Nothing was changed. Remove settings or unlockers.",
    );
  }
  return { vault: next, blob };
}

function openBody(blob: VaultBlob, key: Uint8Array): OpenVault {
  let plain: Bytes;
  try {
    plain = decryptSmall(key, { bytes: fromBase64Url(blob.body), context: bodyContext(blob) });
  } catch (cause) {
    throw altered(cause);
  }
  const end = 4 + readU32(plain, 0);
  if (end > plain.length || plain.subarray(end).some((byte) => byte !== 0)) throw altered(undefined);
  const json = plain.subarray(4, end);
  const body = parseCanonical(json, vaultBodySchema, { maxBytes: MAX_VAULT_BYTES, what: "vault" });
  wipe(plain);
  const genuine = new Set(body.unlockers.map((unlocker) => canonicalJson(unlocker)));
  if (!blob.unlockers.every(({ unlocker }) => genuine.has(canonicalJson(unlocker)))) throw altered(undefined);
  return {
    account: blob.account,
    vaultId: blob.vaultId,
    revision: blob.revision,
    roots: body.roots.map((root) => fromBase64Url(root, 32)),
    unlockers: body.unlockers,
    kits: body.kits.map((kit) => ({ ...kit, code: fromBase64Url(kit.code, 16) })),
    settings: body.settings,
  };
}

function altered(cause: unknown): Failure {
  return new Failure("tampered", "This copy of your vault was altered. It was not used. Open another copy of it.", {
    cause,
  });
}

/**
 * Opens a vault with what a person brought. Throws Failure("wrong-key") where it is the wrong passphrase, kit, passkey;
 * the same with reason "no-such-unlocker" where this copy has no unlocker of that type; Failure("tampered") where the
 * unlocker is right and the copy was altered; Failure("bad-input", reason "kit-typo") for a mistyped code.
 */
export async function openVault(blob: VaultBlob, credential: Credential): Promise<OpenVault> {
  let tried = false;
  for (const { unlocker, box } of blob.unlockers) {
    const secret = await secretFor(unlocker, credential);
    if (secret === null) continue;
    tried = true;
    const pair = unlockerKey(secret, { type: unlocker.type, vaultId: blob.vaultId, id: unlocker.id });
    wipe(secret);
    if (!equalBytes(pair.publicKey, fromBase64Url(unlocker.publicKey, 32))) continue;
    let key: Bytes;
    try {
      key = unwrap(boxContext(blob, unlocker.id), { secretKey: pair.secretKey, box: fromBase64Url(box) });
    } catch (cause) {
      throw altered(cause);
    } finally {
      wipe(pair.secretKey);
    }
    const vault = openBody(blob, key);
    wipe(key);
    return vault;
  }
  if (!tried) {
    throw new Failure(
      "wrong-key",
      "This copy of your vault does not open in this way. Nothing was changed. Use another way to unlock.",
      {
        reason: "no-such-unlocker",
      },
    );
  }
  throw new Failure("wrong-key", "That did not open your vault. Nothing was changed. Check it and try again.");
}
