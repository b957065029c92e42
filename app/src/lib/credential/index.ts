// A provider's credential: applying, how it stands, the public card.
export { default as CardForm } from "./CardForm.svelte";
export { createOwnCredential, type OwnCredential } from "./credential.svelte.ts";
export type { Credential, Standing } from "./credential.ts";
export { default as CredentialCard } from "./CredentialCard.svelte";
