// Who speaks for a patient by their vault. Rule: where the ledger names a vault account, that account and nobody else; the
// wallet's own signature counts only for who has none there. A thief of a wallet has no say over what the vault guards.

import { isAddressEqual, recoverTypedDataAddress, zeroAddress, type Address, type Hex } from "viem";
import type { TypedDataDefinition } from "viem";
import { ledgerAbi } from "#protocol/contracts/ledger.ts";
import { Failure } from "#protocol/failure.ts";
import type { Chain } from "../chain.ts";

/** Whether the account's vault (or, where the ledger names none, the account) signed this. Throws Failure("unavailable"). */
export async function isSignedByVault(
  { client, deployment }: Pick<Chain, "client" | "deployment">,
  { account, typed, signature }: { account: Address; typed: TypedDataDefinition; signature: Hex },
): Promise<boolean> {
  const signer = await recoverTypedDataAddress({ ...typed, signature }).catch(() => null);
  const vault = await client
    .readContract({ address: deployment.ledger, abi: ledgerAbi, functionName: "vaultAccountOf", args: [account] })
    .catch((cause: unknown) => {
      throw new Failure("unavailable", "The ledger cannot be asked right now. Nothing was changed. Try again.", {
        cause,
      });
    });
  return signer !== null && isAddressEqual(signer, isAddressEqual(vault, zeroAddress) ? account : vault);
}
