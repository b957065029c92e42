// The epoch of somebody's compartment keys, read from the ledger itself and never from the service's list: a service that
// named a later one would have keys of the future handed out, an earlier one would have new documents sealed under keys
// that former grantees hold.
import { ledgerAbi } from "#protocol/contracts/ledger.ts";
import { chainClient, place } from "#app/service/index.ts";
import { Failure } from "#protocol/failure.ts";
import type { Address } from "viem";

/** How often this account re-keyed, by the ledger. Throws Failure("unavailable") when the ledger does not answer. */
export async function readLedgerEpoch(account: Address): Promise<number> {
  const [client, { ledger }] = await Promise.all([chainClient(), place()]);
  try {
    return await client.readContract({ address: ledger, abi: ledgerAbi, functionName: "epochOf", args: [account] });
  } catch (cause) {
    throw new Failure(
      "unavailable",
      "The ledger did not answer. Nothing was sealed or handed over. Try again in a moment.",
      {
        cause,
      },
    );
  }
}
