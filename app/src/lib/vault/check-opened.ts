// What is asked of a vault that was just opened, before it is kept on this device. Rule: what opens it vouches for it, but
// guardians do not: their secret is known to nobody beforehand, so whoever may replace the service's copy can make up
// guardians, shares and vault together. What they cannot make up is the key that the ledger holds.
import { Failure } from "#protocol/failure.ts";
import type { VaultFace } from "./calls.ts";

type Opened = Pick<VaultFace, "account" | "publicKey" | "formerKeys">;

/** Throws Failure("tampered") for the vault of another account. */
export function checkOwner(face: Pick<Opened, "account">, account: string): void {
  if (face.account.toLowerCase() === account.toLowerCase()) return;
  throw new Failure(
    "tampered",
    "The copy of a vault that came is not this account’s. It was not used. Nothing was lost.",
    { reason: "other-account" },
  );
}

/**
 * Throws Failure("tampered", reason "other-key") where the key that the ledger holds (`published`, zero for none) is not of
 * a root that this vault has or had.
 */
export function checkRecovered(face: Opened, published: string): void {
  if (BigInt(published) === 0n) return;
  const keys = [face.publicKey, ...face.formerKeys].map((key) => key.toLowerCase());
  if (keys.includes(published.toLowerCase())) return;
  throw new Failure(
    "tampered",
    "What the guardians opened is not the vault whose key the ledger holds for you: it is an old copy, or one that somebody made up. It was not used. Tell your guardians, and come in by a passkey or by passphrase and kit if you can.",
    { reason: "other-key" },
  );
}
