// Having the service forget the copies of the vault that were replaced. Rule: the account that the ledger names for this
// vault signs it; a vault that does not hold that account (or none was ever published) leaves them, and says nothing wrong.
import { isAddressEqual, zeroAddress, type Address, type Hex } from "viem";
import { chainClient, gatewayInfo } from "#app/service/index.ts";
import { Failure, isFailure } from "#protocol/failure.ts";
import { typedForgetCopies } from "#protocol/keys/index.ts";
import { signWithVaultAccount } from "./vault.svelte.ts";

/** The account of the vault that the ledger names; undefined for none. Throws Failure("unavailable"). */
async function readVaultAccount(account: Address, ledger: Address): Promise<Address | undefined> {
  // The ABI is large and wanted only now: the first page does without.
  const [client, { ledgerAbi }] = await Promise.all([chainClient(), import("#protocol/contracts/index.ts")]);
  try {
    const at = { address: ledger, abi: ledgerAbi } as const;
    const found = await client.readContract({ ...at, functionName: "vaultAccountOf", args: [account] });
    return isAddressEqual(found, zeroAddress) ? undefined : found;
  } catch (cause) {
    throw new Failure("unavailable", "The ledger did not answer. Nothing was changed. Try again in a moment.", {
      cause,
    });
  }
}

/**
 * Signs that the service shall keep no copy but the one with this digest; gives the header fields that say so, undefined
 * where this vault has no say. Throws Failure("unavailable").
 */
export async function signForgetting(account: Address, digest: Hex): Promise<Record<string, string> | undefined> {
  const { address: gateway, chainId, ledger } = await gatewayInfo();
  const vaultAccount = await readVaultAccount(account, ledger);
  if (vaultAccount === undefined) return undefined;
  const time = Math.floor(Date.now() / 1000);
  const typed = typedForgetCopies({ chainId, ledger }, { account, gateway, digest, time });
  try {
    const signature = await signWithVaultAccount(typed, { account: vaultAccount });
    return { "placet-vault-time": String(time), "placet-vault-signature": signature };
  } catch (error) {
    if (isFailure(error, "not-found")) return undefined;
    throw error;
  }
}
