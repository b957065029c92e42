import { fc } from "../../support/fast-check.ts";
import { describe, expect, it } from "vitest";
import { fromBase64Url, fromUtf8, randomBytes, toBase64Url, toHex, utf8 } from "#protocol/bytes.ts";
import { canonicalBytes } from "#protocol/canonical.ts";
import {
  addUnlocker,
  changeSettings,
  createVault,
  currentRoot,
  decodeKitCode,
  decodeVault,
  encodeKitCode,
  encodeVault,
  kitOf,
  lockVault,
  makeKitFile,
  openVault,
  readKitFile,
  removeUnlocker,
  sealVault,
  toServerCopy,
} from "#protocol/keys/index.ts";
import type { VaultBlob } from "#protocol/keys/index.ts";
import vectors from "../../vectors/keys-vault.json" with { type: "json" };
import { ana, failureOf, filled } from "./samples.ts";

const cost = { memoryKiB: 19_456, iterations: 1, parallelism: 1 };
const passphrase = "correct horse battery staple";
const made = await createVault({ account: ana, passphrase, cost, settings: { language: "en" } });
const { blob, kit } = made;
const root = toHex(currentRoot(made.vault));
const idOf = (type: string): string => made.vault.unlockers.find((one) => one.type === type)?.id ?? "";

describe("A person with a vault", () => {
  it("opens the device's copy with the passphrase alone, or with the kit alone", async () => {
    const stored = decodeVault(encodeVault(blob));
    expect(toHex(currentRoot(await openVault(stored, { type: "passphrase", passphrase })))).toBe(root);
    const byKit = await openVault(stored, { type: "kit", code: kit.code.toLowerCase().replaceAll("-", " ") });
    expect(toHex(currentRoot(byKit))).toBe(root);
    expect(byKit.settings).toEqual({ language: "en" });
    expect(kitOf(byKit)).toEqual(kit);
  });

  it("opens the server's copy with passphrase and kit together only", async () => {
    const server = decodeVault(encodeVault(toServerCopy(blob)));
    const both = await openVault(server, { type: "passphrase+kit", passphrase, code: kit.code });
    expect(toHex(currentRoot(both))).toBe(root);
    const open = (credential: Parameters<typeof openVault>[1]) => () => openVault(server, credential);
    expect(await failureOf(open({ type: "passphrase", passphrase }))).toBe("wrong-key/no-such-unlocker");
    expect(await failureOf(open({ type: "kit", code: kit.code }))).toBe("wrong-key/no-such-unlocker");
    const otherKit = encodeKitCode(randomBytes(16));
    expect(await failureOf(open({ type: "passphrase+kit", passphrase, code: otherKit }))).toBe("wrong-key");
    expect(await failureOf(open({ type: "passphrase+kit", passphrase: "correct horse", code: kit.code }))).toBe(
      "wrong-key",
    );
  });

  it("is told in words that a passphrase or kit is wrong, too short, or mistyped", async () => {
    expect(await failureOf(() => openVault(blob, { type: "passphrase", passphrase: "wrong horse battery" }))).toBe(
      "wrong-key",
    );
    expect(await failureOf(() => openVault(blob, { type: "kit", code: encodeKitCode(filled(1).slice(16)) }))).toBe(
      "wrong-key",
    );
    expect(await failureOf(() => createVault({ account: ana, passphrase: "short", cost }))).toBe(
      "bad-input/short-passphrase",
    );
    expect(await failureOf(() => openVault(blob, { type: "kit", code: `${kit.code.slice(0, -1)}U` }))).toBe(
      "bad-input/kit-typo",
    );
  });

  it("types the passphrase on another system, and it is the same", async () => {
    const composed = await createVault({ account: ana, passphrase: "caf\u00e9 au lait", cost });
    const opened = await openVault(composed.blob, { type: "passphrase", passphrase: "cafe\u0301 au lait" });
    expect(currentRoot(opened)).toEqual(currentRoot(composed.vault));
  });

  it("opens a frozen vault in every way", async () => {
    const frozen = decodeVault(canonicalBytes(vectors.blob));
    for (const credential of [
      { type: "passphrase", passphrase: vectors.passphrase },
      { type: "kit", code: vectors.kitCode },
      { type: "passphrase+kit", passphrase: vectors.passphrase, code: vectors.kitCode },
      { type: "passkey", credentialId: vectors.credentialId, secret: fromBase64Url(vectors.passkeySecret, 32) },
    ] as const) {
      const opened = await openVault(frozen, credential);
      expect(opened.roots.map(toHex)).toEqual(vectors.roots);
    }
  });

  it("keeps nothing readable in what is stored", () => {
    const text = fromUtf8(encodeVault(blob));
    for (const secret of [passphrase, kit.code, root.slice(2), toBase64Url(currentRoot(made.vault)), "language"]) {
      expect(text).not.toContain(secret);
    }
  });

  it("gets a new vault key and a higher revision each time it is sealed", async () => {
    const { vault, blob: next } = sealVault(changeSettings(made.vault, { idleMinutes: 5 }));
    expect(next.revision).toBe(blob.revision + 1);
    expect(next.body).not.toBe(blob.body);
    const opened = await openVault(next, { type: "kit", code: kit.code });
    expect(opened.settings).toEqual({ idleMinutes: 5 });
    expect(opened.revision).toBe(vault.revision);
  });
});

describe("A person who changes how the vault opens", () => {
  const passkey = {
    type: "passkey",
    credentialId: "AQID",
    rpId: "localhost",
    salt: filled(5),
    secret: filled(6),
  } as const;

  it("adds a passkey, which opens the server's copy by itself", async () => {
    const { blob: next } = sealVault(await addUnlocker(made.vault, passkey));
    const opened = await openVault(toServerCopy(next), { type: "passkey", credentialId: "AQID", secret: filled(6) });
    expect(toHex(currentRoot(opened))).toBe(root);
    const other = { type: "passkey", credentialId: "AQID", secret: filled(7) } as const;
    expect(await failureOf(() => openVault(next, other))).toBe("wrong-key");
  });

  it("adds guardians, whose restored secret opens the server's copy", async () => {
    const added = await addUnlocker(made.vault, { type: "guardians", threshold: 2, shares: 3, secret: filled(8) });
    const opened = await openVault(toServerCopy(sealVault(added).blob), { type: "guardians", secret: filled(8) });
    expect(toHex(currentRoot(opened))).toBe(root);
  });

  it("adds another passphrase, which also opens the server's copy with the old kit", async () => {
    const added = await addUnlocker(made.vault, { type: "passphrase", passphrase: "another good one", cost });
    const { blob: next } = sealVault(added);
    const both = { type: "passphrase+kit", passphrase: "another good one", code: kit.code } as const;
    expect(toHex(currentRoot(await openVault(toServerCopy(next), both)))).toBe(root);
  });

  it("makes a new kit only with the passphrase, and can drop the old one", async () => {
    expect(await failureOf(() => addUnlocker(made.vault, { type: "kit", passphrase: "not mine at all" }))).toBe(
      "wrong-key",
    );
    expect(await failureOf(() => addUnlocker(made.vault, { type: "kit" }))).toBe("wrong-key");
    const renewed = removeUnlocker(await addUnlocker(made.vault, { type: "kit", passphrase }), idOf("kit"), {
      newRoot: false,
    });
    const { blob: next, vault } = sealVault(renewed);
    const code = kitOf(vault)?.code ?? "";
    expect(toHex(currentRoot(await openVault(toServerCopy(next), { type: "passphrase+kit", passphrase, code })))).toBe(
      root,
    );
    expect(await failureOf(() => openVault(next, { type: "kit", code: kit.code }))).toBe("wrong-key");
    expect(await failureOf(() => openVault(next, { type: "passphrase+kit", passphrase, code: kit.code }))).toBe(
      "wrong-key",
    );
  });

  it("removes an unlocker that somebody may know: it opens nothing later, and there is a new root above the old", async () => {
    const rest = removeUnlocker(await addUnlocker(made.vault, passkey), idOf("passphrase"), { newRoot: true });
    const { blob: next } = sealVault(rest);
    expect(next.unlockers.map(({ unlocker }) => unlocker.type).sort()).toEqual(["kit", "passkey"]);
    expect(await failureOf(() => openVault(next, { type: "passphrase", passphrase }))).toBe(
      "wrong-key/no-such-unlocker",
    );
    const opened = await openVault(next, { type: "kit", code: kit.code });
    expect(opened.roots.map(toHex).slice(0, 1)).toEqual([root]);
    expect(toHex(currentRoot(opened))).not.toBe(root);
  });

  it("cannot remove the last one, or one that is not there", async () => {
    const onlyKit = removeUnlocker(made.vault, idOf("passphrase"), { newRoot: false });
    expect(await failureOf(() => removeUnlocker(onlyKit, idOf("kit"), { newRoot: false }))).toBe("conflict");
    expect(await failureOf(() => removeUnlocker(made.vault, "00".repeat(16), { newRoot: false }))).toBe("not-found");
  });

  it("locks, and the secrets are gone", async () => {
    const opened = await openVault(blob, { type: "kit", code: kit.code });
    const held = currentRoot(opened);
    lockVault(opened);
    expect(held).toEqual(new Uint8Array(32));
    expect(await failureOf(() => currentRoot(opened))).toBe("locked");
  });
});

describe("Whoever stores a vault", () => {
  const change = (edit: (copy: VaultBlob) => void): VaultBlob => {
    const copy = structuredClone(blob);
    edit(copy);
    return copy;
  };
  const open = (copy: VaultBlob) => failureOf(() => openVault(copy, { type: "kit", code: kit.code }));

  it("cannot alter a bit of it, pass an old body off as new, or hand it to another account", async () => {
    expect(await open(change((copy) => (copy.revision += 1)))).toBe("tampered");
    expect(await open(change((copy) => (copy.account = "0x70997970C51812dc3A010C7d01b50e0d17dc79C8")))).toBe(
      "tampered",
    );
    const body = fromBase64Url(blob.body);
    for (const at of [0, 12, 200, body.length - 1]) {
      body[at] = (body[at] ?? 0) ^ 1;
      expect(await open(change((copy) => (copy.body = toBase64Url(body))))).toBe("tampered");
      body[at] = (body[at] ?? 0) ^ 1;
    }
    const next = sealVault(made.vault).blob;
    expect(await open({ ...blob, body: next.body })).toBe("tampered");
  });

  it("cannot slip an unlocker in", async () => {
    const strangers = await createVault({ account: ana, passphrase: "stranger's own words", cost });
    const [theirs] = strangers.blob.unlockers;
    const copy = change((altered) => {
      if (theirs !== undefined) altered.unlockers.push(theirs);
    });
    expect(await open(copy)).toBe("tampered");
  });

  it("cannot make a browser spend a minute or a gigabyte on it", async () => {
    for (const [field, value] of [
      ["memoryKiB", 1_048_576],
      ["iterations", 1000],
      ["parallelism", 64],
      ["memoryKiB", 8],
    ] as const) {
      const copy = change((altered) => {
        for (const { unlocker } of altered.unlockers) if ("argon2" in unlocker) unlocker.argon2[field] = value;
      });
      expect(await failureOf(() => decodeVault(encodeVault(copy)))).toBe("bad-input");
    }
    expect(await failureOf(() => decodeVault(utf8(" ".repeat(70_000))))).toBe("too-large");
  });
});

describe("A person who types a recovery code", () => {
  it("gets the same code back, however it is spaced and cased", () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 16, maxLength: 16 }), (code) => {
        const text = encodeKitCode(code);
        expect(text).toMatch(/^([0-9A-HJKMNP-TV-Z]{4}-){6}[0-9A-HJKMNP-TV-Z]{4}$/);
        expect(decodeKitCode(text)).toEqual(code);
        expect(
          decodeKitCode(` ${text.toLowerCase().replaceAll("-", "  ").replaceAll("0", "o").replaceAll("1", "l")}`),
        ).toEqual(code);
      }),
    );
  });

  it("is told of nearly every mistake of one letter", () => {
    const text = encodeKitCode(filled(3).slice(16)).replaceAll("-", "");
    let missed = 0;
    for (let at = 0; at < text.length; at++) {
      for (const letter of "0123456789ABCDEFGHJKMNPQRSTVWXYZ") {
        if (letter === text.charAt(at)) continue;
        try {
          decodeKitCode(text.slice(0, at) + letter + text.slice(at + 1));
          missed += 1;
        } catch {
          // caught, as it should be
        }
      }
    }
    expect(missed).toBeLessThan(5); // of 868; one in 1,024 is expected
  });

  it("keeps the kit as a file and reads it back", async () => {
    expect(readKitFile(makeKitFile(kit))).toEqual(kit);
    expect(kit.account).toBe(ana);
    for (const text of ["", "{}", "x".repeat(5000), makeKitFile({ ...kit, code: "0000" })]) {
      expect(await failureOf(() => readKitFile(text)), text.slice(0, 20)).toMatch(/^bad-input/);
    }
  });
});
