// Coming back through guardians where the service plays foul: it makes up guardians and a vault for them, or shows a code
// under another name.
import { describe, expect, it } from "vitest";
import { randomBytes, toBase64Url, toHex } from "#protocol/bytes.ts";
import {
  addUnlocker,
  createRecoveryKeys,
  createVault,
  makeShares,
  nameShares,
  openShare,
  returnShare,
  sealVault,
  spokenCode,
  tagCode,
  toServerCopy,
  type Recovery,
} from "#protocol/keys/index.ts";
import { checkOwner, checkRecovered } from "#app/vault/check-opened.ts";
import { listCodes, readKept } from "#app/vault/kept-recovery.ts";
import { areSharesThere } from "#app/vault/shares-there.ts";
import { dropVault } from "#app/vault/worker/keyring.ts";
import { guardianCalls } from "#app/vault/worker/guardians.ts";
import { ana, anaKey, failureOf, lena, lenaKey, place, tomas, tomasKey } from "../../protocol/keys/samples.ts";

const cost = { memoryKiB: 19_456, iterations: 1, parallelism: 1 };
const zero = `0x${"0".repeat(64)}`;

/** A vault with Lena and Tomás as guardians, opened through both on a device that has nothing. */
async function comeBack() {
  const { vault } = await createVault({ account: ana, passphrase: "correct horse battery staple", cost });
  const unlockerId = toHex(randomBytes(16)).slice(2);
  const { set, secret, holders, boxes } = await makeShares({
    ...{ place, subject: ana, vaultId: vault.vaultId, unlockerId, name: "Ana", threshold: 2 },
    guardians: [
      { address: lena, key: lenaKey.publicKey },
      { address: tomas, key: tomasKey.publicKey },
    ],
  });
  const added = { type: "guardians" as const, id: unlockerId, threshold: 2, shares: 2, secret, holders };
  const { blob } = sealVault(await addUnlocker(vault, added));
  const keys = await createRecoveryKeys();
  const id = toHex(randomBytes(16)).slice(2);
  const recovery: Recovery = { place, subject: ana, set, id, publicKey: keys.publicKey };
  const answers = [];
  for (const [at, { secretKey }] of [lenaKey, tomasKey].entries()) {
    const guardian = at === 0 ? lena : tomas;
    const code = await spokenCode(recovery, { guardian, codeKey: keys.codeKey });
    const tag = await tagCode(recovery, { guardian, code, cost });
    const box = Buffer.from(boxes[at]?.box ?? "", "base64url");
    const { share } = openShare({ place, subject: ana, guardian, set, secretKey, box });
    answers.push({ guardian, box: toBase64Url(await returnShare(recovery, { guardian, code, tag, share, cost })) });
  }
  const asked = { subject: ana, set, id, publicKey: toHex(keys.publicKey), privateKey: keys.privateKey, answers };
  const { opened } = await guardianCalls.openByGuardians(
    { place, blob: toServerCopy(blob), recovery: asked },
    { signal: new AbortController().signal, progress: () => undefined },
  );
  dropVault();
  if (opened === undefined) throw new Error("two of two did not open it");
  return opened.face;
}

describe("A patient who comes back through guardians", () => {
  it("is not given a vault that the service made up, guardians and all", async () => {
    const made = await comeBack();
    // Everything fits but the key that the ledger holds for her.
    expect(await failureOf(() => checkRecovered(made, toHex(anaKey.publicKey)))).toBe("tampered/other-key");
  });

  it("gets her own, also where its newest key was not published yet, or none was", async () => {
    const own = await comeBack();
    expect(() => checkRecovered(own, own.publicKey.toUpperCase().replace("0X", "0x"))).not.toThrow();
    expect(() =>
      checkRecovered({ ...own, formerKeys: [toHex(anaKey.publicKey)] }, toHex(anaKey.publicKey)),
    ).not.toThrow();
    expect(() => checkRecovered(own, zero)).not.toThrow();
  });

  it("is given no vault of another account of hers", async () => {
    expect(() => checkOwner({ account: ana }, ana.toLowerCase())).not.toThrow();
    expect(await failureOf(() => checkOwner({ account: lena }, ana))).toBe("tampered/other-account");
  });

  it("sees each code under the name that its guardian had when they were asked, and none for another request", async () => {
    const keys = await createRecoveryKeys();
    const set = nameShares({ vaultId: "0b".repeat(16), unlockerId: "0c".repeat(16) });
    const open = { id: "11".repeat(16), set, publicKey: toHex(keys.publicKey) };
    const asked = [
      { guardian: lena, name: "Lena" },
      { guardian: tomas, name: "Tomás" },
    ];
    const stored = { id: open.id, set, asked, ...keys };
    const kept = readKept(stored, open);
    if (kept === undefined) throw new Error("not kept");
    const recovery: Recovery = { place, subject: ana, set, id: open.id, publicKey: keys.publicKey };
    const codes = await listCodes(kept, { recovery, answers: [{ guardian: tomas, box: "A" }] });
    expect(codes.map(({ name, number, answered }) => [name, number, answered])).toEqual([
      ["Lena", 1, false],
      ["Tomás", 2, true],
    ]);
    expect(codes[0]?.code).toBe(await spokenCode(recovery, { guardian: lena, codeKey: keys.codeKey }));
    for (const other of [{ id: "22".repeat(16) }, { set: zero as typeof set }, { publicKey: zero as typeof set }]) {
      expect(readKept(stored, { ...open, ...other })).toBeUndefined();
    }
  });
});

describe("A patient who looks whether her guardians could help", () => {
  const vaultId = "0b".repeat(16);
  const id = "0c".repeat(16);
  const set = nameShares({ vaultId, unlockerId: id });
  const holders = [lena, tomas].map((account) => ({ account, check: "A".repeat(43) }));
  const there = (held: { guardian: string; set: string }[]) => areSharesThere({ id, holders }, { vaultId, held });
  const both = [lena, tomas].map((guardian) => ({ guardian, set }));

  it("finds that each has a share of this very set", () => {
    expect(there(both)).toBe(true);
    expect(there(both.map(({ guardian }) => ({ guardian: guardian.toLowerCase(), set })))).toBe(true);
  });

  it("is told where there are none, where one is missing, and where they are of another set or another's", () => {
    expect(there([])).toBe(false);
    expect(there(both.slice(1))).toBe(false);
    expect(there(both.map(({ guardian }) => ({ guardian, set: zero })))).toBe(false);
    expect(there([...both.slice(1), { guardian: ana, set }])).toBe(false);
  });
});
