// The patient's consents: the list, granting, ending, moving the end, re-keying, and who can read what.
export { readBreakReason } from "./break-reason.ts";
export {
  consentId,
  countReaders,
  emergencyOf,
  isOpen,
  readersOf,
  type Consent,
  type CoveredDocument,
  type Reader,
} from "./consent.ts";
export { endByVault } from "./act.ts";
export { createConsentReader } from "./read-consents.ts";
export { default as ConsentItem } from "./ConsentItem.svelte";
export { createConsents, type Consents } from "./consents.svelte.ts";
export { default as EndsSoon } from "./EndsSoon.svelte";
export { emergencyDraft, type Asked, type GrantDraft } from "./grant-draft.ts";
export type { GrantableDocument } from "./grantable.ts";
export { default as GrantFlow } from "./GrantFlow.svelte";
export { gridCells } from "./grid.ts";
export { default as MoveEndDialog } from "./MoveEndDialog.svelte";
export { default as NewKeys } from "./NewKeys.svelte";
export { default as ReadersDialog } from "./ReadersDialog.svelte";
export { rekeyAfterEnd } from "./rekey.ts";
export { default as RevokeDialog } from "./RevokeDialog.svelte";
