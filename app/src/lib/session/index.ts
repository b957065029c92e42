// The session's one door.
export { restoreSession, session, sessionKey, signIn, signOut } from "./session.svelte.ts";
