// Asking patients for access, and what came of it.
export { default as AskForm } from "./AskForm.svelte";
export type { MyRequest } from "./my-request.ts";
export { createMyRequests, type MyRequests } from "./my-requests.svelte.ts";
export { default as MyRequestItem } from "./MyRequestItem.svelte";
export { linkFor } from "./whom.ts";
