// A vault that goes along to another wallet of the same person.
import { getAddress, pad } from "viem";
import { describe, expect, it } from "vitest";
import { fromBase64Url, sha256, toBase64Url } from "#protocol/bytes.ts";
import {
  addRoot,
  changeAccount,
  changeSettings,
  createVault,
  currentRoot,
  decodeKitCode,
  kitFetchSecret,
  kitFetchTag,
  leaveAccount,
  openVault,
  readMemory,
  sealVault,
  toServerCopy,
  writeMemory,
} from "#protocol/keys/index.ts";

const old = getAddress(pad("0x0a", { size: 20 }));
const next = getAddress(pad("0x0b", { size: 20 }));
const COST = { memoryKiB: 19_456, iterations: 1, parallelism: 1 };
const word = (letter: string) => `0x${letter.repeat(64)}` as const;
const ledger = { chainId: 31_337, genesisHash: word("1"), ledger: next };

describe("A patient who changes her wallet", () => {
  it("opens the same vault for the new account as before, with new keys and the old ones inside", async () => {
    const { vault, kit } = await createVault({ account: old, passphrase: "a long enough passphrase", cost: COST });
    const { blob } = sealVault(changeAccount(addRoot(vault), next));
    expect(blob.account).toBe(next);
    const opened = await openVault(toServerCopy(blob), {
      type: "passphrase+kit",
      passphrase: "a long enough passphrase",
      code: kit.code,
    });
    expect(opened.account).toBe(next);
    expect(opened.roots[0]).toEqual(currentRoot(vault));
    expect(currentRoot(opened)).not.toEqual(currentRoot(vault));
  });

  it("keeps the keys that she confirmed, and nothing of what the old account granted", async () => {
    const keys = { [old.toLowerCase()]: word("2") };
    const granted = [{ grantee: old, scope: word("3"), epoch: 4 }];
    const { vault } = await createVault({ account: old, passphrase: "a long enough passphrase", cost: COST });
    const used = changeSettings(vault, {
      idleMinutes: 5,
      ...writeMemory(vault.settings, ledger, { epoch: 4, keys, granted }),
    });
    const left = leaveAccount(used.settings);
    expect(readMemory(left, ledger)).toEqual({ epoch: 0, keys, granted: [] });
    expect(left["idleMinutes"]).toBe(5);
  });

  it("shows the service something that only her kit's code makes, for this account alone", async () => {
    const { kit } = await createVault({ account: old, passphrase: "a long enough passphrase", cost: COST });
    const code = decodeKitCode(kit.code);
    const secret = kitFetchSecret(code, old);
    expect(kitFetchTag(code, old)).toBe(toBase64Url(sha256(fromBase64Url(secret, 32))));
    expect(kitFetchTag(code, next)).not.toBe(kitFetchTag(code, old));
    expect(secret).not.toContain(toBase64Url(code).slice(0, 8));
  });
});
