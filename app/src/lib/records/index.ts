// The patient's records: the list, one record, the profile, and the acts on them.
export { anchorRecord, anchorRecords, rejectRecord, sealRecords, sealWanted, withdrawRecord } from "./act.ts";
export { default as ErasureCertificate } from "./ErasureCertificate.svelte";
export { eraseRecord } from "./erasures.ts";
export { readableRecord } from "./open-record.ts";
export { bringBack, keptCopy, makeCopy, rememberCopy, type KeptCopy } from "./own-copy.ts";
export { readProfile, storeProfile } from "./profile-document.ts";
export { default as ProfileForm } from "./ProfileForm.svelte";
export { categoryLabel, isLive, isNew, recordedAt, titleOf, type ChartRecord } from "./record.ts";
export { default as RecordFacts } from "./RecordFacts.svelte";
export { default as RecordList } from "./RecordList.svelte";
export { createRecordReader } from "./read-records.ts";
export { createRecords, type Records } from "./records.svelte.ts";
export { createOlderReader, isShared, wantedOfNewest } from "./sealed-elsewhere.ts";
export { findLeftBehind, takeAlong } from "./take-along.ts";
export { default as VersionList } from "./VersionList.svelte";
export { readVersions } from "./versions.ts";
