// The vault's one door. Secrets live in its worker; what comes out of here is public, ciphertext, or what a person asked
// to see.
export {
  addDocument,
  dropUpload,
  listUploads,
  makeBundle,
  makeCapsule,
  makeSeals,
  moveManifest,
  openCapsules,
  openFreshCapsule,
  openManifests,
  openNote,
  openOpening,
  readDocument,
  readRange,
  readTold,
  wrapNote,
} from "./calls-of-screens.ts";
export type {
  AddProgress,
  KeyedParty,
  KeySource,
  NewRecord,
  OpenedManifest,
  SealOrder,
  Unfinished,
  Via,
} from "./calls.ts";
export {
  handOver,
  readGuardianships,
  readOwnGuardians,
  readShare,
  stopGuarding,
  type Guardianship,
} from "./guarding.ts";
export type { Asked } from "./kept-recovery.ts";
export { default as KitSheet } from "./KitSheet.svelte";
export {
  changeKey,
  dropOrganisationKey,
  findFormer,
  holdOrganisationKey,
  leftWithKey,
  readLeftKeys,
  sharedWith,
  shareKeyWith,
  stopSharing,
  type LeftKey,
  type MemberKeyStanding,
} from "./members.ts";
export { passkeysWork } from "./passkey.ts";
export {
  beginRecovery,
  endRecovery,
  listAsked,
  openByGuardians,
  readOwnRecovery,
  storedGuardians,
  type OpenRecovery,
} from "./recovering.ts";
export { areSharesThere } from "./shares-there.ts";
export { requireFreshPresence } from "./step-up.svelte.ts";
export { default as StepUp } from "./StepUp.svelte";
export { default as StrengthMeter } from "./StrengthMeter.svelte";
export {
  addPasskey,
  addPassphrase,
  forgetNewKit,
  keepNewKit,
  makeNewKit,
  removeUnlocker,
  setGuardians,
} from "./unlockers.ts";
export { default as VaultNotices } from "./VaultNotices.svelte";
export { default as UnlockPanel } from "./UnlockPanel.svelte";
export { saveSettings } from "./changing.ts";
export {
  findOldVaults,
  openOldVault,
  readMove,
  rememberMove,
  takeVaultAlong,
  type MovedFrom,
  type OldVault,
} from "./moved-from.ts";
export { hasPublishedKey, hasPublishedKeyTwice, type PublishedKey } from "./published-key.ts";
export { isNewRootUnsealed, noteRootSealed } from "./new-root.ts";
export { recallLedger, rememberLedger } from "./remembering.ts";
export { estimateStrength, type Strength } from "./strength.ts";
export {
  confirmKit,
  createVault,
  leaveVault,
  loadVault,
  lockVault,
  readSettings,
  signWithVaultAccount,
  vault,
  type LockReason,
} from "./vault.svelte.ts";
