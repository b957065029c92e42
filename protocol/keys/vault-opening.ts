// Opening a vault: with what a person brought, or with the root that a device holds already. Rule: a box of scheme 2 is
// looked into only after its tag was right, and what stands in clear beside the body is compared with what is inside.

import { equalBytes, fromBase64Url, isAllZero, readU32, wipe, type Bytes } from "../bytes.ts";
import { canonicalJson, parseCanonical } from "../canonical.ts";
import { Failure } from "../failure.ts";
import { decryptSmall } from "./aead.ts";
import { renewScheme } from "./renew-scheme.ts";
import { secretFor, unlockerKey, type Credential } from "./unlocker.ts";
import { MAX_VAULT_BYTES, vaultBodySchema, type VaultBlob } from "./vault-format.ts";
import { isTagRight, ROOT_ID, rootUnlocker, tagKeyOf } from "./vault-tag.ts";
import { bodyContext, boxContext, currentRoot, type OpenVault } from "./vault.ts";
import { unwrap } from "./wrap.ts";

function openBody(blob: VaultBlob, key: Uint8Array): OpenVault {
  let plain: Bytes;
  try {
    plain = decryptSmall(key, { bytes: fromBase64Url(blob.body), context: bodyContext(blob) });
  } catch (cause) {
    throw altered(cause);
  }
  const end = 4 + readU32(plain, 0);
  if (end > plain.length || !isAllZero(plain.subarray(end))) throw altered(undefined);
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
    tagKeys: Object.fromEntries(
      Object.entries(body.tagKeys ?? {}).map(([id, tagKey]) => [id, fromBase64Url(tagKey, 32)]),
    ),
  };
}

function altered(cause: unknown): Failure {
  return new Failure("tampered", "This copy of your vault was altered. It was not used. Open another copy of it.", {
    cause,
  });
}

/** Whether what a person brought is one of the open vault's unlockers: for asking once more who is there. */
export async function checkCredential(vault: OpenVault, credential: Credential): Promise<boolean> {
  const { vaultId } = vault;
  for (const unlocker of vault.unlockers) {
    const { type, id, scheme, publicKey } = unlocker;
    const secret = await secretFor(unlocker, credential);
    if (secret === null) continue;
    const pair = unlockerKey(secret, { type, vaultId, id, scheme });
    wipe(secret, pair.secretKey);
    if (equalBytes(pair.publicKey, fromBase64Url(publicKey, 32))) return true;
  }
  return false;
}

function openBox(
  blob: VaultBlob,
  options: { id: string; box: Uint8Array; secretKey: Bytes; publicKey: Uint8Array },
): OpenVault {
  let key: Bytes;
  try {
    key = unwrap(boxContext(blob, options.id), options);
  } catch (cause) {
    throw altered(cause);
  } finally {
    wipe(options.secretKey);
  }
  try {
    return openBody(blob, key);
  } finally {
    wipe(key);
  }
}

/**
 * Opens a vault with what a person brought. Throws Failure("wrong-key") where it is the wrong passphrase, kit, passkey;
 * the same with reason "no-such-unlocker" where this copy has no unlocker of that type; Failure("tampered") where the
 * unlocker is right and the copy was altered, or was sealed by somebody who never opened this vault;
 * Failure("bad-input", reason "kit-typo") for a mistyped code.
 * What opened a vault of version 1 is renewed in it, so that from the next sealing on its box carries a tag.
 */
export async function openVault(blob: VaultBlob, credential: Credential): Promise<OpenVault> {
  const { account, vaultId, revision } = blob;
  let tried = false;
  for (const locked of blob.unlockers) {
    const { unlocker } = locked;
    const secret = await secretFor(unlocker, credential);
    if (secret === null) continue;
    tried = true;
    const box = fromBase64Url(locked.box);
    const { type, id, scheme } = unlocker;
    const pair = unlockerKey(secret, { type, vaultId, id, scheme });
    if (!equalBytes(pair.publicKey, fromBase64Url(unlocker.publicKey, 32))) {
      wipe(secret, pair.secretKey);
      continue;
    }
    if (scheme === 2) {
      const tag = "tag" in locked && locked.tag !== undefined ? fromBase64Url(locked.tag, 32) : new Uint8Array();
      const body = fromBase64Url(blob.body);
      const tagKey = tagKeyOf(secret, { type, vaultId, id });
      if (!isTagRight(tagKey, { account, vaultId, revision, unlocker, box, body, tag })) {
        wipe(secret, pair.secretKey, tagKey);
        throw altered(undefined);
      }
    }
    try {
      return renewScheme(openBox(blob, { ...pair, id, box }), { unlocker, secret });
    } finally {
      wipe(secret);
    }
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

/**
 * Opens another copy of a vault that is open: the one that another device left at the service. Throws
 * Failure("wrong-key", reason "other-root") where this root does not vouch for it (a copy with a newer root, or one that
 * somebody made up: only what opens it says which), and Failure("tampered") for another person's.
 */
export function openVaultByRoot(blob: VaultBlob, vault: OpenVault): OpenVault {
  const { account, vaultId, revision } = blob;
  if (account !== vault.account || vaultId !== vault.vaultId) throw altered(undefined);
  const pair = rootUnlocker(currentRoot(vault), vaultId);
  try {
    if (blob.version === 2) {
      const box = fromBase64Url(blob.root.box);
      const tag = fromBase64Url(blob.root.tag, 32);
      const tagged = { account, vaultId, revision, unlocker: "root" as const, box, body: fromBase64Url(blob.body) };
      if (isTagRight(pair.tagKey, { ...tagged, tag })) return openBox(blob, { ...pair, id: ROOT_ID, box });
    }
    throw new Failure(
      "wrong-key",
      "The copy of your vault at the service is not one that this device can vouch for. This device’s copy was kept.",
      { reason: "other-root" },
    );
  } finally {
    wipe(pair.secretKey, pair.tagKey);
  }
}
