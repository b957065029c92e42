// From which account this vault was moved, and which consents of it ended by that: kept inside the vault, so that whichever
// device opens it next goes on where the last one stopped.
import type { Address, Hex } from "viem";
import { z } from "zod";
import { addressShape, digestShape, listHere } from "#app/service/index.ts";
import { fetchByKit } from "./copies.ts";
import { moveVault, saveSettings } from "./changing.ts";
import { rememberSealed } from "./new-root.ts";
import { openOther, readSettings, vault } from "./vault.svelte.ts";

const SETTING = "movedFrom";
const shape = z.object({
  account: addressShape,
  again: z.array(z.object({ grantee: addressShape, scope: digestShape })).max(400),
  done: z.boolean().default(false),
});

/** The account that one moved from; `again`: its consents that ended by the move; `done`: the person is through with it. */
export type MovedFrom = { account: Address; again: { grantee: Address; scope: Hex }[]; done: boolean };

/** What the open vault remembers of a move; undefined when there was none, or it is done. */
export function readMove(): MovedFrom | undefined {
  if (vault.state !== "unlocked" || vault.isMoving) return undefined;
  const found = shape.safeParse(readSettings()[SETTING]).data;
  return found?.done ? undefined : found;
}

/** Remembers more of it. */
export async function rememberMove(move: MovedFrom): Promise<void> {
  await saveSettings((settings) => ({ ...settings, [SETTING]: move }));
}

const copyShape = z.looseObject({ format: z.literal("placet-vault"), account: addressShape });
/** A copy of another account's vault on this device, unread. */
export type OldVault = { account: Address; blob: unknown };

/** The copies of other accounts' vaults that are on this device. */
export async function findOldVaults(account: Address): Promise<OldVault[]> {
  return (await listHere("vaults", "0x")).flatMap((blob) => {
    const found = copyShape.safeParse(blob).data;
    return found && found.account !== account ? [{ account: found.account, blob }] : [];
  });
}

/** Gets the vault of the old account ready to be opened: this device's copy, else the service's by the kit's code. */
export async function openOldVault(account: Address, by: { blob: unknown } | { code: string }): Promise<void> {
  if ("blob" in by) openOther(account, { where: "device", blob: by.blob });
  else openOther(account, { where: "service", blob: await fetchByKit(account, by.code) });
}

/** Makes the open vault of the old account that of the one that is signed in. Throws Failure. */
export async function takeVaultAlong(to: Address): Promise<void> {
  const { account } = vault;
  if (!account || !vault.isMoving) return;
  // What comes from the new root is sealed by moving: nothing of this account is under an older one.
  const remember = { [SETTING]: { account, again: [], done: false }, ...rememberSealed(vault.roots + 1) };
  await moveVault(to, { remember });
}
