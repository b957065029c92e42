// Making, opening and closing the vault.
import {
  changeSettings,
  createVault,
  decodeVault,
  openVault,
  sealVault,
  toServerCopy,
  type VaultBlob,
} from "#protocol/keys/index.ts";
import { canonicalBytes } from "#protocol/canonical.ts";
import type { Handlers } from "#app/workers/index.ts";
import type { VaultCalls } from "../calls.ts";
import { dropVault, faceOf, holdVault, openRing, vaultAccount } from "./keyring.ts";

/** What came from storage, read as strictly as if a stranger had written it. */
function readBlob(stored: unknown): VaultBlob {
  return decodeVault(canonicalBytes(stored));
}

/** The calls about the vault as a whole. */
export const lockingCalls: Pick<
  Handlers<VaultCalls>,
  "create" | "open" | "lock" | "changeSettings" | "serverCopy" | "signAsVaultAccount"
> = {
  async create({ account, passphrase }) {
    const { vault, blob, kit } = await createVault({ account, passphrase });
    return { face: faceOf(holdVault(vault)), kit, blob };
  },

  async open({ blob, credential, reseal }) {
    const vault = await openVault(readBlob(blob), credential);
    const sealed = reseal ? sealVault(vault) : undefined;
    return { face: faceOf(holdVault(sealed?.vault ?? vault)), blob: sealed?.blob };
  },

  lock() {
    dropVault();
    return undefined;
  },

  changeSettings(settings) {
    const ring = openRing();
    const sealed = sealVault(changeSettings(ring.vault, settings));
    ring.vault = sealed.vault;
    return { face: faceOf(ring), blob: sealed.blob };
  },

  serverCopy({ blob }) {
    return toServerCopy(readBlob(blob));
  },

  signAsVaultAccount(typed) {
    return vaultAccount().signTypedData(typed);
  },
};
