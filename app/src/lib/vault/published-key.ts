// Whether the ledger holds this vault's public key. Asked of the ledger, not of the service: what others wrap for us
// rests on it.
import type { Address, Hex } from "viem";
import { chainClient, place } from "#app/service/index.ts";
import { readKeyFact } from "#app/witness/index.ts";
import { Failure } from "#protocol/failure.ts";

/** none: nothing was published; ours: it is this vault's; former: of an earlier root of it; other: another vault's. */
export type PublishedKey = "none" | "ours" | "former" | "other";

/** Compares the ledger's key of an account with a vault's, by the service's node. Throws Failure("unavailable"). */
export async function hasPublishedKey(
  account: Address,
  publicKey: Hex,
  formerKeys: readonly Hex[] = [],
): Promise<PublishedKey> {
  // The ABI is large and wanted only now: the first page does without.
  const [client, { ledger }, { ledgerAbi }] = await Promise.all([
    chainClient(),
    place(),
    import("#protocol/contracts/index.ts"),
  ]);
  try {
    const found = await client.readContract({
      address: ledger,
      abi: ledgerAbi,
      functionName: "encryptionKeyOf",
      args: [account],
    });
    return compare(found, publicKey, formerKeys);
  } catch (cause) {
    throw new Failure("unavailable", "The ledger did not answer. Nothing was changed. Try again in a moment.", {
      cause,
    });
  }
}

/**
 * The same by the wallet's own node as well: a service that said "ours" too early would have others wrap for the key before,
 * which somebody took along. Throws Failure("unavailable"), Failure("tampered") where the views of the ledger differ.
 */
export async function hasPublishedKeyTwice(
  account: Address,
  publicKey: Hex,
  formerKeys: readonly Hex[],
): Promise<PublishedKey> {
  const { value } = await readKeyFact(account);
  return compare(value, publicKey, formerKeys);
}

function compare(found: Hex, publicKey: Hex, formerKeys: readonly Hex[]): PublishedKey {
  if (/^0x0*$/.test(found)) return "none";
  if (found.toLowerCase() === publicKey.toLowerCase()) return "ours";
  return formerKeys.some((key) => key.toLowerCase() === found.toLowerCase()) ? "former" : "other";
}
