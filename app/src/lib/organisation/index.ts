// An organisation: its members and the key that it shares with them; and reading in its name.
export { default as AddMember } from "./AddMember.svelte";
export { default as KeyChange } from "./KeyChange.svelte";
export { default as MemberList } from "./MemberList.svelte";
export { createMembers, type Members } from "./members.svelte.ts";
export { default as Memberships } from "./Memberships.svelte";
export { createReading, type Reading } from "./reading.svelte.ts";
export { default as ReadingFor } from "./ReadingFor.svelte";
