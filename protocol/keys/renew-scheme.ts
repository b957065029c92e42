// Bringing unlockers of a vault of version 1 to scheme 2, whose boxes carry tags. Rule: it takes an unlocker's own secret,
// so it happens when that secret is at hand: for the one that opened the vault, and for those that follow from it.

import { concat, toBase64Url, wipe, type Bytes } from "../bytes.ts";
import { unlockerKey } from "./unlocker.ts";
import type { Unlocker } from "./vault-format.ts";
import { tagKeyOf } from "./vault-tag.ts";
import type { OpenVault } from "./vault.ts";

const STRETCHED_BYTES = 32;

/** The secrets that follow from the one that opened the vault and from the codes of its kits, by unlocker id. */
function secretsAtHand(vault: OpenVault, opened: { unlocker: Unlocker; secret: Bytes }): Map<string, Bytes> {
  const { unlocker, secret } = opened;
  const found = new Map<string, Bytes>([[unlocker.id, Uint8Array.from(secret)]]);
  for (const kit of vault.kits) found.set(kit.id, Uint8Array.from(kit.code));
  // A joint unlocker has the salt of its passphrase: what Argon2id gave for one is good for the other.
  const stretched =
    unlocker.type === "passphrase" || unlocker.type === "passphrase+kit" ? secret.slice(0, STRETCHED_BYTES) : undefined;
  const passphrase = unlocker.type === "passphrase+kit" ? unlocker.passphrase : unlocker.id;
  if (stretched === undefined) return found;
  if (unlocker.type === "passphrase+kit") found.set(passphrase, Uint8Array.from(stretched));
  for (const one of vault.unlockers) {
    const kit = one.type === "passphrase+kit" ? vault.kits.find(({ id }) => id === one.kit) : undefined;
    if (one.type !== "passphrase+kit" || one.passphrase !== passphrase || kit === undefined) continue;
    found.set(one.id, concat(stretched, kit.code));
  }
  wipe(stretched);
  return found;
}

/** The vault with every unlocker at scheme 2 whose secret is at hand. Seal and store it, and it is so for good. */
export function renewScheme(vault: OpenVault, opened: { unlocker: Unlocker; secret: Bytes }): OpenVault {
  const { vaultId } = vault;
  if (vault.unlockers.every(({ scheme }) => scheme === 2)) return vault;
  const secrets = secretsAtHand(vault, opened);
  const tagKeys = { ...vault.tagKeys };
  const unlockers = vault.unlockers.map((unlocker): Unlocker => {
    const secret = secrets.get(unlocker.id);
    if (unlocker.scheme === 2 || secret === undefined) return unlocker;
    const { type, id } = unlocker;
    const pair = unlockerKey(secret, { type, vaultId, id, scheme: 2 });
    wipe(pair.secretKey);
    tagKeys[id] = tagKeyOf(secret, { type, vaultId, id });
    return { ...unlocker, publicKey: toBase64Url(pair.publicKey), scheme: 2 };
  });
  wipe(...secrets.values());
  return { ...vault, unlockers, tagKeys };
}
