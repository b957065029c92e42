// Changing the open vault, and keeping its two copies together: this device's, and the service's. Rules: one change after
// another; the service's copy first; and what lies there is compared with what this device left before it is believed.
import type { Address, Hex } from "viem";
import { Failure, isFailure } from "#protocol/failure.ts";
import type { VaultBlob, VaultSettings } from "#protocol/keys/index.ts";
import type { Proposal } from "./calls.ts";
import { digestOf, keepDeviceCopy, keepServerCopy, recallLeft, rememberLeft, type LeftCopy } from "./copies.ts";
import { signForgetting } from "./forgetting.ts";
import { isOfVersion1, judgeServerCopy, type JudgedCopy } from "./judge-copy.ts";
import {
  becomeOwner,
  callVault,
  onUnlocked,
  openInstead,
  readRevision,
  readSettings,
  takeOver,
  tellNotice,
  vault,
} from "./vault.svelte.ts";

/**
 * The copy at the service that the open vault goes back to. Of this page alone: another page of this browser that changed
 * the vault has another one, and what it left is not to be overwritten unread.
 */
let base: LeftCopy | undefined;

/** Leaves the form of a copy that may leave at the service, in the place of the one named. */
async function leaveCopy(blob: VaultBlob, replaces: Hex | null, forgetsFormer = false): Promise<void> {
  const { account } = vault;
  if (!account) throw new Failure("locked", "Your vault is locked. Nothing was lost. Unlock it to go on.");
  const copy = await callVault<"serverCopy">("serverCopy", { blob, account });
  const forgetting = forgetsFormer ? await signForgetting(account, digestOf(copy.blob)) : undefined;
  base = await keepServerCopy(account, { ...copy, replaces, forgetting });
}

/** Tells what lies at the service from what this device left there, and puts right what needs no question. */
async function compareWithService(): Promise<JudgedCopy["judgement"]> {
  const { account } = vault;
  if (!account || vault.state !== "unlocked") return "same";
  const left = base;
  const judged = await judgeServerCopy({
    ...{ left, own: vault.revision },
    judge: (blob) => callVault<"judgeCopy">("judgeCopy", { blob }),
  });
  const { judgement, there } = judged;
  if (judgement === "newer" && there) {
    const { face: found, blob } = await callVault<"adoptCopy">("adoptCopy", { blob: there.blob });
    await keepDeviceCopy(account, blob);
    base = { revision: readRevision(there.blob), digest: there.digest };
    await rememberLeft(account, base);
    await takeOver({ face: found, blob });
  } else if (judgement === "older" || judgement === "missing") {
    await putBack(there?.digest ?? null, left?.revision ?? 0);
    // Nothing was ever left there by this device: then nothing was taken away either. What is older than this device's own
    // was put there by somebody, unless it is of the format that said nothing about its age.
    if (left !== undefined || (there && !isOfVersion1(there.blob))) tellNotice(judgement);
  } else if (judgement === "foreign") tellNotice("foreign");
  return judgement;
}

/** Puts this device's copy at the service, in the place of the one named. */
async function putBack(replaces: Hex | null, above: number): Promise<void> {
  const proposal = await callVault<"reseal">("reseal", { above });
  await leaveCopy(proposal.blob, replaces);
  if (vault.account) await keepDeviceCopy(vault.account, proposal.blob);
  await takeOver(proposal);
}

/** The person decides that the strange copy at the service goes. */
export function replaceForeignCopy(): Promise<void> {
  return inTurn(replaceNow);
}

async function replaceNow(): Promise<void> {
  const { account } = vault;
  if (!account) return;
  const left = base;
  const { judgement, there } = await judgeServerCopy({
    ...{ left, own: vault.revision },
    judge: (blob) => callVault<"judgeCopy">("judgeCopy", { blob }),
  });
  // Another device was faster and put a good one there: that is not to be overwritten.
  if (judgement === "newer") await compareWithService();
  else if (judgement !== "same") await putBack(there?.digest ?? null, left?.revision ?? 0);
  tellNotice(undefined);
}

/** The person decides to open the strange copy: they may have changed how their vault opens on another device. */
export async function openForeignCopy(): Promise<void> {
  const { account } = vault;
  if (!account) return;
  const { there } = await judgeServerCopy({ left: undefined, own: 0, judge: async () => ({ kind: "foreign" }) });
  if (!there) return;
  openInstead(there.blob);
}

let changing: Promise<unknown> = Promise.resolve();

/** One change after another: the worker has one proposal at a time, and what is proposed last is what is committed. */
export function inTurn<T>(work: () => Promise<T>): Promise<T> {
  const turn = changing.then(work);
  // One that failed must not keep the next from being tried.
  changing = turn.catch(() => undefined);
  return turn;
}

/**
 * Changes the open vault and stores both copies, one change after another. Where another device has left a newer copy,
 * that one is taken over and the change made on top of it. `newRoot`: the copies that were replaced are forgotten, as
 * somebody may open them. Throws Failure, and then nothing was changed.
 */
export function changeVault<T extends Proposal>(
  propose: () => Promise<T>,
  options: { newRoot?: boolean } = {},
): Promise<T> {
  return inTurn(async () => {
    try {
      return await keepBoth(await propose(), options);
    } catch (error) {
      const other = isFailure(error, "conflict") && error instanceof Failure && error.reason === "newer-vault";
      if (!other || (await compareWithService()) !== "newer") throw error;
      return await keepBoth(await propose(), options);
    }
  });
}

async function keepBoth<T extends Proposal>(proposal: T, options: { newRoot?: boolean }): Promise<T> {
  const { account } = vault;
  if (!account) throw new Failure("locked", "Your vault is locked. Nothing was lost. Unlock it to go on.");
  // The service's copy first: where another device has left a newer one, this change must not look done.
  await leaveCopy(proposal.blob, base?.digest ?? null, options.newRoot);
  await keepDeviceCopy(account, proposal.blob);
  await takeOver(proposal);
  return proposal;
}

/**
 * The open vault of an account that one moves from becomes that of the account that is signed in: at the service, on this
 * device, here. Throws Failure, and then nothing was changed.
 */
export function moveVault(to: Address, options: { remember: VaultSettings }): Promise<void> {
  return inTurn(async () => {
    const proposal = await callVault<"moveVault">("moveVault", { to, ...options });
    const copy = await callVault<"serverCopy">("serverCopy", { blob: proposal.blob, account: to });
    base = await keepServerCopy(to, { ...copy, replaces: null });
    await keepDeviceCopy(to, proposal.blob);
    await takeOver(proposal);
    becomeOwner(to);
  });
}

/** Replaces the settings, made from those of the newest copy, and stores both copies. */
export async function saveSettings(change: (settings: VaultSettings) => VaultSettings): Promise<void> {
  await changeVault(() => callVault<"changeSettings">("changeSettings", change(readSettings())));
}

onUnlocked((from) =>
  inTurn(async () => {
    const { account } = vault;
    // The vault of an account that one moves from: what lies at the service for who is signed in is another matter.
    if (vault.isMoving) return void (base = undefined);
    base = account === undefined ? undefined : await recallLeft(account);
    if (from === "device") await compareWithService();
  }),
);
