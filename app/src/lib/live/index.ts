// Lists that stay fresh by themselves.
export { createLoader, type LoadState } from "./loader.svelte.ts";
export { refreshOn, type LiveKind } from "./refresh-on.ts";
