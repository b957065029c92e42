// What was read of one's records at an added gateway, as it tells the vault. Rule: only receipts that hold are shown: signed
// by the gateway's own key, about oneself and this ledger, by a reader whose wallet signed for it. How many others came, and
// how many are missing between them, is told: each receipt names the one before it.
import { withReach } from "#app/reach/index.ts";
import { chainClient, gatewayInfo } from "#app/service/index.ts";
import { signWithVaultAccount } from "#app/vault/index.ts";
import type { AddedGateway } from "#protocol/keys/index.ts";
import { receiptHash, receiptSchema, typedAskReceipts } from "#protocol/receipts/index.ts";
import type { Address } from "viem";
import { z } from "zod";
import { countMissing, doesHold, type About, type ReadElsewhere } from "./judge-reads.ts";

/** What was found so far. */
export type ReadsElsewhere = {
  /** Newest first. */
  reads: readonly ReadElsewhere[];
  /** Receipts that came and do not hold. */
  wrong: number;
  /** Receipts that must be there and did not come. */
  missing: number;
  /** Where older ones begin; null where there are none. */
  next: string | null;
};

/** So many pages are asked for at a time: a hundred reads. */
const MOST_PAGES = 5;

const pageShape = z.object({
  items: z.array(z.object({ receipt: receiptSchema })).max(20),
  next: z.string().max(400).nullable(),
});

/** The newest reads there; with `before`, those and the next older ones. Throws Failure. */
export async function readReadsAt(
  { url, address: gateway }: Pick<AddedGateway, "url" | "address">,
  { subject, before }: { subject: Address; before?: ReadsElsewhere | undefined },
): Promise<ReadsElsewhere> {
  const place = await gatewayInfo();
  const { chainId, ledger } = place;
  const client = await chainClient();
  const about: About = {
    ...{ subject, gateway, chainId, ledger },
    confirmWallet: (address, signed) => client.verifyMessage({ address, ...signed }),
  };
  return withReach(url, async (ask) => {
    const reads = new Map((before?.reads ?? []).map((read) => [read.hash, read]));
    let wrong = before?.wrong ?? 0;
    let cursor = before?.next ?? null;
    for (let pages = 0; pages === 0 || (cursor !== null && pages < MOST_PAGES); pages += 1) {
      const time = Math.floor(Date.now() / 1000);
      const signature = await signWithVaultAccount(typedAskReceipts(place, { subject, gateway, time }));
      const body = { subject, time, signature, ...(cursor === null ? {} : { cursor }) };
      const page: z.output<typeof pageShape> = await ask("/api/entrusted/receipts", { schema: pageShape, body });
      for (const { receipt } of page.items) {
        const hash = receiptHash(receipt.body);
        if (!(await doesHold(receipt, about))) wrong += 1;
        else reads.set(hash, { receipt, hash });
      }
      cursor = page.next;
    }
    const found = [...reads.values()].sort((a, b) => b.receipt.body.subjectNumber - a.receipt.body.subjectNumber);
    return { reads: found, wrong, missing: countMissing(found, { all: cursor === null }), next: cursor };
  });
}
