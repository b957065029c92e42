// A gateway that anchors its receipts: numbered from 1, without a gap, each root naming the one before.

import { expect } from "chai";
import { ethers, read, send, setStage, word } from "./support/stage.ts";

const any = (_: unknown): boolean => true;

describe("A gateway that anchors receipts", () => {
  const stage = setStage();
  const anchor = (
    root: string,
    first: number | bigint,
    count: number | bigint,
    sender = stage.gateway,
  ): Promise<unknown> => send(stage.ledger, sender, "anchorReceipts", root, first, count);

  it("begins with number 1 and no previous root", async () => {
    expect(await read<unknown[]>(stage.ledger, "receiptsOf", stage.gateway.address)).to.deep.equal([
      ethers.ZeroHash,
      1n,
    ]);
    await expect(anchor(word("first"), 1, 3))
      .to.emit(stage.ledger, "ReceiptsAnchored")
      .withArgs(stage.gateway.address, word("first"), ethers.ZeroHash, 1, 3, any, any);
    await expect(anchor(word("second"), 4, 1))
      .to.emit(stage.ledger, "ReceiptsAnchored")
      .withArgs(stage.gateway.address, word("second"), word("first"), 4, 1, any, any);
    expect(await read<unknown[]>(stage.ledger, "receiptsOf", stage.gateway.address)).to.deep.equal([
      word("second"),
      5n,
    ]);
  });

  it("can leave out no number and repeat none", async () => {
    await expect(anchor(word("first"), 2, 1))
      .to.be.revertedWithCustomError(stage.ledger, "WrongFirst")
      .withArgs(1);
    await expect(anchor(word("first"), 0, 1)).to.be.revertedWithCustomError(stage.ledger, "WrongFirst");
    await anchor(word("first"), 1, 3);
    for (const first of [1, 3, 5]) {
      await expect(anchor(word("x"), first, 1))
        .to.be.revertedWithCustomError(stage.ledger, "WrongFirst")
        .withArgs(4);
    }
  });

  it("cannot anchor nothing, nor more than there are numbers", async () => {
    await expect(anchor(word("first"), 1, 0)).to.be.revertedWithCustomError(stage.ledger, "NoReceipts");
    await expect(anchor(ethers.ZeroHash, 1, 1)).to.be.revertedWithCustomError(stage.ledger, "NoReceipts");
    await anchor(word("first"), 1, 5);
    await expect(anchor(word("second"), 6, 2n ** 64n - 1n)).to.be.revertedWithPanic(0x11);
  });

  it("numbers its own receipts, beside every other gateway's", async () => {
    await anchor(word("first"), 1, 3);
    await anchor(word("other"), 1, 1, stage.stranger);
    await anchor(word("second"), 4, 1);
  });
});
