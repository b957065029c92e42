// What another gateway shows a patient as reads of her records is hostile: it may make some up, and leave some out.
import { describe, expect, it } from "vitest";
import { countMissing, doesHold, type About, type ReadElsewhere } from "#app/gateways/judge-reads.ts";
import { NO_RECEIPT, receiptHash, signReceipt, type Receipt } from "#protocol/receipts/index.ts";
import { releasedBody, signedReceipt, strangerAccount } from "../../protocol/receipts/samples.ts";

const body = await releasedBody();
const { subject, gateway, chainId, ledger } = body;
const about: About = { subject, gateway, chainId, ledger, confirmWallet: () => Promise.resolve(false) };

/** So many receipts about one person, each naming the one before; newest first. */
async function makeReads(count: number): Promise<ReadElsewhere[]> {
  const reads: ReadElsewhere[] = [];
  for (let number = 1; number <= count; number++) {
    const previous = reads[0]?.hash ?? NO_RECEIPT;
    const receipt = await signedReceipt(body, { subjectNumber: number, subjectPrevious: previous });
    reads.unshift({ receipt, hash: receiptHash(receipt.body) });
  }
  return reads;
}

describe("A patient who looks at what another gateway handed over", () => {
  it("sees what holds, and nothing of another gateway, person, chain or ledger", async () => {
    const receipt = await signedReceipt(body);
    expect(await doesHold(receipt, about)).toBe(true);
    const wrong: Partial<About>[] = [
      { gateway: strangerAccount.address },
      { subject: strangerAccount.address },
      { chainId: about.chainId + 1 },
      { ledger: strangerAccount.address },
    ];
    for (const other of wrong) expect(await doesHold(receipt, { ...about, ...other })).toBe(false);
    const others: Receipt[] = [await signReceipt(strangerAccount, body), { ...receipt, body: { ...body, time: 1 } }];
    for (const other of others) expect(await doesHold(other, about)).toBe(false);
  });

  it("sees no read that a gateway wrote in the name of a wallet that never signed", async () => {
    const { delegation } = body;
    if (delegation === null) throw new Error("A receipt of a read has a sign-in.");
    const forged = await signedReceipt(body, { delegation: { ...delegation, signature: `0x${"00".repeat(65)}` } });
    expect(await doesHold(forged, about)).toBe(false);
    // A contract wallet's own word is another thing.
    const asked: string[] = [];
    const confirmWallet: About["confirmWallet"] = async (address) => asked.push(address) > 0;
    expect(await doesHold(forged, { ...about, confirmWallet })).toBe(true);
    expect(asked).toEqual([body.request?.request.reader]);
  });

  it("is told how many were left out, in between, exchanged, or before the first", async () => {
    const reads = await makeReads(5);
    expect(countMissing(reads, { all: true })).toBe(0);
    expect(countMissing([], { all: true })).toBe(0);
    const [five, four, three, two, one] = reads as [
      ReadElsewhere,
      ReadElsewhere,
      ReadElsewhere,
      ReadElsewhere,
      ReadElsewhere,
    ];
    expect(countMissing([five, three, two, one], { all: true })).toBe(1);
    expect(countMissing([five, one], { all: true })).toBe(3);
    expect(countMissing([five, four, three], { all: false })).toBe(0);
    expect(countMissing([five, four, three], { all: true })).toBe(2);
    const exchanged = await signedReceipt(body, { subjectNumber: 3, subjectPrevious: two.hash, time: body.time + 1 });
    expect(
      countMissing([five, four, { receipt: exchanged, hash: receiptHash(exchanged.body) }, two, one], { all: true }),
    ).toBe(1);
  });
});
