// What the contracts look like from outside. Addresses come at run time, from deployment.json.

export { ledgerAbi } from "./ledger.ts";
export { providerRegistryAbi } from "./provider-registry.ts";
export { publishedBuilds } from "./builds.ts";
export { withGasMargin } from "./gas-margin.ts";
