// Requests to the patient: read, answer, decline, mute. Saying yes is granting, which the page leads to.
export { muteGrantee } from "./act.ts";
export { default as DeclineDialog } from "./DeclineDialog.svelte";
export type { AccessRequest, RequestNote } from "./request.ts";
export { default as RequestCard } from "./RequestCard.svelte";
export { createRequests, type Requests } from "./requests.svelte.ts";
