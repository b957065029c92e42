// Whether everything was handed on and sealed anew since the root changed, kept inside the vault, so that whichever device
// opens it next goes on with it.
import type { VaultSettings } from "#protocol/keys/index.ts";
import { saveSettings } from "./changing.ts";
import { readSettings, vault } from "./vault.svelte.ts";

const SETTING = "sealedRoots";

function sealedRoots(): number {
  const kept = readSettings()[SETTING];
  return typeof kept === "number" ? kept : 1;
}

/** Whether there is a root that documents are not sealed under yet. */
export function isNewRootUnsealed(): boolean {
  return vault.roots > sealedRoots();
}

/** What the settings hold once everything is sealed under the newest of so many roots. */
export function rememberSealed(roots: number): VaultSettings {
  return { [SETTING]: roots };
}

/** Everything was sealed under the root that was the present one when `roots` were counted; a newer one is still due. */
export async function noteRootSealed(roots: number): Promise<void> {
  await saveSettings((settings) => ({ ...settings, ...rememberSealed(roots) }));
}
