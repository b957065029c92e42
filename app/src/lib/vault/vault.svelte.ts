// The vault as screens see it: none, locked, unlocked; and the calls into its worker. Rules: locking ends the worker, so
// that nothing survives in its memory; a new vault is stored only after its recovery kit was confirmed.
import type { Address, Hex, TypedDataDefinition } from "viem";
import { place } from "#app/service/index.ts";
import { createCaller, type Caller } from "#app/workers/index.ts";
import { Failure, isFailure } from "#protocol/failure.ts";
import type { Credential, Kit, Unlocker, VaultBlob, VaultSettings } from "#protocol/keys/index.ts";
import { checkTries, clearTries, countWrongTry } from "./attempts.ts";
import type { Proposal, VaultCalls, VaultFace } from "./calls.ts";
import { checkOwner } from "./check-opened.ts";
import { findVault, keepDeviceCopy, keepServerCopy, rememberLeft, type StoredVault } from "./copies.ts";
import { digestOfCopy } from "./judge-copy.ts";
import { DEFAULT_IDLE_MINUTES, watchIdle } from "./idle.ts";
import { noteConfirmed } from "./step-up-clock.ts";
import { readWays } from "./ways.ts";

/** Why the vault is locked, to be said on the unlock screen. */
export type LockReason = "idle" | "asked" | "account-changed" | "other-tab";

/** What was found about the copy at the service, to be told: it was put right, or somebody has to decide. */
export type CopyNotice = "older" | "missing" | "foreign";

type State = "unknown" | "none" | "locked" | "unlocked";

let state = $state<State>("unknown");
let owner = $state<Address | undefined>();
let stored = $state.raw<StoredVault | undefined>();
let face = $state.raw<VaultFace | undefined>();
let lockedBecause = $state<LockReason | undefined>();
let notice = $state.raw<CopyNotice | undefined>();
/** True while the vault is that of an account that its person moves from. */
let moving = $state(false);
/** This device's copy, while the service's is being opened in its stead. */
let setAside: StoredVault | undefined;

let worker: Worker | undefined;
let caller: ReturnType<typeof createCaller<VaultCalls>> | undefined;
let stopIdle: (() => void) | undefined;
/** A vault that was made and whose kit is not confirmed yet. */
let unconfirmed: { blob: VaultBlob; face: VaultFace } | undefined;

let afterUnlock: (from: StoredVault["where"]) => Promise<unknown> = () => Promise.resolve();

/** Names what follows an unlocking: knowing what is at the service, and looking there when this device's copy was opened. */
export function onUnlocked(work: (from: StoredVault["where"]) => Promise<unknown>): void {
  afterUnlock = work;
}

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
  /** The ways in that the stored copy names. It is unopened: what stands here is no more than a hint. */
  get ways(): readonly Unlocker[] {
    return readWays(stored?.blob);
  },
  /** The stored copy, for those who open it otherwise than by an unlocker of one's own. */
  get storedBlob(): unknown {
    return stored?.blob;
  },
  /** The ways in that the open vault has. */
  get unlockers(): readonly Unlocker[] {
    return face?.unlockers ?? [];
  },
  get vaultId(): string | undefined {
    return face?.vaultId;
  },
  /** How often the open vault was changed. */
  get revision(): number {
    return face?.revision ?? 0;
  },
  /** How many roots the open vault has. */
  get roots(): number {
    return face?.roots ?? 0;
  },
  /** The public keys that the open vault had before. */
  get formerKeys(): readonly Hex[] {
    return face?.formerKeys ?? [];
  },
  get notice(): CopyNotice | undefined {
    return notice;
  },
  /** True while the vault is that of an account that its person moves from: nothing else may be done with it. */
  get isMoving(): boolean {
    return moving;
  },
};

/** Looks for this account's vault. Call it when somebody has signed in. */
export async function loadVault(account: Address): Promise<void> {
  if (owner === account && state !== "unknown" && !moving) return;
  endWorker();
  owner = account;
  moving = false;
  state = "unknown";
  notice = undefined;
  stored = await findVault(account);
  state = stored ? "locked" : "none";
}

/** One call to the vault's worker. Throws Failure("locked") when there is none. */
export function callVault<K extends keyof VaultCalls & string>(
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
  return callVault<K>(name, { ...args, place: await place() } as VaultCalls[K]["args"], options);
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

function opened(newFace: VaultFace, options: { otherwise?: boolean } = {}): void {
  face = newFace;
  setAside = undefined;
  noteConfirmed(Date.now(), options);
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
    const made = await callVault<"create">("create", options);
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
  const copy = await callVault<"serverCopy">("serverCopy", { blob, account: owner });
  await keepServerCopy(owner, { ...copy, replaces: null });
  stored = { where: "device", blob };
  unconfirmed = undefined;
  opened(made);
  await afterUnlock("service");
}

/** Opens the vault. Throws Failure("wrong-key" | "locked" | "tampered" | "bad-input"). */
export function unlockVault(credential: Credential): Promise<void> {
  const otherwise = credential.type === "kit";
  return openStored(async (blob, reseal) => callVault<"open">("open", { blob, credential, reseal }), { otherwise });
}

/**
 * Opens the stored copy in whatever way: a new worker, the growing wait, and from then on a copy on this device.
 * `otherwise`: by a kit or by guardians.
 */
export async function openStored(
  open: (blob: unknown, reseal: boolean) => Promise<{ face: VaultFace; blob: VaultBlob | undefined }>,
  options: { otherwise: boolean },
): Promise<void> {
  if (!owner || !stored) throw new Failure("not-found", "There is no vault to open here. Nothing was changed.");
  const account = owner;
  const from = stored;
  const now = (): number => Math.floor(Date.now() / 1000);
  checkTries(localStorage, account, now());
  startWorker();
  try {
    const { face: found, blob } = await open(from.blob, from.where === "service");
    checkOwner(found, account);
    clearTries(localStorage, account);
    if (blob) {
      // From here on this device opens with the passphrase alone.
      await keepDeviceCopy(account, blob);
      stored = { where: "device", blob };
    }
    if (from.where === "service") {
      await rememberLeft(account, { revision: readRevision(from.blob), digest: digestOfCopy(from.blob) });
      notice = undefined;
    }
    opened(found, options);
    // A service that is away says nothing about its copy: it is looked at again at the next unlocking.
    void afterUnlock(from.where).catch(() => undefined);
  } catch (error) {
    endWorker();
    if (isFailure(error, "wrong-key") && error instanceof Failure && error.reason !== "no-such-unlocker") {
      countWrongTry(localStorage, account, now());
    }
    if (isFailure(error, "tampered") && setAside) {
      // The strange copy is what it looked like: this device's own comes back.
      stored = setAside;
      setAside = undefined;
    }
    throw error;
  }
}

/** The revision that a copy says it is; 0 where it says none. */
export function readRevision(blob: unknown): number {
  const revision = typeof blob === "object" && blob !== null && "revision" in blob ? blob.revision : 0;
  return typeof revision === "number" ? revision : 0;
}

/** Takes over a change that was stored: in the worker, and here. */
export async function takeOver({ face: found, blob }: Proposal): Promise<void> {
  await callVault<"commit">("commit", undefined);
  stored = { where: "device", blob };
  face = found;
}

/** What is to be told about the copy at the service. */
export function tellNotice(found: CopyNotice | undefined): void {
  notice = found;
}

/** Lets a copy of another account of the same person be opened, to be moved to the one that is signed in. */
export function openOther(account: Address, found: StoredVault): void {
  endWorker();
  owner = account;
  stored = found;
  notice = undefined;
  moving = true;
  state = "locked";
}

/** The vault that was moved is now that of this account. */
export function becomeOwner(account: Address): void {
  owner = account;
  moving = false;
}

/** Locks, and lets the service's copy be opened in the stead of this device's, which comes back if that one is refused. */
export function openInstead(blob: unknown): void {
  const aside = stored;
  lockVault("asked");
  setAside = aside;
  stored = { where: "service", blob };
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
  setAside = undefined;
  notice = undefined;
  moving = false;
  state = "unknown";
  lockedBecause = undefined;
}

/** The settings that travel with the vault. */
export function readSettings(): VaultSettings {
  if (!face) throw new Failure("locked", "Your vault is locked. Nothing was lost. Unlock it to go on.");
  return face.settings;
}

/**
 * A signature by the vault account, which can end things and re-key, and nothing else. `former`: by the one before it;
 * `account`: by that one, of whichever root.
 */
export function signWithVaultAccount(
  typed: TypedDataDefinition,
  options: { former?: boolean; account?: Address | undefined } = {},
): Promise<Hex> {
  return callVault<"signAsVaultAccount">("signAsVaultAccount", { typed, ...options });
}

tabs?.addEventListener("message", () => lockVault("other-tab"));
if (typeof window !== "undefined") {
  // Closing the tab, or leaving it for the back-forward cache, locks too.
  window.addEventListener("pagehide", () => {
    if (state === "unlocked") endWorker();
    if (state === "unlocked") state = "locked";
  });
}
