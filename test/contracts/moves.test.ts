// A patient who says that they use another account now.

import { expect } from "chai";
import type { Signer } from "ethers";
import { draftGrant, grantTerms, granted, isActive, signGrant } from "./support/consents.ts";
import { signAct } from "./support/sign.ts";
import { at, HOUR, read, send, setStage, START, word } from "./support/stage.ts";

const any = (_: unknown): boolean => true;
const deadline = START + HOUR;

describe("A patient who moves to another account", () => {
  const stage = setStage();
  const refused = (sent: Promise<unknown>, error: string): Promise<unknown> =>
    expect(sent).to.be.revertedWithCustomError(stage.ledger, error);
  const sign = (signer: Signer, changes: Record<string, unknown> = {}): Promise<string> =>
    signAct(stage, signer, "Moved", {
      subject: stage.ana.address,
      newAccount: stage.sam.address,
      generation: 0,
      deadline,
      ...changes,
    });
  const declare = async (first: string | Promise<string>, second: string | Promise<string>, to = stage.sam.address) =>
    send(stage.ledger, stage.relayer, "declareMove", stage.ana.address, to, deadline, await first, await second);

  it("says so on the old account's history, signed by both; nothing passes over and nothing ends", async () => {
    const draft = await granted(stage);
    await expect(declare(sign(stage.ana), sign(stage.sam)))
      .to.emit(stage.ledger, "Moved")
      .withArgs(stage.ana.address, stage.sam.address, 1, stage.ana.address, any, any);
    expect(await isActive(stage, draft)).to.equal(true);
    expect(await isActive(stage, { ...draft, subject: stage.sam.address })).to.equal(false);
    expect(await read(stage.ledger, "headOf", stage.sam.address)).to.equal(`0x${"00".repeat(32)}`);
  });

  it("says it once, in time, and voids what the old account signed before", async () => {
    const draft = await draftGrant(stage);
    const held = await signGrant(stage, stage.ana, draft);
    const [old, next] = [await sign(stage.ana), await sign(stage.sam)];
    await declare(old, next);
    await refused(declare(old, next), "BadSignature");
    await refused(send(stage.ledger, stage.relayer, "grant", grantTerms(draft), held), "BadSignature");
    await at(deadline + 1);
    await refused(declare(sign(stage.ana, { generation: 1 }), sign(stage.sam, { generation: 1 })), "DeadlinePassed");
  });

  it("needs both: neither a stranger's word for the old account nor for the new one", async () => {
    await refused(declare(sign(stage.stranger), sign(stage.sam)), "BadSignature");
    await refused(declare(sign(stage.ana), sign(stage.ana)), "BadSignature");
    for (const to of [stage.ana.address, `0x${"00".repeat(20)}`]) {
      await refused(declare(sign(stage.ana), sign(stage.sam), to), "BadAddress");
    }
  });

  it("has it said by the vault account where there is one: a stolen wallet sends nobody astray", async () => {
    await send(stage.ledger, stage.ana, "publishKey", word("key"), stage.anaVault.address, "0x");
    await refused(declare(sign(stage.ana), sign(stage.sam)), "BadSignature");
    const toVault = { newAccount: stage.anaVault.address };
    await refused(
      declare(sign(stage.anaVault, toVault), sign(stage.anaVault, toVault), stage.anaVault.address),
      "BadAddress",
    );
    await expect(declare(sign(stage.anaVault), sign(stage.sam)))
      .to.emit(stage.ledger, "Moved")
      .withArgs(stage.ana.address, stage.sam.address, 1, stage.anaVault.address, any, any);
  });
});
