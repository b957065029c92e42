// Asking once more who is there, before somebody new is let in, something specially protected is shared, or the vault gets
// or loses a way in. Rule: only the open vault's own passkey or passphrase answers; a screen left open for a moment is not
// enough.
import { Failure } from "#protocol/failure.ts";
import { passkeysWork } from "./passkey.ts";
import { presenceWays } from "./presence-ways.ts";
import { didComeOtherwise, isFresh } from "./step-up-clock.ts";
import { vault } from "./vault.svelte.ts";

type Asking = { resolve: () => void; reject: (failure: Failure) => void };

let asking = $state.raw<Asking | undefined>();

/** What the dialog shows and settles. */
export const stepUp = {
  get open(): boolean {
    return asking !== undefined;
  },
  /** It was shown. */
  settle(): void {
    asking?.resolve();
    asking = undefined;
  },
  /** They closed it, or the vault was locked. */
  refuse(): void {
    asking?.reject(new Failure("rejected-by-user", "You did not confirm. Nothing was signed or sent."));
    asking = undefined;
  },
};

/** Resolves once the person showed it, or did within the last minutes. Throws Failure("rejected-by-user" | "locked"). */
export function requireFreshPresence(): Promise<void> {
  if (vault.state !== "unlocked") {
    return Promise.reject(new Failure("locked", "Your vault is locked. Nothing was signed. Unlock it to go on."));
  }
  // A vault that only guardians or a kit open has nothing that could be asked for here.
  const { passphrase, passkey } = presenceWays(vault.unlockers, passkeysWork() ? location.hostname : undefined);
  if (!(passphrase || passkey) || isFresh(Date.now())) return Promise.resolve();
  stepUp.refuse();
  return new Promise((resolve, reject) => (asking = { resolve, reject }));
}

/**
 * The same before the ways into the vault are changed: a way that is added at a screen left open would stay. Who came in by
 * a kit or by guardians may have lost all else, and must be able to add what opens it from now on: they are not asked.
 */
export function requirePresenceForWays(): Promise<void> {
  return vault.state === "unlocked" && didComeOtherwise() ? Promise.resolve() : requireFreshPresence();
}
