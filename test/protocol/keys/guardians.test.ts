import { fc } from "../../support/fast-check.ts";
import { describe, expect, it } from "vitest";
import { fromBase64Url, fromHex, randomBytes, toBase64Url, toHex } from "#protocol/bytes.ts";
import { canonicalBytes } from "#protocol/canonical.ts";
import {
  addUnlocker,
  combineShares,
  createRecoveryKeys,
  createVault,
  currentRoot,
  decodeVault,
  importSecretKey,
  makeShares,
  nameShares,
  openReturnedShare,
  openShare,
  openVault,
  returnShare,
  sealVault,
  spokenCode,
  tagCode,
  toServerCopy,
  type Recovery,
} from "#protocol/keys/index.ts";
import vectors from "../../vectors/keys-guardians.json" with { type: "json" };
import {
  ana,
  anaKey,
  failureOf,
  filled,
  gateway,
  gatewayKey,
  lena,
  lenaKey,
  place,
  tomas,
  tomasKey,
} from "./samples.ts";

const cost = { memoryKiB: 19_456, iterations: 1, parallelism: 1 };
const people = [
  { address: lena, pair: lenaKey },
  { address: tomas, pair: tomasKey },
  { address: gateway, pair: gatewayKey },
];
const guardians = people.map(({ address, pair }) => ({ address, key: pair.publicKey }));
const { vault } = await createVault({ account: ana, passphrase: "correct horse battery staple", cost });
const unlockerId = "0a".repeat(16);
const made = await makeShares({
  ...{ place, subject: ana, vaultId: vault.vaultId, unlockerId },
  ...{ name: "Ana Silva", threshold: 2, guardians },
});
const { set, holders, boxes, secret } = made;
const { blob } = sealVault(
  await addUnlocker(vault, { type: "guardians", id: unlockerId, threshold: 2, shares: 3, secret, holders }),
);

function shareOf(at: number) {
  const { address, pair } = people[at] ?? people[0] ?? { address: lena, pair: lenaKey };
  const box = fromBase64Url(boxes[at]?.box ?? "");
  return openShare({ place, subject: ana, guardian: address, set, secretKey: pair.secretKey, box });
}

/** A recovery on a device that has nothing: what it asks, the code that it speaks, and the tag that the service sees. */
async function askFor(guardian = lena) {
  const keys = await createRecoveryKeys();
  const recovery: Recovery = {
    place,
    subject: ana,
    set,
    id: toHex(randomBytes(16)).slice(2),
    publicKey: keys.publicKey,
  };
  const code = await spokenCode(recovery, { guardian, codeKey: keys.codeKey });
  return { keys, recovery, code, tag: await tagCode(recovery, { guardian, code, cost }) };
}

describe("A patient with guardians", () => {
  it("comes back into the vault on a new device when enough of them answer", async () => {
    const server = decodeVault(canonicalBytes(toServerCopy(blob)));
    const keys = await createRecoveryKeys();
    const recovery: Recovery = { place, subject: ana, set, id: "11".repeat(16), publicKey: keys.publicKey };
    const shares = [];
    for (const at of [2, 0]) {
      const guardian = people[at]?.address ?? lena;
      const code = await spokenCode(recovery, { guardian, codeKey: keys.codeKey });
      const tag = await tagCode(recovery, { guardian, code, cost });
      const said = code.toLowerCase().replace("-", " ").replaceAll("0", "o");
      const box = await returnShare(recovery, { guardian, code: said, tag, share: shareOf(at).share, cost });
      shares.push({
        guardian,
        share: await openReturnedShare(recovery, { guardian, box, privateKey: keys.privateKey }),
      });
    }
    const unlocker = server.unlockers.find((one) => one.unlocker.type === "guardians")?.unlocker;
    if (unlocker?.type !== "guardians") throw new Error("no guardians in the copy");
    const restored = await combineShares({ set, threshold: 2, holders: unlocker.holders ?? [], shares });
    const opened = await openVault(server, { type: "guardians", secret: restored });
    expect(toHex(currentRoot(opened))).toBe(toHex(currentRoot(vault)));
  });

  it("gives each of them a box that tells them whose guardian they are", () => {
    expect(shareOf(1)).toMatchObject({ name: "Ana Silva", number: 2, of: 3, threshold: 2 });
  });

  it("restores the secret from any two, and from no one alone", async () => {
    const all = people.map(({ address }, at) => ({ guardian: address, share: shareOf(at).share }));
    const combine = (shares: typeof all) => combineShares({ set, threshold: 2, holders, shares });
    for (const pair of [all.slice(0, 2), all.slice(1), [all[2], all[0]].flatMap((one) => one ?? [])]) {
      expect(await combine(pair)).toEqual(secret);
    }
    expect(await combine(all)).toEqual(secret);
    expect(await failureOf(() => combine(all.slice(0, 1)))).toBe("conflict/too-few-shares");
    // The same one twice is one.
    expect(await failureOf(() => combine([...all.slice(0, 1), ...all.slice(0, 1)]))).toBe("conflict/too-few-shares");
  });

  it("is told of a share that is not the one she gave, and uses the others", async () => {
    const forged = { guardian: lena, share: shareOf(0).share.map((byte) => byte ^ 1) };
    const others = [1, 2].map((at) => ({ guardian: people[at]?.address ?? tomas, share: shareOf(at).share }));
    expect(await combineShares({ set, threshold: 2, holders, shares: [forged, ...others] })).toEqual(secret);
    const [second] = others;
    const shares = [forged, ...(second === undefined ? [] : [second])];
    expect(await failureOf(() => combineShares({ set, threshold: 2, holders, shares }))).toBe(
      "conflict/too-few-shares",
    );
  });

  it("cannot make a set that one person could open, or that names somebody twice", async () => {
    const options = { place, subject: ana, vaultId: vault.vaultId, unlockerId, name: "Ana" };
    for (const [threshold, list] of [
      [1, guardians],
      [4, guardians],
      [2, guardians.slice(0, 1)],
      [2, [...guardians, ...guardians]],
    ] as const) {
      expect(await failureOf(() => makeShares({ ...options, threshold, guardians: list }))).toBe("bad-input");
    }
  });

  it("splits any number of ways that is allowed, and any that suffice restore it", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 2, max: 6 }).chain((n) => fc.tuple(fc.constant(n), fc.integer({ min: 2, max: n }))),
        fc.integer(),
        async ([n, threshold], seed) => {
          const list = Array.from({ length: n }, (_, at) => ({
            address: `0x${(at + 1).toString(16).padStart(40, "0")}` as const,
            key: lenaKey.publicKey,
          }));
          const options = { place, subject: ana, vaultId: vault.vaultId, unlockerId, name: "", guardians: list };
          const one = await makeShares({ ...options, threshold });
          const opened = one.boxes.map(({ guardian, box }) => ({
            guardian,
            share: openShare({
              ...{ place, subject: ana, guardian, set, secretKey: lenaKey.secretKey },
              box: fromBase64Url(box),
            }).share,
          }));
          const chosen = opened.map((_, at) => opened[(at + Math.abs(seed)) % n]).flatMap((each) => each ?? []);
          const shares = chosen.slice(0, threshold);
          expect(await combineShares({ set, threshold, holders: one.holders, shares })).toEqual(one.secret);
        },
      ),
      { numRuns: 20 },
    );
  });

  it("finds that her vault, its shares and the codes are what was frozen", async () => {
    expect(nameShares({ vaultId: vectors.vaultId, unlockerId: vectors.unlockerId })).toBe(vectors.set);
    const frozenSet = vectors.set as `0x${string}`;
    const shares = vectors.shares.map(({ guardian, box, share }, at) => {
      const secretKey = people[at]?.pair.secretKey ?? new Uint8Array(32);
      const address = guardian as `0x${string}`;
      const found = openShare({
        ...{ place, subject: ana, guardian: address, set: frozenSet, secretKey },
        box: fromBase64Url(box),
      });
      expect(toBase64Url(found.share)).toBe(share);
      return { guardian: address, share: found.share };
    });
    const frozenHolders = vectors.holders as typeof holders;
    const all = { set: frozenSet, threshold: 2, holders: frozenHolders };
    expect(toBase64Url(await combineShares({ ...all, shares: shares.slice(1) }))).toBe(vectors.secret);
    const { recovery: asked } = vectors;
    const recovery: Recovery = {
      place,
      subject: ana,
      set: frozenSet,
      id: asked.id,
      publicKey: fromHex(asked.publicKey),
    };
    expect(toBase64Url(await tagCode(recovery, { guardian: lena, code: asked.code }))).toBe(asked.tag);
    const privateKey = await importSecretKey(fromHex(asked.secretKey));
    const answer = await openReturnedShare(recovery, { guardian: lena, box: fromBase64Url(asked.answer), privateKey });
    expect(toBase64Url(answer)).toBe(vectors.shares[0]?.share);
  });
});

describe("A guardian", () => {
  it("hands over nothing to a code that is not the one for this very request", async () => {
    const { recovery, code, tag } = await askFor();
    const { share } = shareOf(0);
    const give = (change: Partial<Recovery>, said = code) =>
      failureOf(() => returnShare({ ...recovery, ...change }, { guardian: lena, code: said, tag, share, cost }));
    expect(await give({})).toBe("none");
    expect(await give({}, "00000-00000")).toBe("wrong-key/wrong-code");
    expect(await give({}, "1234")).toBe("bad-input/code-typo");
    // Somebody between the two puts a key of their own in the request.
    expect(await give({ publicKey: anaKey.publicKey })).toBe("wrong-key/wrong-code");
    expect(await give({ id: "22".repeat(16) })).toBe("wrong-key/wrong-code");
    expect(await give({ subject: tomas })).toBe("wrong-key/wrong-code");
  });

  it("who learns a code cannot use it on another guardian", async () => {
    const { recovery, keys, code } = await askFor(lena);
    expect(await spokenCode(recovery, { guardian: tomas, codeKey: keys.codeKey })).not.toBe(code);
    const tag = await tagCode(recovery, {
      guardian: tomas,
      code: await spokenCode(recovery, { guardian: tomas, codeKey: keys.codeKey }),
      cost,
    });
    const { share } = shareOf(1);
    expect(await failureOf(() => returnShare(recovery, { guardian: tomas, code, tag, share, cost }))).toBe(
      "wrong-key/wrong-code",
    );
  });

  it("has an answer that opens for the device that asked, for this request alone", async () => {
    const { recovery, keys, code, tag } = await askFor();
    const { share } = shareOf(0);
    const box = await returnShare(recovery, { guardian: lena, code, tag, share, cost });
    expect(await openReturnedShare(recovery, { guardian: lena, box, privateKey: keys.privateKey })).toEqual(share);
    const open = (change: Partial<Recovery>, guardian = lena, privateKey = keys.privateKey) =>
      failureOf(() => openReturnedShare({ ...recovery, ...change }, { guardian, box, privateKey }));
    expect(await open({ id: "33".repeat(16) })).toBe("tampered/wrong-place");
    expect(await open({}, tomas)).toBe("tampered/wrong-place");
    expect(await open({}, lena, (await createRecoveryKeys()).privateKey)).toBe("wrong-key");
  });

  it("cannot read another guardian's box, or use a box in another set", async () => {
    const box = fromBase64Url(boxes[1]?.box ?? "");
    const open = (options: object) =>
      failureOf(() =>
        openShare({ place, subject: ana, guardian: tomas, set, secretKey: tomasKey.secretKey, box, ...options }),
      );
    expect(await open({})).toBe("none");
    expect(await open({ secretKey: lenaKey.secretKey })).toBe("wrong-key");
    expect(await open({ set: toHex(filled(9)) })).toBe("tampered/wrong-place");
    expect(await open({ subject: gateway })).toBe("tampered/wrong-place");
  });
});
