// What a provider says about themselves: the public card, and the licence that only registrars see.
export { cardSchema, decodeCard, encodeCard, type Card } from "./card.ts";
export { createLicence, licenceHash, openLicence, wrapLicence, type Licence } from "./licence.ts";
