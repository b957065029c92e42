// The vault as screens see it: none, locked, unlocked; and the calls into its worker. Rules: locking ends the worker, so
// that nothing survives in its memory; a new vault is stored only after its recovery kit was confirmed.
import type { Address, Hex, TypedDataDefinition } from "viem";
import { place } from "#app/service/index.ts";
import { createCaller, type Caller } from "#app/workers/index.ts";
import { Failure, isFailure } from "#protocol/failure.ts";
import type { Credential, Kit, VaultBlob, VaultSettings } from "#protocol/keys/index.ts";
import { checkTries, clearTries, countWrongTry } from "./attempts.ts";
import type { VaultCalls, VaultFace } from "./calls.ts";
import { findVault, keepDeviceCopy, keepServerCopy, type StoredVault } from "./copies.ts";
import { DEFAULT_IDLE_MINUTES, watchIdle } from "./idle.ts";

/** Why the vault is locked, to be said on the unlock screen. */
export type LockReason = "idle" | "asked" | "account-changed" | "other-tab";

type State = "unknown" | "none" | "locked" | "unlocked";

let state = $state<State>("unknown");
let owner = $state<Address | undefined>();
let stored = $state.raw<StoredVault | undefined>();
let face = $state.raw<VaultFace | undefined>();
let lockedBecause = $state<LockReason | undefined>();

let worker: Worker | undefined;
let caller: ReturnType<typeof createCaller<VaultCalls>> | undefined;
let stopIdle: (() => void) | undefined;
/** A vault that was made and whose kit is not confirmed yet. */
let unconfirmed: { blob: VaultBlob; face: VaultFace } | undefined;

const tabs = typeof BroadcastChannel === "undefined" ? undefined : new BroadcastChannel("placet.vault");

/** The vault's state, reactive. */
export const vault = {
  get state(): State {
    return state;
  },
  /** Whose vault it is. */
  get account(): Address | undefined {
    return owner;
  },
  /** Where the copy lies that would be opened: on this device, or only at the service (then the kit is needed too). */
  get copy(): "device" | "service" | undefined {
    return stored?.where;
  },
  get publicKey(): Hex | undefined {
    return face?.publicKey;
  },
  get fingerprint(): string | undefined {
    return face?.fingerprint;
  },
  get vaultAccount(): Address | undefined {
    return face?.vaultAccount;
  },
  get lockedBecause(): LockReason | undefined {
    return lockedBecause;
  },
};

/** Looks for this account's vault. Call it when somebody has signed in. */
export async function loadVault(account: Address): Promise<void> {
  if (owner === account && state !== "unknown") return;
  endWorker();
  owner = account;
  state = "unknown";
  stored = await findVault(account);
  state = stored ? "locked" : "none";
}

function call<K extends keyof VaultCalls & string>(
  ...args: Parameters<Caller<VaultCalls>>
): Promise<VaultCalls[K]["result"]> {
  if (!caller) {
    return Promise.reject(new Failure("locked", "Your vault is locked. Nothing was lost. Unlock it to go on."));
  }
  return caller.call(...args) as Promise<VaultCalls[K]["result"]>;
}

/** One call to the open vault, with where keys are valid. Throws Failure("locked") when it is not open. */
export async function askVaultHere<K extends keyof VaultCalls & string>(
  name: K,
  args: Omit<VaultCalls[K]["args"], "place">,
  options?: Parameters<Caller<VaultCalls>>[2],
): Promise<VaultCalls[K]["result"]> {
  return call<K>(name, { ...args, place: await place() } as VaultCalls[K]["args"], options);
}

function startWorker(): void {
  endWorker();
  worker = new Worker(new URL("./worker/vault.worker.ts", import.meta.url), { type: "module", name: "placet-vault" });
  caller = createCaller<VaultCalls>(worker);
  worker.addEventListener("error", (event) => {
    event.preventDefault();
    caller?.fail(
      new Failure("internal", "The vault stopped working. Nothing was lost. Reload the page and unlock it."),
    );
    lockVault("asked");
  });
}

function endWorker(): void {
  stopIdle?.();
  stopIdle = undefined;
  caller?.fail(new Failure("locked", "Your vault was locked. Nothing was lost. Unlock it to go on."));
  worker?.terminate();
  worker = undefined;
  caller = undefined;
  face = undefined;
  unconfirmed = undefined;
}

function opened(newFace: VaultFace): void {
  face = newFace;
  state = "unlocked";
  lockedBecause = undefined;
  stopIdle?.();
  stopIdle = watchIdle({ minutes: idleMinutes, lock: () => lockVault("idle") });
}

/** Minutes until the idle lock, from the vault's settings. */
export function idleMinutes(): number {
  const minutes = face?.settings["idleMinutes"];
  return typeof minutes === "number" && minutes >= 1 && minutes <= 120 ? minutes : DEFAULT_IDLE_MINUTES;
}

/** Makes a vault in the worker and gives its recovery kit. Nothing is stored until `confirmKit`. */
export async function createVault(options: { account: Address; passphrase: string }): Promise<Kit> {
  startWorker();
  owner = options.account;
  try {
    const made = await call<"create">("create", options);
    unconfirmed = { blob: made.blob, face: made.face };
    return made.kit;
  } catch (error) {
    endWorker();
    throw error;
  }
}

/** The kit was confirmed: the vault is stored on this device and, in the form that cannot be guessed, at the service. */
export async function confirmKit(): Promise<void> {
  if (!unconfirmed || !owner) {
    throw new Failure("conflict", "There is no new vault to keep. Nothing was stored. Start again.");
  }
  const { blob, face: made } = unconfirmed;
  await keepDeviceCopy(owner, blob);
  await keepServerCopy(await call<"serverCopy">("serverCopy", { blob }));
  stored = { where: "device", blob };
  unconfirmed = undefined;
  opened(made);
}

/** Opens the vault. Throws Failure("wrong-key" | "locked" | "tampered" | "bad-input"). */
export async function unlockVault(credential: Credential): Promise<void> {
  if (!owner || !stored) throw new Failure("not-found", "There is no vault to open here. Nothing was changed.");
  const now = (): number => Math.floor(Date.now() / 1000);
  checkTries(localStorage, owner, now());
  startWorker();
  try {
    const reseal = stored.where === "service";
    const { face: found, blob } = await call<"open">("open", { blob: stored.blob, credential, reseal });
    clearTries(localStorage, owner);
    if (blob) {
      // From here on this device opens with the passphrase alone.
      await keepDeviceCopy(owner, blob);
      stored = { where: "device", blob };
    }
    opened(found);
  } catch (error) {
    endWorker();
    if (isFailure(error, "wrong-key") && error instanceof Failure && error.reason !== "no-such-unlocker") {
      countWrongTry(localStorage, owner, now());
    }
    throw error;
  }
}

/** Locks at once, here and in the other tabs: the worker ends, and with it everything it knew. */
export function lockVault(reason: LockReason = "asked"): void {
  if (state === "unlocked" || unconfirmed) {
    endWorker();
    state = stored ? "locked" : "none";
    lockedBecause = reason;
  }
  if (reason !== "other-tab") tabs?.postMessage("lock");
}

/** Forgets whose vault it was: somebody signed out. */
export function leaveVault(): void {
  lockVault("asked");
  endWorker();
  owner = undefined;
  stored = undefined;
  state = "unknown";
  lockedBecause = undefined;
}

/** The settings that travel with the vault. */
export function readSettings(): VaultSettings {
  if (!face) throw new Failure("locked", "Your vault is locked. Nothing was lost. Unlock it to go on.");
  return face.settings;
}

/** Replaces the settings and stores both copies. */
export async function saveSettings(settings: VaultSettings): Promise<void> {
  const account = owner;
  if (!account) throw new Failure("locked", "Your vault is locked. Nothing was lost. Unlock it to go on.");
  const { face: changed, blob } = await call<"changeSettings">("changeSettings", settings);
  // The service's copy first: where another device has left a newer one, this change must not look done.
  await keepServerCopy(await call<"serverCopy">("serverCopy", { blob }));
  await keepDeviceCopy(account, blob);
  stored = { where: "device", blob };
  face = changed;
}

/** A signature by the vault account, which can end things and re-key, and nothing else. */
export function signWithVaultAccount(typed: TypedDataDefinition): Promise<Hex> {
  return call<"signAsVaultAccount">("signAsVaultAccount", typed);
}

tabs?.addEventListener("message", () => lockVault("other-tab"));
if (typeof window !== "undefined") {
  // Closing the tab, or leaving it for the back-forward cache, locks too.
  window.addEventListener("pagehide", () => {
    if (state === "unlocked") endWorker();
    if (state === "unlocked") state = "locked";
  });
}
