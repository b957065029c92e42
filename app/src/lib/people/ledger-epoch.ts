// The epoch of somebody's compartment keys, read from the ledger twice and never from the service's list: a service that
// named a later one would have keys of the future handed out, an earlier one would have new documents sealed under keys
// that former grantees hold. Rule: one's own epoch never falls below what this vault has seen.
import { gatewayInfo } from "#app/service/index.ts";
import { recallLedger, rememberLedger, vault } from "#app/vault/index.ts";
import { readEpochFact } from "#app/witness/index.ts";
import { Failure, isFailure } from "#protocol/failure.ts";
import { isAddressEqual, type Address } from "viem";

/**
 * How often this account re-keyed, by the ledger. Throws Failure("unavailable") when the ledger does not answer,
 * Failure("tampered") where the views of it differ, the same with reason "rolled-back" below what was seen before.
 */
export async function readLedgerEpoch(account: Address): Promise<number> {
  const epoch = await readEpochFact(account).catch((cause: unknown) => {
    if (isFailure(cause, "tampered")) throw cause;
    throw new Failure(
      "unavailable",
      "The ledger did not answer. Nothing was sealed or handed over. Try again in a moment.",
      { cause },
    );
  });
  const own = vault.state === "unlocked" && vault.account !== undefined && isAddressEqual(vault.account, account);
  if (own) await compareWithMemory(epoch.value);
  return epoch.value;
}

async function compareWithMemory(epoch: number): Promise<void> {
  const ledger = await gatewayInfo();
  const seen = recallLedger(ledger).epoch;
  if (epoch < seen) {
    throw new Failure(
      "tampered",
      "The ledger that this service shows is older than what your vault has seen of it: a change of your keys is missing. Nothing was encrypted or sent. Try again later; if it stays, do not go on with this service.",
      { reason: "rolled-back" },
    );
  }
  if (epoch === seen) return;
  await rememberLedger(ledger, (memory) => ({ ...memory, epoch })).catch((error: unknown) => {
    // The service's copy could not be written: this epoch holds all the same, and is remembered the next time.
    if (!isFailure(error, "unavailable")) throw error;
  });
}
