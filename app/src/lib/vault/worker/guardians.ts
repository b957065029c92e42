// Shares of the vault: given out, opened by a guardian, handed over, put together. Rule: a share is in clear here alone.
import { fromBase64Url, fromHex, randomBytes, toBase64Url, toHex, wipe, type Bytes } from "#protocol/bytes.ts";
import { Failure, isFailure } from "#protocol/failure.ts";
import {
  addRoot,
  addUnlocker,
  combineShares,
  isShareRight,
  makeShares,
  nameShares,
  openReturnedShare,
  openShare,
  openVault,
  removeUnlocker,
  returnShare,
  sealVault,
  type Recovery,
} from "#protocol/keys/index.ts";
import type { Handlers } from "#app/workers/index.ts";
import type { Address, Hex } from "viem";
import type { VaultCalls } from "../calls.ts";
import { faceOf, holdVault, openRing, withEachKey } from "./keyring.ts";
import { propose, readBlob } from "./locking.ts";

function openMine(options: { place: Recovery["place"]; subject: Address; set: Hex; box: string }) {
  const { place, subject, set, box } = options;
  const guardian = openRing().vault.account;
  return withEachKey((secretKey) => openShare({ place, subject, guardian, set, secretKey, box: fromBase64Url(box) }));
}

/** The calls about guardians. */
export const guardianCalls: Pick<
  Handlers<VaultCalls>,
  "setGuardians" | "readShare" | "returnShare" | "openByGuardians"
> = {
  async setGuardians({ place, name, threshold, guardians, newRoot }) {
    const { vault } = openRing();
    const unlockerId = toHex(randomBytes(16)).slice(2);
    const { set, secret, holders, boxes } = await makeShares({
      ...{ place, subject: vault.account, vaultId: vault.vaultId, unlockerId, name, threshold },
      guardians: guardians.map(({ address, key }) => ({ address, key: fromHex(key, 32) })),
    });
    const added = { type: "guardians" as const, id: unlockerId, threshold, shares: guardians.length, secret, holders };
    let changed = await addUnlocker(vault, added);
    wipe(secret);
    for (const { id, type } of vault.unlockers) {
      if (type === "guardians") changed = removeUnlocker(changed, id, { newRoot: false });
    }
    return { ...propose(newRoot ? addRoot(changed) : changed), set, boxes };
  },

  readShare(asked) {
    const { share, ...label } = openMine(asked);
    wipe(share);
    return label;
  },

  async returnShare({ place, asked, code }) {
    const { subject, set, id } = asked;
    const { share } = openMine({ place, ...asked });
    try {
      const recovery = { place, subject, set, id, publicKey: fromHex(asked.publicKey, 32) };
      const guardian = openRing().vault.account;
      return toBase64Url(await returnShare(recovery, { guardian, code, tag: fromBase64Url(asked.tag, 32), share }));
    } finally {
      wipe(share);
    }
  },

  async openByGuardians({ place, blob, recovery: asked }) {
    const stored = readBlob(blob);
    const { subject, set, id, privateKey } = asked;
    const recovery: Recovery = { place, subject, set, id, publicKey: fromHex(asked.publicKey, 32) };
    const unlocker = stored.unlockers
      .map((one) => one.unlocker)
      .find((one) => one.type === "guardians" && nameShares({ vaultId: stored.vaultId, unlockerId: one.id }) === set);
    if (unlocker?.type !== "guardians" || unlocker.holders === undefined) {
      throw new Failure(
        "conflict",
        "This copy of your vault was not made for these guardians. Nothing was opened. Ask them anew.",
        { reason: "other-guardians" },
      );
    }
    const { holders, threshold } = unlocker;
    const shares: { guardian: Address; share: Bytes }[] = [];
    const wrong: Address[] = [];
    for (const { guardian, box } of asked.answers) {
      const share = await openReturnedShare(recovery, { guardian, box: fromBase64Url(box), privateKey }).catch(
        (error: unknown) => {
          if (isFailure(error, "wrong-key") || isFailure(error, "tampered")) return undefined;
          throw error;
        },
      );
      if (share !== undefined && isShareRight({ set, holders, guardian, share })) shares.push({ guardian, share });
      else wrong.push(guardian);
    }
    if (shares.length < threshold) return { opened: undefined, right: shares.length, wrong };
    const secret = await combineShares({ set, threshold, holders, shares });
    wipe(...shares.map(({ share }) => share));
    const sealed = sealVault(await openVault(stored, { type: "guardians", secret }));
    wipe(secret);
    holdVault(sealed.vault);
    return { opened: { face: faceOf(sealed.vault), blob: sealed.blob }, right: shares.length, wrong };
  },
};
