// Who sealed a vault: what somebody who may replace a person's copy at the service (a thief of a session, the service
// itself) can make of it, knowing everything in it that stands in clear.

import { describe, expect, it } from "vitest";
import { fromBase64Url, fromHex, sha256, concat, toBase64Url, toHex, u32 } from "#protocol/bytes.ts";
import { canonicalBytes } from "#protocol/canonical.ts";
import {
  addRoot,
  addUnlocker,
  changeSettings,
  createVault,
  currentRoot,
  decodeVault,
  encodeVault,
  openVault,
  openVaultByRoot,
  removeUnlocker,
  sealVault,
  toServerCopy,
  wrap,
  type VaultBlob,
} from "#protocol/keys/index.ts";
import first from "../../vectors/keys-vault.json" with { type: "json" };
import second from "../../vectors/keys-vault-2.json" with { type: "json" };
import { ana, failureOf, filled } from "./samples.ts";

const cost = { memoryKiB: 19_456, iterations: 1, parallelism: 1 };
const passphrase = "correct horse battery staple";
const passkey = {
  type: "passkey",
  credentialId: "AQID",
  rpId: "localhost",
  salt: filled(5),
  secret: filled(6),
} as const;
const credential = { type: "passkey", credentialId: "AQID", secret: filled(6) } as const;
const made = await createVault({ account: ana, passphrase, cost });
const { vault, blob } = sealVault(await addUnlocker(made.vault, passkey));
const server = toServerCopy(blob);

type Second = Extract<VaultBlob, { version: 2 }>;
function asSecond(copy: VaultBlob): Second {
  if (copy.version !== 2) throw new Error("not of version 2");
  return structuredClone(copy);
}

/** Everything that somebody who knows the copy in clear can do: a vault of their own, locked for the owner's unlockers. */
async function forge(copy: VaultBlob): Promise<Second> {
  const theirs = await createVault({ account: copy.account, passphrase: "the thief's own words", cost });
  const { unlockers } = vault;
  // The thief seals with the owner's list of unlockers inside, but has no key for their tags.
  const sealed = sealVault({
    ...theirs.vault,
    vaultId: copy.vaultId,
    revision: copy.revision,
    unlockers,
    tagKeys: Object.fromEntries(unlockers.map(({ id }) => [id, currentRoot(theirs.vault)])),
  });
  return asSecond(toServerCopy(sealed.blob));
}

describe("A thief of a session who replaces the copy at the service", () => {
  it("cannot pass a vault of their own off as the owner's, whichever way it is opened", async () => {
    const forged = await forge(server);
    expect(await failureOf(() => openVault(forged, credential))).toBe("tampered");
    const { code } = made.kit;
    expect(await failureOf(() => openVault(forged, { type: "passphrase+kit", passphrase, code }))).toBe("tampered");
    expect(await failureOf(() => openVaultByRoot(forged, vault))).toBe("wrong-key/other-root");
  });

  it("gains nothing by leaving the tags out, by the earlier version, or by calling an unlocker an earlier one", async () => {
    const bare = await forge(server);
    for (const one of bare.unlockers) delete one.tag;
    expect(await failureOf(() => openVault(bare, credential))).toBe("tampered");
    const { root: _, ...rest } = await forge(server);
    const older: VaultBlob = {
      ...rest,
      version: 1,
      unlockers: rest.unlockers.map(({ unlocker, box }) => ({ unlocker, box })),
    };
    expect(await failureOf(() => openVault(decodeVault(encodeVault(older)), credential))).toBe("tampered");
    const renamed = await forge(server);
    for (const { unlocker } of renamed.unlockers) delete unlocker.scheme;
    // Its key would be another one then, which the thief cannot know.
    expect(await failureOf(() => openVault(renamed, credential))).toBe("wrong-key");
  });

  it("cannot put together parts of copies that were genuine", async () => {
    const older = asSecond(server);
    const newer = asSecond(toServerCopy(sealVault(changeSettings(vault, { idleMinutes: 5 })).blob));
    for (const mixed of [
      { ...older, body: newer.body },
      { ...older, unlockers: newer.unlockers },
      { ...older, revision: newer.revision },
      { ...newer, body: older.body, unlockers: older.unlockers },
    ]) {
      expect(await failureOf(() => openVault(mixed, credential))).toBe("tampered");
    }
    expect(await failureOf(() => openVaultByRoot({ ...newer, body: older.body }, vault))).toBe("wrong-key/other-root");
  });

  it("cannot reach the box without its tag: a right box with a wrong tag is not opened", async () => {
    const copy = asSecond(server);
    const target = copy.unlockers.find(({ unlocker }) => unlocker.type === "passkey");
    if (target?.tag === undefined) throw new Error("no passkey");
    const tag = fromBase64Url(target.tag);
    tag[0] = (tag[0] ?? 0) ^ 1;
    target.tag = toBase64Url(tag);
    expect(await failureOf(() => openVault(copy, credential))).toBe("tampered");
  });
});

describe("A person with two devices", () => {
  it("opens on one what the other left at the service, without typing anything", () => {
    const newer = sealVault(changeSettings(vault, { idleMinutes: 7 })).blob;
    const opened = openVaultByRoot(decodeVault(encodeVault(toServerCopy(newer))), vault);
    expect(opened.settings).toEqual({ idleMinutes: 7 });
    expect(opened.unlockers).toEqual(vault.unlockers);
    // Sealed here, it has every way in again.
    expect(
      sealVault(opened)
        .blob.unlockers.map(({ unlocker }) => unlocker.type)
        .sort(),
    ).toEqual(["kit", "passkey", "passphrase", "passphrase+kit"].sort());
  });

  it("must open it by an unlocker once where the other made a new root: the old one vouches for nothing any more", async () => {
    const passphraseId = vault.unlockers.find(({ type }) => type === "passphrase")?.id ?? "";
    const renewed = sealVault(removeUnlocker(vault, passphraseId, { newRoot: true }));
    expect(await failureOf(() => openVaultByRoot(renewed.blob, vault))).toBe("wrong-key/other-root");
    const opened = await openVault(toServerCopy(renewed.blob), credential);
    expect(opened.roots).toHaveLength(2);
    // Whoever still has only the old root gets nowhere with it.
    expect(toHex(currentRoot(opened))).not.toBe(toHex(currentRoot(vault)));
  });

  it("never takes another person's vault, or another vault of the same person", async () => {
    const other = await createVault({ account: ana, passphrase, cost });
    expect(await failureOf(() => openVaultByRoot(other.blob, vault))).toBe("tampered");
  });

  it("seals above a copy that went further", () => {
    expect(sealVault(vault, { above: 40 }).blob.revision).toBe(41);
    expect(sealVault(vault, { above: 0 }).blob.revision).toBe(vault.revision + 1);
  });
});

describe("A vault of version 1", () => {
  const stored = decodeVault(canonicalBytes(first.blob));

  it("opens, and is sealed as version 2 with tags for every unlocker whose secret was at hand", async () => {
    const opened = await openVault(stored, { type: "passphrase", passphrase: first.passphrase });
    const { blob: next } = sealVault(opened);
    const renewed = asSecond(next);
    const tagged = renewed.unlockers.filter(({ tag }) => tag !== undefined).map(({ unlocker }) => unlocker.type);
    expect(tagged.sort()).toEqual(["kit", "passphrase", "passphrase+kit"]);
    const code = first.kitCode;
    for (const way of [
      { type: "passphrase", passphrase: first.passphrase },
      { type: "kit", code },
      { type: "passphrase+kit", passphrase: first.passphrase, code },
      { type: "passkey", credentialId: first.credentialId, secret: fromBase64Url(first.passkeySecret) },
    ] as const) {
      expect((await openVault(next, way)).roots.map(toHex)).toEqual(first.roots);
    }
    // The passkey was renewed by opening with it, and carries a tag from then on.
    const byPasskey = await openVault(next, {
      type: "passkey",
      credentialId: first.credentialId,
      secret: fromBase64Url(first.passkeySecret),
    });
    expect(asSecond(sealVault(byPasskey).blob).unlockers.every(({ tag }) => tag !== undefined)).toBe(true);
  });
});

describe("The frozen vault of version 2", () => {
  const frozen = decodeVault(canonicalBytes(second.blob));

  it("opens in every way, and by its last root", async () => {
    for (const way of [
      { type: "passphrase", passphrase: second.passphrase },
      { type: "kit", code: second.kitCode },
      { type: "passphrase+kit", passphrase: second.passphrase, code: second.kitCode },
      { type: "passkey", credentialId: second.credentialId, secret: fromBase64Url(second.passkeySecret) },
      { type: "guardians", secret: fromBase64Url(second.guardiansSecret) },
    ] as const) {
      const opened = await openVault(frozen, way);
      expect(opened.roots.map(toHex), way.type).toEqual(second.roots);
      expect(openVaultByRoot(frozen, opened).settings).toEqual({ language: "en" });
    }
  });

  it("refuses a box that was wrapped well for a known public key, but not by whoever knows its tag's key", async () => {
    const copy = asSecond(frozen);
    const target = copy.unlockers.find(({ unlocker }) => unlocker.type === "passkey");
    if (target === undefined) throw new Error("no passkey");
    const { unlocker } = target;
    const ref = toHex(sha256(concat(fromHex(`0x${copy.vaultId}`), fromHex(`0x${unlocker.id}`), u32(copy.revision))));
    const place = { chainId: 0, ledger: `0x${"0".repeat(40)}` } as const;
    const context = { ...place, kind: "vault", subject: copy.account, recipient: copy.account, ref } as const;
    target.box = toBase64Url(wrap(context, { recipientKey: fromBase64Url(unlocker.publicKey), bytes: filled(1) }));
    const way = {
      type: "passkey",
      credentialId: second.credentialId,
      secret: fromBase64Url(second.passkeySecret),
    } as const;
    expect(await failureOf(() => openVault(copy, way))).toBe("tampered");
  });

  it("keeps its tag keys when a root is added", async () => {
    const opened = await openVault(frozen, { type: "kit", code: second.kitCode });
    const { blob: next } = sealVault(addRoot(opened));
    expect(
      (await openVault(next, { type: "guardians", secret: fromBase64Url(second.guardiansSecret) })).roots,
    ).toHaveLength(3);
  });
});
