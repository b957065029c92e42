// The vault's one door. Secrets live in its worker; what comes out of here is public, ciphertext, or what a person asked
// to see.
export {
  addDocument,
  dropUpload,
  listUploads,
  makeBundle,
  makeCapsule,
  makeSeals,
  openCapsule,
  openFreshCapsule,
  openManifests,
  openNote,
  openOpening,
  readDocument,
  readRange,
  wrapNote,
} from "./calls-of-screens.ts";
export type { AddProgress, KeyedParty, NewRecord, OpenedManifest, SealOrder, Unfinished, Via } from "./calls.ts";
export { default as KitSheet } from "./KitSheet.svelte";
export { default as StrengthMeter } from "./StrengthMeter.svelte";
export { default as UnlockPanel } from "./UnlockPanel.svelte";
export { hasPublishedKey, type PublishedKey } from "./published-key.ts";
export { recallLedger, rememberLedger } from "./remembering.ts";
export { estimateStrength, type Strength } from "./strength.ts";
export {
  confirmKit,
  createVault,
  leaveVault,
  loadVault,
  lockVault,
  readSettings,
  saveSettings,
  signWithVaultAccount,
  vault,
  type LockReason,
} from "./vault.svelte.ts";
