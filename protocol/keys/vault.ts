// The vault: a person's roots and settings, opened by any of its unlockers. Rule: every time it is sealed it gets a new
// vault key and a higher revision, so an unlocker that was removed opens no later one, and each box gets a tag, so that
// what nobody sealed who had opened it is refused.

import { getAddress, zeroAddress } from "viem";
import type { Address, Hex } from "viem";
import {
  concat,
  fromBase64Url,
  fromHex,
  randomBytes,
  sha256,
  toBase64Url,
  toHex,
  u32,
  utf8,
  wipe,
  type Bytes,
} from "../bytes.ts";
import { canonicalBytes } from "../canonical.ts";
import { Failure } from "../failure.ts";
import { lowerAddresses } from "../shapes.ts";
import { encryptSmall } from "./aead.ts";
import { encodeKitCode, type Kit } from "./kit.ts";
import { encodeVault, MAX_VAULT_BYTES, type Unlocker, type VaultBlob, type vaultBodySchema } from "./vault-format.ts";
import { makeTag, ROOT_ID, rootUnlocker } from "./vault-tag.ts";
import { wrap, type WrapContext } from "./wrap.ts";
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
  /** By an unlocker's id, what tags are made with. An unlocker of scheme 1 has none until it opens the vault once. */
  tagKeys: Record<string, Bytes>;
};

const BODY_UNIT = 1024;

/** Where the box of one unlocker is valid. */
export function boxContext(vault: { account: Address; vaultId: string; revision: number }, id: string): WrapContext {
  const ref: Hex = toHex(
    sha256(concat(fromHex(`0x${vault.vaultId}`, 16), fromHex(`0x${id}`, 16), u32(vault.revision))),
  );
  const { account } = vault;
  // A vault belongs to no ledger: chain 0 and the zero address say so.
  return { chainId: 0, ledger: zeroAddress, kind: "vault", subject: account, recipient: account, ref };
}

/** Where a body is valid. */
export function bodyContext(vault: { account: Address; vaultId: string; revision: number }): Bytes {
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
  wipe(...vault.roots, ...vault.kits.map(({ code }) => code), ...Object.values(vault.tagKeys));
  vault.roots.length = 0;
  vault.kits.length = 0;
  vault.tagKeys = {};
}

/**
 * Encrypts the vault again: a new vault key for all its unlockers, the revision one higher (or above `above`, where
 * another copy went further). Both the vault and the blob go on from there; the blob is the device's copy,
 * `toServerCopy(blob)` the one that may leave. Throws Failure("too-large") above 64 KiB.
 */
export function sealVault(vault: OpenVault, options: { above?: number } = {}): { vault: OpenVault; blob: VaultBlob } {
  const next = { ...vault, revision: Math.max(vault.revision, options.above ?? 0) + 1 };
  const key = randomBytes(32);
  const json = canonicalBytes({
    roots: vault.roots.map(toBase64Url),
    unlockers: lowerAddresses(vault.unlockers),
    kits: vault.kits.map((kit) => ({ ...kit, code: toBase64Url(kit.code) })),
    settings: vault.settings,
    tagKeys: Object.fromEntries(Object.entries(vault.tagKeys).map(([id, tagKey]) => [id, toBase64Url(tagKey)])),
  });
  const length = Math.ceil((4 + json.length) / BODY_UNIT) * BODY_UNIT;
  const plain = concat(u32(json.length), json, new Uint8Array(length - 4 - json.length));
  const body = encryptSmall(key, { bytes: plain, context: bodyContext(next) });

  function lockFor(id: string, publicKey: Uint8Array): Bytes {
    return wrap(boxContext(next, id), { recipientKey: publicKey, bytes: key });
  }
  const { account, vaultId, revision } = next;
  const tagged = { account, vaultId, revision, body };
  const byRoot = rootUnlocker(currentRoot(vault), vaultId);
  const rootBox = lockFor(ROOT_ID, byRoot.publicKey);
  const blob: VaultBlob = {
    format: "placet-vault",
    version: 2,
    account,
    vaultId,
    revision,
    unlockers: vault.unlockers.map((unlocker) => {
      const box = lockFor(unlocker.id, fromBase64Url(unlocker.publicKey, 32));
      const tagKey = vault.tagKeys[unlocker.id];
      const locked = { unlocker, box: toBase64Url(box) };
      return tagKey === undefined || unlocker.scheme !== 2
        ? locked
        : { ...locked, tag: toBase64Url(makeTag(tagKey, { ...tagged, unlocker, box })) };
    }),
    root: {
      box: toBase64Url(rootBox),
      tag: toBase64Url(makeTag(byRoot.tagKey, { ...tagged, unlocker: "root", box: rootBox })),
    },
    body: toBase64Url(body),
  };
  wipe(key, json, plain, byRoot.secretKey, byRoot.tagKey);
  if (encodeVault(blob).length > MAX_VAULT_BYTES) {
    throw new Failure(
      "too-large",
      "Your vault would become too large. Nothing was changed. Remove settings or unlockers.",
    );
  }
  return { vault: next, blob };
}
