// Making a vault, and adding and removing the ways to open it. Rule: a passphrase and a kit that are both there also
// make the joint unlocker, which is the only one of the three that a server's copy may have.

import { getAddress } from "viem";
import type { Address } from "viem";
import { concat, equalBytes, fromBase64Url, randomBytes, toBase64Url, toHex, wipe, type Bytes } from "../bytes.ts";
import { Failure } from "../failure.ts";
import type { Kit } from "./kit.ts";
import { secretFor, stretchPassphrase, unlockerKey } from "./unlocker.ts";
import { ARGON2_DEFAULT, type Argon2Cost, type Unlocker, type UnlockerType, type VaultBlob } from "./vault-format.ts";
import { addRoot, kitOf, sealVault, type OpenVault, type VaultSettings } from "./vault.ts";

/** A way to open a vault, to be added. A new kit needs the passphrase, if there is one, to be joined with it. */
export type NewUnlocker =
  | { type: "passphrase"; passphrase: string; label?: string; cost?: Argon2Cost }
  | { type: "kit"; passphrase?: string; label?: string }
  | { type: "passkey"; credentialId: string; rpId: string; salt: Uint8Array; secret: Uint8Array; label?: string }
  | { type: "guardians"; threshold: number; shares: number; secret: Uint8Array; label?: string };

const newId = (): string => toHex(randomBytes(16)).slice(2);
const nowSeconds = (): number => Math.floor(Date.now() / 1000);

function describe<T extends UnlockerType>(
  vault: OpenVault,
  options: { type: T; label: string; secret: Uint8Array; createdAt: number },
) {
  const id = newId();
  const { type, label, secret, createdAt } = options;
  const { publicKey, secretKey } = unlockerKey(secret, { type, vaultId: vault.vaultId, id });
  wipe(secretKey);
  return { type, id, label, createdAt, publicKey: toBase64Url(publicKey) };
}

type PassphraseUnlocker = Extract<Unlocker, { type: "passphrase" }>;

function join(
  vault: OpenVault,
  options: { passphrase: PassphraseUnlocker; stretched: Bytes; kit: { id: string; code: Bytes }; createdAt: number },
): Unlocker {
  const { passphrase, stretched, kit, createdAt } = options;
  const secret = concat(stretched, kit.code);
  const joined = describe(vault, { type: "passphrase+kit", label: "", secret, createdAt });
  wipe(secret);
  return { ...joined, argon2: passphrase.argon2, passphrase: passphrase.id, kit: kit.id };
}

async function addPassphrase(
  vault: OpenVault,
  options: Extract<NewUnlocker, { type: "passphrase" }>,
): Promise<OpenVault> {
  const { passphrase, label = "", cost = ARGON2_DEFAULT } = options;
  const salt = randomBytes(16);
  const createdAt = nowSeconds();
  const stretched = await stretchPassphrase(passphrase, { cost, salt });
  const unlocker: PassphraseUnlocker = {
    ...describe(vault, { type: "passphrase", label, secret: stretched, createdAt }),
    argon2: { ...cost, salt: toBase64Url(salt) },
  };
  const joined = vault.kits.map((kit) => join(vault, { passphrase: unlocker, stretched, kit, createdAt }));
  wipe(stretched);
  return { ...vault, unlockers: [...vault.unlockers, unlocker, ...joined] };
}

async function addKit(vault: OpenVault, options: Extract<NewUnlocker, { type: "kit" }>): Promise<OpenVault> {
  const code = randomBytes(16);
  const createdAt = nowSeconds();
  const own = describe(vault, { type: "kit", label: options.label ?? "", secret: code, createdAt });
  const kit = { id: own.id, code, createdAt };
  const joined: Unlocker[] = [];
  for (const unlocker of vault.unlockers) {
    if (unlocker.type !== "passphrase" || options.passphrase === undefined) continue;
    const stretched = await secretFor(unlocker, { type: "passphrase", passphrase: options.passphrase });
    if (stretched === null) continue;
    const { publicKey } = unlockerKey(stretched, { type: "passphrase", vaultId: vault.vaultId, id: unlocker.id });
    if (equalBytes(publicKey, fromBase64Url(unlocker.publicKey, 32))) {
      joined.push(join(vault, { passphrase: unlocker, stretched, kit, createdAt }));
    }
    wipe(stretched);
  }
  if (joined.length === 0 && vault.unlockers.some(({ type }) => type === "passphrase")) {
    throw new Failure("wrong-key", "A new kit needs your passphrase, and this is not it. Nothing was changed.");
  }
  return { ...vault, unlockers: [...vault.unlockers, own, ...joined], kits: [...vault.kits, kit] };
}

/** The vault with one more way to open it. Seal and store it afterwards. Throws Failure("bad-input" | "wrong-key"). */
export async function addUnlocker(vault: OpenVault, added: NewUnlocker): Promise<OpenVault> {
  if (added.type === "passphrase") return addPassphrase(vault, added);
  if (added.type === "kit") return addKit(vault, added);
  const { secret, label = "" } = added;
  if (secret.length !== 32) throw new Failure("bad-input", "This secret has not 32 bytes. Nothing was changed.");
  const createdAt = nowSeconds();
  const unlocker: Unlocker =
    added.type === "passkey"
      ? {
          ...describe(vault, { type: "passkey", label, secret, createdAt }),
          credentialId: added.credentialId,
          rpId: added.rpId,
          salt: toBase64Url(added.salt),
        }
      : {
          ...describe(vault, { type: "guardians", label, secret, createdAt }),
          threshold: added.threshold,
          shares: added.shares,
        };
  return { ...vault, unlockers: [...vault.unlockers, unlocker] };
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
  const rest = { ...vault, unlockers, kits: vault.kits.filter((kit) => kit.id !== id) };
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
  };
  const withKit = await addUnlocker(empty, { type: "kit" });
  const sealed = sealVault(await addUnlocker(withKit, { type: "passphrase", passphrase, cost }));
  const kit = kitOf(sealed.vault);
  if (kit === null) throw new Failure("internal", "The recovery kit could not be made. Nothing was stored. Try again.");
  return { ...sealed, kit };
}
