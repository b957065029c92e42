// The session's one door.
export { default as ConnectPanel } from "./ConnectPanel.svelte";
export { default as SessionList } from "./SessionList.svelte";
export {
  readFor,
  refreshMemberships,
  restoreSession,
  session,
  sessionKey,
  signIn,
  signOut,
  type Membership,
} from "./session.svelte.ts";
