// Which key of a grantee the patient has confirmed in words, kept inside the vault. Rule: nothing is wrapped for a key
// that nobody confirmed; "not heard of yet" is no confirmation.
import { gatewayInfo } from "#app/service/index.ts";
import { recallLedger, rememberLedger } from "#app/vault/index.ts";
import type { Address, Hex } from "viem";

/** confirmed: this very key; changed: another was confirmed before; first-use: none ever was. */
export type KeyStanding = "confirmed" | "changed" | "first-use";

/** How a grantee's key stands with the person whose vault is open. Throws Failure("locked"). */
export async function keyStanding(grantee: Address, key: Hex): Promise<KeyStanding> {
  const confirmed = recallLedger(await gatewayInfo()).keys[grantee.toLowerCase()];
  if (confirmed === undefined) return "first-use";
  return confirmed.toLowerCase() === key.toLowerCase() ? "confirmed" : "changed";
}

/** Remembers a grantee's key as confirmed. */
export async function confirmKey(grantee: Address, key: Hex): Promise<void> {
  await rememberLedger(await gatewayInfo(), (memory) => ({
    ...memory,
    keys: { ...memory.keys, [grantee.toLowerCase()]: key },
  }));
}
