// The registrar's place: who says they are a provider, who is believed, and who audits.
export { applicationStates, type ApplicationState } from "./application.ts";
export { default as ApplicationList } from "./ApplicationList.svelte";
export { default as Auditors } from "./Auditors.svelte";
