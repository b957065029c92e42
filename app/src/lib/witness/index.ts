// The ledger, seen by somebody who is not the service.
export { readConsentFact, readEpochFact, readFact, readKeyFact, type Fact } from "./facts.ts";
export { callTwice, type Ask, type CheckedBy, type Second, type TwoReaders } from "./read-twice.ts";
export { askEndpoint, nameSecondEndpoint, readEndpoint, secondEndpoint } from "./second-endpoint.ts";
export { default as SecondEndpoint } from "./SecondEndpoint.svelte";
