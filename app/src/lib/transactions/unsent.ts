// Signed acts that the relay did not take, kept in memory alone, so that the person can send the very same one. Apart
// from perform.ts, because every page asks whether there is one and few pages perform.
import type { Hex } from "viem";
import type { Act } from "#protocol/typed-data/index.ts";

/** The signed acts by the id of their entry. */
export const unsent = new Map<string, { act: Act; signature: Hex; vaultSignature?: Hex; newSignature?: Hex }>();

/** True when a signed act that the relay did not take can be sent by the person alone. */
export function canSendAlone(id: string): boolean {
  return unsent.has(id);
}
