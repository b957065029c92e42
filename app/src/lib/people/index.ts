// Who somebody is: the directory's words, and the key that the ledger holds for them.
export { readLedgerKey, type LedgerKey } from "./ledger-key.ts";
export { forgetPeople, lookUpPerson, nameOf, personOf, searchPeople } from "./people.svelte.ts";
