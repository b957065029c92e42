// Somebody's encryption key, read from the ledger itself and never from the service's list: a service that handed out
// another key would otherwise read what is meant for them.
import { fromHex } from "#protocol/bytes.ts";
import { ledgerAbi } from "#protocol/contracts/ledger.ts";
import { fingerprint } from "#protocol/keys/index.ts";
import { chainClient, place } from "#app/service/index.ts";
import type { Address, Hex } from "viem";

/** A published key, and its fingerprint for comparing aloud. */
export type LedgerKey = { address: Address; key: Hex; fingerprint: string };

/** The X25519 key that the ledger holds for this account; undefined when none was published. Throws Failure. */
export async function readLedgerKey(address: Address): Promise<LedgerKey | undefined> {
  const client = await chainClient();
  const { ledger } = await place();
  const key = await client.readContract({
    address: ledger,
    abi: ledgerAbi,
    functionName: "encryptionKeyOf",
    args: [address],
  });
  if (BigInt(key) === 0n) return undefined;
  return { address, key, fingerprint: fingerprint({ account: address, publicKey: fromHex(key, 32) }) };
}
