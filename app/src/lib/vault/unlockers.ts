// Adding and removing the ways to open a vault. Rule: a way that somebody else may know is removed with a new root, and the
// keys that come from it are published and handed on before anything new is sealed.
import type { Address, Hex } from "viem";
import { place, request } from "#app/service/index.ts";
import { Failure } from "#protocol/failure.ts";
import type { Credential, Kit } from "#protocol/keys/index.ts";
import { z } from "zod";
import type { KeyedParty } from "./calls.ts";
import { forgetSecret, makePasskey, usePasskey } from "./passkey.ts";
import { noteConfirmed } from "./step-up-clock.ts";
import { requirePresenceForWays } from "./step-up.svelte.ts";
import { changeVault, inTurn } from "./changing.ts";
import { callVault, unlockVault, vault } from "./vault.svelte.ts";
import { checkTries, clearTries, countWrongTry } from "./attempts.ts";

const nowSeconds = (): number => Math.floor(Date.now() / 1000);

/** Opens the vault with one of its passkeys. */
export async function unlockByPasskey(): Promise<void> {
  const credential = await usePasskey(vault.ways);
  try {
    await unlockVault(credential);
  } finally {
    forgetSecret(credential as { secret?: Uint8Array });
  }
}

/** Adds a passkey of this device. */
export async function addPasskey(label: string): Promise<void> {
  if (!vault.account) throw new Failure("locked", "Your vault is locked. Nothing was changed. Unlock it first.");
  await requirePresenceForWays();
  const added = await makePasskey({ account: vault.account, label, unlockers: vault.unlockers });
  try {
    await changeVault(() => callVault<"addUnlocker">("addUnlocker", added));
    noteConfirmed(Date.now());
  } finally {
    forgetSecret(added);
  }
}

/** Adds a passphrase. Throws Failure("bad-input"). */
export async function addPassphrase(options: { passphrase: string; label: string }): Promise<void> {
  await requirePresenceForWays();
  await changeVault(() => callVault<"addUnlocker">("addUnlocker", { type: "passphrase", ...options }));
  noteConfirmed(Date.now());
}

let unkept: { kit: Kit; passphrase: string | undefined } | undefined;

/**
 * Makes a new recovery kit and shows it; nothing is stored before `keepNewKit`. Where there is a passphrase, it is needed:
 * the two together open the service's copy. Throws Failure("wrong-key").
 */
export async function makeNewKit(passphrase: string | undefined): Promise<Kit> {
  if (!passphrase) await requirePresenceForWays();
  // In turn: the worker keeps the last proposal in mind, and must not commit this one in the place of a change under way.
  const { kit } = await inTurn(() =>
    callVault<"addUnlocker">("addUnlocker", { type: "kit", ...(passphrase ? { passphrase } : {}) }),
  );
  if (!kit) throw new Failure("internal", "The recovery kit could not be made. Nothing was changed. Try again.");
  unkept = { kit, passphrase };
  return kit;
}

/** Forgets a kit that was made and not kept, and the passphrase with it: call it when its page goes. */
export function forgetNewKit(): void {
  unkept = undefined;
}

/** Stores the vault with the kit that was confirmed. */
export async function keepNewKit(): Promise<void> {
  const { kit, passphrase } = unkept ?? {};
  if (!kit) throw new Failure("conflict", "There is no new recovery kit to keep. Nothing was changed. Start again.");
  await changeVault(() =>
    callVault<"addUnlocker">("addUnlocker", { type: "kit", code: kit.code, ...(passphrase ? { passphrase } : {}) }),
  );
  unkept = undefined;
}

/** Removes a way in. `newRoot`: somebody else may know it. */
export async function removeUnlocker(options: { id: string; newRoot: boolean }): Promise<void> {
  await requirePresenceForWays();
  const gone = vault.unlockers.find(({ id }) => id === options.id);
  const { newRoot } = options;
  await changeVault(() => callVault<"removeUnlocker">("removeUnlocker", options), { newRoot });
  if (gone?.type === "guardians") await leaveShares({ set: `0x${"0".repeat(64)}`, boxes: [] });
}

async function leaveShares(options: { set: Hex; boxes: { guardian: Address; box: string }[] }): Promise<void> {
  const { set, boxes } = options;
  await request("/api/guardians", { method: "PUT", signed: true, body: { set, shares: boxes }, schema: z.unknown() });
}

/**
 * Gives out shares of a new secret, in the place of an earlier set. The vault first: shares of a secret that it does not
 * have would open nothing; a vault whose shares are missing says so on its page.
 */
export async function setGuardians(options: {
  name: string;
  threshold: number;
  guardians: KeyedParty[];
  /** Enough of those who held the earlier set's shares may have put them together, or may yet. */
  newRoot: boolean;
}): Promise<void> {
  await requirePresenceForWays();
  const where = await place();
  const { newRoot } = options;
  const { set, boxes } = await changeVault(
    () => callVault<"setGuardians">("setGuardians", { ...options, place: where }),
    { newRoot },
  );
  await leaveShares({ set, boxes });
}

/** Asks once more who is there: a passkey or passphrase of the open vault. Throws Failure("wrong-key" | "locked"). */
export async function confirmPresence(credential: Credential): Promise<void> {
  const { account } = vault;
  if (!account) throw new Failure("locked", "Your vault is locked. Nothing was changed. Unlock it first.");
  checkTries(localStorage, account, nowSeconds());
  if (!(await callVault<"checkCredential">("checkCredential", credential))) {
    countWrongTry(localStorage, account, nowSeconds());
    throw new Failure("wrong-key", "That does not open your vault. Nothing was changed. Check it and try again.");
  }
  clearTries(localStorage, account);
  noteConfirmed(Date.now());
}

/** The same by a passkey. */
export async function confirmByPasskey(): Promise<void> {
  const credential = await usePasskey(vault.unlockers);
  try {
    await confirmPresence(credential);
  } finally {
    forgetSecret(credential as { secret?: Uint8Array });
  }
}
