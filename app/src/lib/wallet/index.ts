// The wallet's one door: found by EIP-6963, asked one thing at a time. The demo wallet exists in development builds only.
export type { WalletChoice } from "./client.ts";
export {
  askThroughWallet,
  connectWallet,
  disconnectWallet,
  findWallets,
  restoreWallet,
  sendCall,
  signText,
  signTyped,
  switchToPlacet,
  wallet,
} from "./wallet.svelte.ts";

/** Loads the demo wallet; undefined in a production build, which does not contain it. */
export async function loadDemoWallet(): Promise<typeof import("./demo/index.ts") | undefined> {
  return __PLACET_DEMO__ ? import("./demo/index.ts") : undefined;
}
