// Somebody's encryption key, read from the ledger itself and never from the service's list: a service that handed out
// another key would otherwise read what is meant for them.
import { fromHex, type Bytes } from "#protocol/bytes.ts";
import { ledgerAbi } from "#protocol/contracts/ledger.ts";
import { fingerprint } from "#protocol/keys/index.ts";
import { chainClient, place } from "#app/service/index.ts";
import type { Address, Hex } from "viem";

/** A published key, and its fingerprint for comparing aloud. */
export type LedgerKey = { address: Address; hex: Hex; key: Bytes; fingerprint: string };

/** The X25519 key that the ledger holds for this account; undefined when none was published. Throws Failure. */
export async function readLedgerKey(address: Address): Promise<LedgerKey | undefined> {
  const client = await chainClient();
  const { ledger } = await place();
  const hex = await client.readContract({
    address: ledger,
    abi: ledgerAbi,
    functionName: "encryptionKeyOf",
    args: [address],
  });
  if (BigInt(hex) === 0n) return undefined;
  const key = fromHex(hex, 32);
  return { address, hex, key, fingerprint: fingerprint({ account: address, publicKey: key }) };
}
