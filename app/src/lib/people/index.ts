// Who somebody is: the directory's words, and the key that the ledger holds for them.
export { readLedgerEpoch } from "./ledger-epoch.ts";
export { readLedgerKey, type LedgerKey } from "./ledger-key.ts";
export { lookUpPerson, nameOf, personOf, searchPeople } from "./people.svelte.ts";
