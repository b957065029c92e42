// The open vault inside the worker: roots, the keys made from them, the capsules of others that were opened, and the DEKs
// of documents just added. Rule: everything secret hangs on this one object, so that locking is wiping it.
import type { Address, Hex } from "viem";
import { privateKeyToAccount, type PrivateKeyAccount } from "viem/accounts";
import { toHex, wipe, type Bytes } from "#protocol/bytes.ts";
import type { Body } from "#protocol/documents/index.ts";
import { Failure } from "#protocol/failure.ts";
import {
  createCompartments,
  currentRoot,
  deriveEncryptionKey,
  deriveVaultAccount,
  fingerprint,
  importSecretKey,
  keyId,
  lockVault,
  type CapsuleContent,
  type Compartments,
  type EncryptionKey,
  type FastKey,
  type OpenVault,
} from "#protocol/keys/index.ts";
import { getAddress, isAddressEqual } from "viem";
import type { VaultFace } from "../calls.ts";

type Pair = EncryptionKey & { keyId: Hex };

type FastKeys = Promise<readonly FastKey[] | undefined> | undefined;

/** Everything that the worker holds while the vault is open. */
export type Keyring = {
  vault: OpenVault;
  /** A change of it that is being stored. */
  proposed?: OpenVault | undefined;
  /** One pair for each root, the current one last. */
  pairs: Pair[];
  /** The same secrets in the platform's keeping, not extractable, newest first; made when first wanted. */
  fast?: FastKeys;
  /** The keys of the organisation in whose name its member reads, the present one last. */
  organisation?: { address: Address; pairs: Pair[]; fast?: FastKeys } | undefined;
  compartments: Compartments;
  /** Contents of opened capsules by `subject|grantee|scope`. */
  capsules: Map<string, CapsuleContent>;
  /** DEKs of documents added since unlocking, by `document|version`. */
  deks: Map<string, Bytes>;
  /** The body that was read from last: whoever asks for one part of it will ask for the next. */
  lastBody?: { name: string; body: Body } | undefined;
};

let ring: Keyring | undefined;

const named = (pair: EncryptionKey): Pair => ({ ...pair, keyId: keyId(pair.publicKey) });

function pairsOf(vault: OpenVault): Pair[] {
  return vault.roots.map((root) => named(deriveEncryptionKey(root)));
}

/** Puts an open vault into the ring, locking what was there. */
export function holdVault(vault: OpenVault): Keyring {
  dropVault();
  ring = {
    vault,
    pairs: pairsOf(vault),
    compartments: createCompartments(currentRoot(vault)),
    capsules: new Map(),
    deks: new Map(),
  };
  return ring;
}

/** The same ring with a changed vault: what was opened with it stays open. */
export function renewRing(vault: OpenVault): void {
  const held = openRing();
  wipe(...held.pairs.map((pair) => pair.secretKey));
  held.compartments.wipe();
  held.vault = vault;
  held.proposed = undefined;
  held.pairs = pairsOf(vault);
  held.fast = undefined;
  held.compartments = createCompartments(currentRoot(vault));
}

/** The ring. Throws Failure("locked"). */
export function openRing(): Keyring {
  if (!ring) throw locked();
  return ring;
}

const locked = (): Failure => new Failure("locked", "Your vault is locked. Nothing was lost. Unlock it to go on.");

/** Overwrites everything secret. */
export function dropVault(): void {
  if (!ring) return;
  lockVault(ring.vault);
  wipe(...ring.pairs.map((pair) => pair.secretKey), ...ring.deks.values());
  dropOrganisation();
  for (const content of ring.capsules.values()) wipeContent(content);
  ring.compartments.wipe();
  // What the platform keeps of secrets cannot be overwritten from here: it goes when nobody has a hold on it.
  ring.fast = undefined;
  ring = undefined;
}

/** Overwrites the keys of a capsule. */
export function wipeContent({ categories, documents }: CapsuleContent): void {
  wipe(...categories.map(({ key }) => key), ...documents.map(({ key }) => key));
}

/** The pair of the current root: what others wrap for. */
export function currentPair(): Pair {
  const pair = openRing().pairs.at(-1);
  if (!pair) throw locked();
  return pair;
}

/**
 * Takes an organisation's keys into the ring, in the place of any other's; `asked`: the ring that opened them. Where that is
 * locked by now, they are overwritten. Throws Failure("locked").
 */
export function holdOrganisation(asked: Keyring, address: Address, pairs: readonly EncryptionKey[]): void {
  if (ring !== asked) {
    wipe(...pairs.map((pair) => pair.secretKey));
    throw locked();
  }
  dropOrganisation();
  asked.organisation = { address, pairs: pairs.map(named) };
}

/** Overwrites an organisation's keys, and what was opened with them. */
export function dropOrganisation(): void {
  const held = ring?.organisation;
  if (!ring || !held) return;
  wipe(...held.pairs.map((pair) => pair.secretKey));
  for (const [name, content] of ring.capsules) {
    if (!name.includes(`|${held.address.toLowerCase()}|`)) continue;
    wipeContent(content);
    ring.capsules.delete(name);
  }
  // Whose it is does not show in its name: it can be opened again by whoever still has the key.
  ring.lastBody = undefined;
  ring.organisation = undefined;
}

/** One's own keys, or those of the organisation that one reads for. */
export type Holder = Pick<Keyring, "pairs" | "fast">;

/** Whose keys open what is wrapped for this account: the organisation's where it is the one that is read for, else one's own. */
export function holderOf(recipient: Address | undefined): Holder {
  const held = openRing();
  const { organisation } = held;
  return recipient && organisation && isAddressEqual(recipient, organisation.address) ? organisation : held;
}

/**
 * Tries the newest key first, then the older ones: what was wrapped for an old root still opens. `recipient`: whom it is
 * wrapped for, where that may be the organisation that one reads for.
 */
export function withEachKey<T>(run: (secretKey: Bytes) => T, recipient?: Address): T {
  let first: unknown;
  for (const pair of [...holderOf(recipient).pairs].reverse()) {
    try {
      return run(pair.secretKey);
    } catch (error) {
      first ??= error;
      if (!(error instanceof Failure && error.code === "wrong-key")) throw error;
    }
  }
  throw first;
}

/** The secret keys that what is wrapped for this account may open with, newest first. */
export function secretKeysFor(recipient: Address): Bytes[] {
  return holderOf(recipient)
    .pairs.map(({ secretKey }) => secretKey)
    .reverse();
}

/**
 * The keys for opening many boxes at once, newest first; undefined where the platform's WebCrypto does not know X25519.
 * Throws Failure("locked").
 */
export function fastKeys(recipient: Address): Promise<readonly FastKey[] | undefined> {
  const holder = holderOf(recipient);
  holder.fast ??= Promise.all(
    [...holder.pairs]
      .reverse()
      .map(async (pair) => ({ keyId: pair.keyId, key: await importSecretKey(pair.secretKey) })),
  ).catch((error: unknown) => {
    if (error instanceof DOMException && error.name === "NotSupportedError") return undefined;
    throw error;
  });
  return holder.fast;
}

/**
 * Keeps an opened capsule in the ring that was there when it was asked for. Where that is locked by now, or one reads no
 * longer for the organisation whose keys opened it (`by`), its keys are overwritten. Throws Failure("locked").
 */
export function holdCapsule(
  { asked, by }: { asked: Keyring; by: Holder },
  consent: { subject: Address; grantee: Address; scope: Hex },
  content: CapsuleContent,
): void {
  const held = asked.organisation;
  const isOurs = by === asked || (held !== undefined && isAddressEqual(held.address, consent.grantee));
  if (ring !== asked || !isOurs) {
    wipeContent(content);
    throw locked();
  }
  asked.capsules.set(capsuleName(consent), content);
}

/**
 * The vault account, for one signature; `former`: that of the root before the current one; `account`: that one, whichever
 * root it comes from. Throws Failure("not-found").
 */
export function vaultAccount(options: { former?: boolean; account?: Address | undefined } = {}): PrivateKeyAccount {
  const { vault } = openRing();
  const { former, account } = options;
  const roots = account ? [...vault.roots].reverse() : [former ? vault.roots.at(-2) : currentRoot(vault)];
  for (const root of roots) {
    const found = root && privateKeyToAccount(deriveVaultAccount(root));
    if (found && (!account || isAddressEqual(found.address, account))) return found;
  }
  throw new Failure("not-found", "Your vault does not have that account. Nothing was signed.");
}

/** What may be known of an open vault outside. */
export function faceOf(vault: OpenVault): VaultFace {
  const root = currentRoot(vault);
  const keys = pairsOf(vault).map(({ publicKey, secretKey }) => {
    wipe(secretKey);
    return publicKey;
  });
  const publicKey = keys.at(-1) ?? new Uint8Array(32);
  const account = getAddress(vault.account);
  return {
    account,
    publicKey: toHex(publicKey),
    fingerprint: fingerprint({ account, publicKey }),
    vaultAccount: privateKeyToAccount(deriveVaultAccount(root)).address,
    settings: vault.settings,
    vaultId: vault.vaultId,
    revision: vault.revision,
    unlockers: vault.unlockers,
    roots: vault.roots.length,
    formerKeys: keys.slice(0, -1).map((key) => toHex(key)),
  };
}

/** Names a capsule in the ring. */
export function capsuleName(consent: { subject: Address; grantee: Address; scope: Hex }): string {
  return `${consent.subject}|${consent.grantee}|${consent.scope}`.toLowerCase();
}
