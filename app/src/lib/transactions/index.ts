// Acts under way: one way to do them, one store, one line on every screen.
export { acts, forgetActs, reviveActs } from "./acts.svelte.ts";
export type { Entry as PerformedView, EntryState } from "./entry.ts";
export { followAct } from "./follow.ts";
export { default as PendingActs } from "./PendingActs.svelte";
export { perform, type Performance, type Performed } from "./perform.ts";
