// The patient's trail: what happened and who read what, live, each line with its proof; the accounting of disclosures.
export { default as Accounting } from "./Accounting.svelte";
export { createActivity, type Activity } from "./activity.svelte.ts";
export { default as ActivityList } from "./ActivityList.svelte";
export { default as HistoryCheck } from "./HistoryCheck.svelte";
export { wordsOf, type ActivityLine, type LineContext } from "./line.ts";
