// Who somebody is: the directory's words, the key that the ledger holds for them, and whether it was compared in words.
export { areKeysToHandOn, confirmKey, keyStanding, noteHandedOn, type KeyStanding } from "./confirmed-keys.ts";
export { default as KeyCheck } from "./KeyCheck.svelte";
export { readLedgerEpoch } from "./ledger-epoch.ts";
export { readLedgerKey, type LedgerKey } from "./ledger-key.ts";
export { lookUpPerson, nameOf, personOf, searchPeople } from "./people.svelte.ts";
