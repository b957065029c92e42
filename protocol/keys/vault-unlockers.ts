// Making a vault, and adding and removing the ways to open it. Rule: a passphrase and a kit that are both there also
// make the joint unlocker, which is the only one of the three that a server's copy may have.

import { getAddress } from "viem";
import type { Address } from "viem";
import { concat, equalBytes, fromBase64Url, randomBytes, toBase64Url, toHex, wipe, type Bytes } from "../bytes.ts";
import { Failure } from "../failure.ts";
import { decodeKitCode, type Kit } from "./kit.ts";
import { secretFor, stretchPassphrase, unlockerKey } from "./unlocker.ts";
import { ARGON2_DEFAULT, type Argon2Cost, type Unlocker, type UnlockerType, type VaultBlob } from "./vault-format.ts";
import { tagKeyOf } from "./vault-tag.ts";
import { addRoot, kitOf, sealVault, type OpenVault, type VaultSettings } from "./vault.ts";

/** A way to open a vault, to be added. A new kit needs the passphrase, if there is one, to be joined with it. */
export type NewUnlocker =
  | { type: "passphrase"; passphrase: string; label?: string; cost?: Argon2Cost }
  | { type: "kit"; passphrase?: string; label?: string; /** One that was made and confirmed already. */ code?: string }
  | { type: "passkey"; credentialId: string; rpId: string; salt: Uint8Array; secret: Uint8Array; label?: string }
  | {
      type: "guardians";
      threshold: number;
      shares: number;
      secret: Uint8Array;
      holders?: { account: Address; check: string }[];
      label?: string;
      /** The unlocker's id, where shares were made for it already. */
      id?: string;
    };

const newId = (): string => toHex(randomBytes(16)).slice(2);
const nowSeconds = (): number => Math.floor(Date.now() / 1000);

function describe<T extends UnlockerType>(
  vault: OpenVault,
  options: { type: T; label: string; secret: Uint8Array; createdAt: number; id?: string | undefined },
) {
  const { type, label, secret, createdAt, id = newId() } = options;
  const { vaultId } = vault;
  const { publicKey, secretKey } = unlockerKey(secret, { type, vaultId, id, scheme: 2 });
  wipe(secretKey);
  const about = { type, id, label, createdAt, publicKey: toBase64Url(publicKey), scheme: 2 as const };
  return { about, tagKey: tagKeyOf(secret, { type, vaultId, id }) };
}

type Described = { unlocker: Unlocker; tagKey: Bytes };

function withUnlockers(vault: OpenVault, added: readonly Described[]): OpenVault {
  return {
    ...vault,
    unlockers: [...vault.unlockers, ...added.map(({ unlocker }) => unlocker)],
    tagKeys: { ...vault.tagKeys, ...Object.fromEntries(added.map(({ unlocker, tagKey }) => [unlocker.id, tagKey])) },
  };
}

type PassphraseUnlocker = Extract<Unlocker, { type: "passphrase" }>;

function join(
  vault: OpenVault,
  options: { passphrase: PassphraseUnlocker; stretched: Bytes; kit: { id: string; code: Bytes }; createdAt: number },
): Described {
  const { passphrase, stretched, kit, createdAt } = options;
  const secret = concat(stretched, kit.code);
  const { about, tagKey } = describe(vault, { type: "passphrase+kit", label: "", secret, createdAt });
  wipe(secret);
  return { unlocker: { ...about, argon2: passphrase.argon2, passphrase: passphrase.id, kit: kit.id }, tagKey };
}

async function addPassphrase(
  vault: OpenVault,
  options: Extract<NewUnlocker, { type: "passphrase" }>,
): Promise<OpenVault> {
  const { passphrase, label = "", cost = ARGON2_DEFAULT } = options;
  const salt = randomBytes(16);
  const createdAt = nowSeconds();
  const stretched = await stretchPassphrase(passphrase, { cost, salt });
  const { about, tagKey } = describe(vault, { type: "passphrase", label, secret: stretched, createdAt });
  const unlocker: PassphraseUnlocker = { ...about, argon2: { ...cost, salt: toBase64Url(salt) } };
  const joined = vault.kits.map((kit) => join(vault, { passphrase: unlocker, stretched, kit, createdAt }));
  wipe(stretched);
  return withUnlockers(vault, [{ unlocker, tagKey }, ...joined]);
}

async function addKit(vault: OpenVault, options: Extract<NewUnlocker, { type: "kit" }>): Promise<OpenVault> {
  const code = options.code === undefined ? randomBytes(16) : decodeKitCode(options.code);
  const createdAt = nowSeconds();
  const { about, tagKey } = describe(vault, { type: "kit", label: options.label ?? "", secret: code, createdAt });
  const kit = { id: about.id, code, createdAt };
  const joined: Described[] = [];
  for (const unlocker of vault.unlockers) {
    if (unlocker.type !== "passphrase" || options.passphrase === undefined) continue;
    const stretched = await secretFor(unlocker, { type: "passphrase", passphrase: options.passphrase });
    if (stretched === null) continue;
    const { id, scheme } = unlocker;
    const { publicKey } = unlockerKey(stretched, { type: "passphrase", vaultId: vault.vaultId, id, scheme });
    if (equalBytes(publicKey, fromBase64Url(unlocker.publicKey, 32))) {
      joined.push(join(vault, { passphrase: unlocker, stretched, kit, createdAt }));
    }
    wipe(stretched);
  }
  if (joined.length === 0 && vault.unlockers.some(({ type }) => type === "passphrase")) {
    throw new Failure("wrong-key", "A new kit needs your passphrase, and this is not it. Nothing was changed.");
  }
  return { ...withUnlockers(vault, [{ unlocker: about, tagKey }, ...joined]), kits: [...vault.kits, kit] };
}

/** The vault with one more way to open it. Seal and store it afterwards. Throws Failure("bad-input" | "wrong-key"). */
export async function addUnlocker(vault: OpenVault, added: NewUnlocker): Promise<OpenVault> {
  if (added.type === "passphrase") return addPassphrase(vault, added);
  if (added.type === "kit") return addKit(vault, added);
  const { secret, label = "" } = added;
  if (secret.length !== 32) throw new Failure("bad-input", "This secret has not 32 bytes. Nothing was changed.");
  const createdAt = nowSeconds();
  if (added.type === "passkey") {
    const { about, tagKey } = describe(vault, { type: "passkey", label, secret, createdAt });
    const { credentialId, rpId, salt } = added;
    return withUnlockers(vault, [{ unlocker: { ...about, credentialId, rpId, salt: toBase64Url(salt) }, tagKey }]);
  }
  const { threshold, shares, holders, id } = added;
  const { about, tagKey } = describe(vault, { type: "guardians", label, secret, createdAt, id });
  const unlocker = { ...about, threshold, shares, ...(holders === undefined ? {} : { holders }) };
  return withUnlockers(vault, [{ unlocker, tagKey }]);
}

/**
 * The vault without an unlocker, and without the joint ones it was part of. `newRoot`: somebody else may know it, so
 * what comes later needs another root. Seal and store it afterwards.
 * Throws Failure("not-found"), Failure("conflict") for the last one.
 */
export function removeUnlocker(vault: OpenVault, id: string, options: { newRoot: boolean }): OpenVault {
  if (!vault.unlockers.some((unlocker) => unlocker.id === id)) {
    throw new Failure("not-found", "Your vault has no such way to unlock. Nothing was changed.");
  }
  const unlockers = vault.unlockers.filter(
    (one) => one.id !== id && !(one.type === "passphrase+kit" && (one.passphrase === id || one.kit === id)),
  );
  if (unlockers.length === 0) {
    throw new Failure("conflict", "This is the only way to open your vault. It was kept. Add another one first.");
  }
  const kept = new Set(unlockers.map((one) => one.id));
  const tagKeys = Object.fromEntries(Object.entries(vault.tagKeys).filter(([one]) => kept.has(one)));
  const rest = { ...vault, unlockers, tagKeys, kits: vault.kits.filter((kit) => kit.id !== id) };
  return options.newRoot ? addRoot(rest) : rest;
}

/**
 * Makes a vault with a fresh random root, a passphrase and a kit. Show and confirm the kit before storing the blob.
 * Throws Failure("bad-input", reason "short-passphrase").
 */
export async function createVault(options: {
  account: Address;
  passphrase: string;
  cost?: Argon2Cost;
  settings?: VaultSettings;
}): Promise<{ vault: OpenVault; blob: VaultBlob; kit: Kit }> {
  const { account, passphrase, cost = ARGON2_DEFAULT, settings = {} } = options;
  const empty: OpenVault = {
    account: getAddress(account),
    vaultId: newId(),
    revision: 0,
    roots: [randomBytes(32)],
    unlockers: [],
    kits: [],
    settings,
    tagKeys: {},
  };
  const withKit = await addUnlocker(empty, { type: "kit" });
  const sealed = sealVault(await addUnlocker(withKit, { type: "passphrase", passphrase, cost }));
  const kit = kitOf(sealed.vault);
  if (kit === null) throw new Failure("internal", "The recovery kit could not be made. Nothing was stored. Try again.");
  return { ...sealed, kit };
}
