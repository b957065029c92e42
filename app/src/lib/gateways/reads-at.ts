// What was read of one's records at an added gateway, as it tells the vault. Rule: only receipts that the gateway's own key
// signed, about oneself, are shown; how many others came is told.
import { withReach } from "#app/reach/index.ts";
import { digestShape, gatewayInfo } from "#app/service/index.ts";
import { signWithVaultAccount } from "#app/vault/index.ts";
import { isFailure } from "#protocol/failure.ts";
import type { AddedGateway } from "#protocol/keys/index.ts";
import { receiptSchema, typedAskReceipts, verifyReceipt, type Receipt } from "#protocol/receipts/index.ts";
import { isAddressEqual, type Address, type Hex } from "viem";
import { z } from "zod";

/** A read at another gateway. */
export type ReadElsewhere = { receipt: Receipt; hash: Hex };

/** So many pages are asked for at most: the newest hundred reads. */
const MOST_PAGES = 5;

const pageShape = z.object({
  items: z.array(z.object({ receipt: receiptSchema, hash: digestShape })).max(20),
  next: z.string().max(400).nullable(),
});

async function holds({ receipt }: ReadElsewhere, about: { subject: Address; gateway: Address }): Promise<boolean> {
  const { body } = receipt;
  if (!isAddressEqual(body.gateway, about.gateway) || !isAddressEqual(body.subject, about.subject)) return false;
  try {
    await verifyReceipt(receipt);
    return true;
  } catch (error) {
    if (isFailure(error)) return false;
    throw error;
  }
}

/** The newest reads there; `wrong`: how many receipts did not hold; `more`: older ones were not asked for. Throws Failure. */
export async function readReadsAt(
  { url, address: gateway }: Pick<AddedGateway, "url" | "address">,
  { subject }: { subject: Address },
): Promise<{ reads: ReadElsewhere[]; wrong: number; more: boolean }> {
  const place = await gatewayInfo();
  return withReach(url, async (ask) => {
    const reads: ReadElsewhere[] = [];
    let wrong = 0;
    let cursor: string | null = null;
    for (let pages = 0; pages === 0 || (cursor !== null && pages < MOST_PAGES); pages += 1) {
      const time = Math.floor(Date.now() / 1000);
      const signature = await signWithVaultAccount(typedAskReceipts(place, { subject, gateway, time }));
      const body = { subject, time, signature, ...(cursor === null ? {} : { cursor }) };
      const page: z.output<typeof pageShape> = await ask("/api/entrusted/receipts", { schema: pageShape, body });
      for (const item of page.items) {
        if (await holds(item, { subject, gateway })) reads.push(item);
        else wrong += 1;
      }
      cursor = page.next;
    }
    return { reads, wrong, more: cursor !== null };
  });
}
