// By what a person can show here that they are who unlocked this vault. Rule: a passkey of another address cannot be asked
// for at this one; a question that nobody could answer is not asked.
import type { Unlocker } from "#protocol/keys/index.ts";

/** Which of the two the question offers. `here` is this address, undefined where passkeys do not work. */
export function presenceWays(
  unlockers: readonly Unlocker[],
  here: string | undefined,
): { passphrase: boolean; passkey: boolean } {
  return {
    passphrase: unlockers.some(({ type }) => type === "passphrase"),
    passkey: here !== undefined && unlockers.some((one) => one.type === "passkey" && one.rpId === here),
  };
}
