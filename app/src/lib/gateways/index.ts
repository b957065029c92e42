// The gateways that a patient trusts besides the service: adding one, handing it seals, having it erase, what was read there, dropping it.
export { default as AddGateway } from "./AddGateway.svelte";
export { default as DropGateway } from "./DropGateway.svelte";
export { default as ErasedElsewhere } from "./ErasedElsewhere.svelte";
export { default as FormerItem } from "./FormerItem.svelte";
export { default as GatewayItem } from "./GatewayItem.svelte";
export { default as GatewaysBehind } from "./GatewaysBehind.svelte";
export { createGateways, type Gateways } from "./gateways.svelte.ts";
export { numbersOf } from "./judge-card.ts";
export { readReadsAt } from "./reads-at.ts";
export { type Wanted } from "./wanted.ts";
