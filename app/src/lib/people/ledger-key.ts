// Somebody's encryption key, read from the ledger twice and never from the service's list: a service that handed out
// another key would otherwise read what is meant for them. Rule: one's own key is the open vault's.
import { fromHex } from "#protocol/bytes.ts";
import { Failure } from "#protocol/failure.ts";
import { fingerprint } from "#protocol/keys/index.ts";
import { vault } from "#app/vault/index.ts";
import { readKeyFact, type CheckedBy } from "#app/witness/index.ts";
import { isAddressEqual, type Address, type Hex } from "viem";

/** A published key, its fingerprint for comparing aloud, and who besides the service says that it is this one. */
export type LedgerKey = { address: Address; key: Hex; fingerprint: string; checkedBy: CheckedBy };

/**
 * The X25519 key that the ledger holds for this account; undefined when none was published. Throws Failure("tampered")
 * where the views of the ledger differ, or where one's own key is not this vault's; Failure("unavailable").
 */
export async function readLedgerKey(address: Address): Promise<LedgerKey | undefined> {
  const { value: key, checkedBy } = await readKeyFact(address);
  if (BigInt(key) === 0n) return undefined;
  const own = vault.account !== undefined && isAddressEqual(vault.account, address) ? vault.publicKey : undefined;
  if (own !== undefined && own.toLowerCase() !== key.toLowerCase()) {
    throw new Failure(
      "tampered",
      "The key that the ledger shows for you is not the key of this vault. Nothing was encrypted or sent. If you opened another vault for this account, publish its key first; if not, do not go on with this service.",
      { reason: "own-key-differs" },
    );
  }
  return { address, key, fingerprint: fingerprint({ account: address, publicKey: fromHex(key, 32) }), checkedBy };
}
