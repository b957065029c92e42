// The auditor's place: is every history genuine and complete, and what happened in it.
export { default as Trail } from "./Trail.svelte";
export { default as Verification } from "./Verification.svelte";
