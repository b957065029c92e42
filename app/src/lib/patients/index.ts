// A provider's patients: the consents they hold, a patient's records as far as consent goes, opening and adding one.
export { default as BreakGlassDialog } from "./BreakGlassDialog.svelte";
export { createPatientChart, type PatientChart } from "./chart.svelte.ts";
export { versionKey, type ChartEntry } from "./chart-entry.ts";
export { default as ChartList } from "./ChartList.svelte";
export { default as ChartReader } from "./ChartReader.svelte";
export { findTrustedGateways } from "./elsewhere/index.ts";
export { categoryLabel, isOpen, mayAdd, type HeldConsent } from "./held-consent.ts";
export { createHeldConsents, type HeldConsents } from "./held-consents.svelte.ts";
export { default as HeldConsentCard } from "./HeldConsentCard.svelte";
export { default as NameDialog } from "./NameDialog.svelte";
export { default as NoteForm } from "./NoteForm.svelte";
export { createPatientNames, forgetFormerNames, type PatientNames } from "./patient-names.svelte.ts";
export { default as PatientRow } from "./PatientRow.svelte";
export { default as RenounceDialog } from "./RenounceDialog.svelte";
export { default as TitlesDialog } from "./TitlesDialog.svelte";
export { readEntryVersions } from "./read-versions.ts";
