// Whether somebody's wallet signed a text (EIP-191): a key's own signature, or that of a contract wallet (ERC-1271).

import { keccak256, toHex, type Address, type Hex } from "viem";
import { verifyMessage } from "viem/utils";
import { Failure } from "#protocol/failure.ts";
import type { Chain } from "../chain.ts";

/** For so long a contract's yes is believed; its owners may change. */
const BELIEVED_MS = 60_000;
const MOST_BELIEVED = 1_000;

/** When the yes of which contract to which signed text is asked for anew, for each chain that is asked. */
const believed = new WeakMap<object, Map<Hex, number>>();

/**
 * Whether this account signed this message. `onContract`: told before a contract is asked, which runs code of a stranger's on
 * the node; it may throw. A contract's yes is believed for a minute. Throws Failure("unavailable") where the ledger cannot be
 * asked.
 */
export async function isSignedByWallet(
  { client }: Pick<Chain, "client">,
  {
    account: address,
    message,
    signature,
    onContract,
  }: { account: Address; message: string; signature: Hex; onContract?: () => void },
): Promise<boolean> {
  // A key's own signature first, which needs no chain; an account with code may still sign with its key (EIP-7702).
  if (await verifyMessage({ address, message, signature }).catch(() => false)) return true;
  const known = believed.get(client) ?? new Map<Hex, number>();
  believed.set(client, known);
  const name = keccak256(toHex(JSON.stringify([address, message, signature])));
  if ((known.get(name) ?? 0) > Date.now()) return true;
  onContract?.();
  try {
    const signed = await client.verifyMessage({ address, message, signature });
    known.delete(name);
    if (signed) known.set(name, Date.now() + BELIEVED_MS);
    // In order of use: the one that was believed first goes first.
    if (known.size > MOST_BELIEVED) known.delete(known.keys().next().value ?? name);
    return signed;
  } catch (cause) {
    throw new Failure(
      "unavailable",
      "The ledger does not answer, so the signature cannot be checked now. Nothing was changed. Try again in a moment.",
      { cause },
    );
  }
}
