// The session's one door.
export { default as ConnectPanel } from "./ConnectPanel.svelte";
export { default as SessionList } from "./SessionList.svelte";
export { restoreSession, session, sessionKey, signIn, signOut } from "./session.svelte.ts";
