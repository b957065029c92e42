// Which of the receipts that another gateway shows hold, and how many it left out.
import { isFailure } from "#protocol/failure.ts";
import { verifyReceipt, type Receipt } from "#protocol/receipts/index.ts";
import { isAddressEqual, type Address, type Hex } from "viem";

/** A read at another gateway, and its receipt's hash, counted here. */
export type ReadElsewhere = { receipt: Receipt; hash: Hex };

/** What a receipt must be about, and how a contract wallet is asked whether it signed (ERC-1271). */
export type About = {
  subject: Address;
  gateway: Address;
  chainId: number;
  ledger: Address;
  confirmWallet(address: Address, signed: { message: string; signature: Hex }): Promise<boolean>;
};

async function isSignedFor(receipt: Receipt, { confirmWallet }: About): Promise<boolean> {
  if ((await verifyReceipt(receipt)) !== "contract-wallet") return true;
  const { request, delegation } = receipt.body;
  // What does not recover to the reader's key may be a contract's: without its word it is what anybody could write.
  return request !== null && delegation !== null && confirmWallet(request.request.reader, delegation);
}

/** Whether a receipt holds. Throws what `confirmWallet` throws. */
export async function doesHold(receipt: Receipt, about: About): Promise<boolean> {
  const { gateway, subject, chainId, ledger } = receipt.body;
  const isHere = chainId === about.chainId && isAddressEqual(ledger, about.ledger);
  if (!isHere || !isAddressEqual(gateway, about.gateway) || !isAddressEqual(subject, about.subject)) return false;
  try {
    return await isSignedFor(receipt, about);
  } catch (error) {
    if (isFailure(error)) return false;
    throw error;
  }
}

/** How many receipts about one person, newest first, were left out between them, and before the first where `all` came. */
export function countMissing(reads: readonly ReadElsewhere[], { all }: { all: boolean }): number {
  return reads.reduce((missing, { receipt: { body } }, at) => {
    const before = reads[at + 1];
    if (before === undefined) return missing + (all ? body.subjectNumber - 1 : 0);
    const between = body.subjectNumber - before.receipt.body.subjectNumber - 1;
    // The next number of another history is a receipt that was exchanged.
    return missing + (between === 0 && body.subjectPrevious !== before.hash ? 1 : Math.abs(between));
  }, 0);
}
