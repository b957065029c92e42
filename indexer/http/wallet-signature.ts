// Whether somebody's wallet signed a text (EIP-191): a key's own signature, or that of a contract wallet (ERC-1271).

import type { Address, Hex } from "viem";
import { verifyMessage } from "viem/utils";
import { Failure } from "#protocol/failure.ts";
import type { Chain } from "../chain.ts";

/** Whether this account signed this message. Throws Failure("unavailable") where the ledger cannot be asked. */
export async function isSignedByWallet(
  { client }: Pick<Chain, "client">,
  { account: address, message, signature }: { account: Address; message: string; signature: Hex },
): Promise<boolean> {
  // A key's own signature first, which needs no chain; an account with code may still sign with its key (EIP-7702).
  if (await verifyMessage({ address, message, signature }).catch(() => false)) return true;
  try {
    return await client.verifyMessage({ address, message, signature });
  } catch (cause) {
    throw new Failure(
      "unavailable",
      "The ledger does not answer, so the signature cannot be checked now. Nothing was changed. Try again in a moment.",
      { cause },
    );
  }
}
