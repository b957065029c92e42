// The demo wallet's door, opened only in development builds.
export { default as DemoWallet } from "./DemoWallet.svelte";
export { demoPeople, type DemoPerson } from "./people.ts";
export { announceDemoWallet, demoProvider, pretendNetwork, tellAccounts } from "./provider.ts";
