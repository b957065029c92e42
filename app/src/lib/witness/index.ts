// The ledger, seen by somebody who is not the service.
export { readNewestEvent } from "./events.ts";
export { readConsentFact, readEpochFact, readFact, readKeyFact, readRoleFact, type Fact } from "./facts.ts";
export { type Ask, type CheckedBy, type Second, type TwoReaders } from "./read-twice.ts";
export { default as SecondEndpoint } from "./SecondEndpoint.svelte";
