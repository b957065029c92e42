// Making, opening, changing and closing the vault. Rule: a change is a proposal until it is stored: what could not be kept
// was not changed.
import {
  addRoot,
  addUnlocker,
  changeAccount,
  changeSettings,
  checkCredential,
  createVault,
  decodeVault,
  kitFetchTag,
  kitOf,
  leaveAccount,
  MOST_KIT_TAGS,
  openVault,
  openVaultByRoot,
  removeUnlocker,
  sealVault,
  toServerCopy,
  type OpenVault,
  type VaultBlob,
} from "#protocol/keys/index.ts";
import { canonicalBytes } from "#protocol/canonical.ts";
import { Failure, isFailure } from "#protocol/failure.ts";
import type { Handlers } from "#app/workers/index.ts";
import type { Proposal, VaultCalls } from "../calls.ts";
import { dropVault, faceOf, holdVault, openRing, renewRing, vaultAccount } from "./keyring.ts";

/** What came from storage, read as strictly as if a stranger had written it. */
export function readBlob(stored: unknown): VaultBlob {
  return decodeVault(canonicalBytes(stored));
}

/** Seals a changed vault and keeps it in mind until it is stored. */
export function propose(changed: OpenVault, options: { above?: number } = {}): Proposal {
  const ring = openRing();
  const { vault, blob } = sealVault(changed, options);
  ring.proposed = vault;
  return { face: faceOf(vault), blob };
}

/** The calls about the vault as a whole. */
export const lockingCalls: Pick<
  Handlers<VaultCalls>,
  | "create"
  | "open"
  | "lock"
  | "commit"
  | "changeSettings"
  | "addUnlocker"
  | "removeUnlocker"
  | "renewRoot"
  | "reseal"
  | "judgeCopy"
  | "adoptCopy"
  | "serverCopy"
  | "moveVault"
  | "checkCredential"
  | "signAsVaultAccount"
> = {
  async create({ account, passphrase }) {
    const { vault, blob, kit } = await createVault({ account, passphrase });
    holdVault(vault);
    return { face: faceOf(vault), kit, blob };
  },

  async open({ blob, credential, reseal }) {
    const stored = readBlob(blob);
    const vault = await openVault(stored, credential);
    // What was made before boxes had tags gets them now.
    const sealed = reseal || stored.version === 1 ? sealVault(vault) : undefined;
    const held = sealed?.vault ?? vault;
    holdVault(held);
    return { face: faceOf(held), blob: sealed?.blob };
  },

  lock() {
    dropVault();
    return undefined;
  },

  commit() {
    const { proposed } = openRing();
    if (proposed) renewRing(proposed);
    return undefined;
  },

  changeSettings(settings) {
    return propose(changeSettings(openRing().vault, settings));
  },

  async addUnlocker(added) {
    const changed = await addUnlocker(openRing().vault, added);
    return { ...propose(changed), kit: added.type === "kit" ? kitOf(changed) : null };
  },

  removeUnlocker({ id, newRoot }) {
    return propose(removeUnlocker(openRing().vault, id, { newRoot }));
  },

  renewRoot() {
    return propose(addRoot(openRing().vault));
  },

  reseal({ above }) {
    return propose(openRing().vault, { above });
  },

  judgeCopy({ blob }) {
    try {
      return { kind: "ours", revision: openVaultByRoot(readBlob(blob), openRing().vault).revision };
    } catch (error) {
      // Locked is no judgement; everything else says that this is not a copy of ours.
      if (!(error instanceof Failure) || isFailure(error, "locked")) throw error;
      return { kind: "foreign" };
    }
  },

  adoptCopy({ blob }) {
    return propose(openVaultByRoot(readBlob(blob), openRing().vault));
  },

  serverCopy({ blob, account }) {
    const { vault, proposed } = openRing();
    const kits = (proposed ?? vault).kits.slice(-MOST_KIT_TAGS);
    return { blob: toServerCopy(readBlob(blob)), kitTags: kits.map(({ code }) => kitFetchTag(code, account)) };
  },

  moveVault({ to, remember }) {
    const moved = changeAccount(addRoot(openRing().vault), to);
    return propose(changeSettings(moved, { ...leaveAccount(moved.settings), ...remember }));
  },

  checkCredential(credential) {
    return checkCredential(openRing().vault, credential);
  },

  signAsVaultAccount({ typed, former = false, account }) {
    return vaultAccount({ former, account }).signTypedData(typed);
  },
};
