// A provider asks, a patient answers, a grantee gives a consent back. A request never touches the patient's history.

import { expect } from "chai";
import type { Signer } from "ethers";
import { consentOf, draftGrant, effectiveStatus, granted, isActive, STATUS, unpack } from "./support/consents.ts";
import { signAct } from "./support/sign.ts";
import { at, ethers, HOUR, read, send, setStage, START, word } from "./support/stage.ts";

const ZERO = `0x${"00".repeat(20)}`;
const any = (_: unknown): boolean => true;

describe("A provider who asks", () => {
  const stage = setStage();
  const note = word("note");

  it("leaves a request on their own history, named by their new head", async () => {
    const receipt = await send(stage.ledger, stage.lena, "request", stage.ana.address, note);
    const head = await read<string>(stage.ledger, "headOf", stage.lena.address);
    await expect(Promise.resolve(receipt))
      .to.emit(stage.ledger, "Requested")
      .withArgs(stage.lena.address, stage.ana.address, note, any, head);
    expect(await read(stage.ledger, "headOf", stage.ana.address)).to.equal(ethers.ZeroHash);
  });

  it("may ask the same thing twice, as two requests", async () => {
    await send(stage.ledger, stage.lena, "request", stage.ana.address, note);
    const first = await read<string>(stage.ledger, "headOf", stage.lena.address);
    await send(stage.ledger, stage.lena, "request", stage.ana.address, note);
    expect(await read<string>(stage.ledger, "headOf", stage.lena.address)).to.not.equal(first);
  });

  it("cannot ask nobody or themself", async () => {
    for (const subject of [ZERO, stage.lena.address]) {
      await expect(send(stage.ledger, stage.lena, "request", subject, note)).to.be.revertedWithCustomError(
        stage.ledger,
        "BadAddress",
      );
    }
  });

  it("may have it sent: once, in time, and as signed", async () => {
    const message = {
      grantee: stage.lena.address,
      subject: stage.ana.address,
      note,
      generation: 0,
      deadline: START + HOUR,
    };
    const ask = (signature: string, deadline = message.deadline, asked = note): Promise<unknown> =>
      send(stage.ledger, stage.relayer, "requestSigned", message.grantee, message.subject, asked, deadline, signature);
    const signature = await signAct(stage, stage.lena, "Request", message);
    await expect(ask(signature, message.deadline, word("other"))).to.be.revertedWithCustomError(
      stage.ledger,
      "BadSignature",
    );
    const byTomas = await signAct(stage, stage.tomas, "Request", message);
    await expect(ask(byTomas)).to.be.revertedWithCustomError(stage.ledger, "BadSignature");
    await ask(signature);
    await expect(ask(signature)).to.be.revertedWithCustomError(stage.ledger, "AlreadySent");

    const later = { ...message, deadline: message.deadline + 1 };
    const atDeadline = await signAct(stage, stage.lena, "Request", later);
    await at(later.deadline + 1);
    await expect(ask(atDeadline, later.deadline)).to.be.revertedWithCustomError(stage.ledger, "DeadlinePassed");
  });

  it("has unsent requests die with a new generation", async () => {
    const message = {
      grantee: stage.lena.address,
      subject: stage.ana.address,
      note,
      generation: 0,
      deadline: START + HOUR,
    };
    const signature = await signAct(stage, stage.lena, "Request", message);
    await send(stage.ledger, stage.lena, "cancelSigned");
    await expect(
      send(
        stage.ledger,
        stage.relayer,
        "requestSigned",
        message.grantee,
        message.subject,
        note,
        message.deadline,
        signature,
      ),
    ).to.be.revertedWithCustomError(stage.ledger, "BadSignature");
  });
});

describe("A patient who answers a request", () => {
  const stage = setStage();
  const request = word("request");
  const note = word("reason");

  it("may decline it, plainly and signed, and the answer stands in their own history", async () => {
    await expect(send(stage.ledger, stage.ana, "decline", stage.lena.address, request, note))
      .to.emit(stage.ledger, "Declined")
      .withArgs(stage.ana.address, stage.lena.address, request, note, any, any);
    const deadline = START + HOUR;
    const message = { subject: stage.ana.address, grantee: stage.lena.address, request, note, generation: 0, deadline };
    const decline = async (signer: Signer, signed = message): Promise<unknown> =>
      send(
        stage.ledger,
        stage.relayer,
        "declineSigned",
        message.subject,
        message.grantee,
        request,
        note,
        deadline,
        await signAct(stage, signer, "Decline", signed),
      );
    await expect(decline(stage.lena)).to.be.revertedWithCustomError(stage.ledger, "BadSignature");
    await expect(decline(stage.ana, { ...message, generation: 1 })).to.be.revertedWithCustomError(
      stage.ledger,
      "BadSignature",
    );
    await decline(stage.ana);
    await expect(decline(stage.ana)).to.be.revertedWithCustomError(stage.ledger, "AlreadySent");
    await at(deadline + 1);
    await expect(decline(stage.ana)).to.be.revertedWithCustomError(stage.ledger, "DeadlinePassed");
  });

  it("may mute a provider and hear them again; the ledger goes on recording what is asked", async () => {
    await expect(send(stage.ledger, stage.ana, "mute", stage.lena.address, true))
      .to.emit(stage.ledger, "Muted")
      .withArgs(stage.ana.address, stage.lena.address, true, any, any);
    await send(stage.ledger, stage.lena, "request", stage.ana.address, note);
    const deadline = START + 2 * HOUR;
    const message = { subject: stage.ana.address, grantee: stage.lena.address, muted: false, generation: 0, deadline };
    const mute = async (signer: Signer, muted = false): Promise<unknown> =>
      send(
        stage.ledger,
        stage.relayer,
        "muteSigned",
        message.subject,
        message.grantee,
        muted,
        deadline,
        await signAct(stage, signer, "Mute", message),
      );
    await expect(mute(stage.lena)).to.be.revertedWithCustomError(stage.ledger, "BadSignature");
    await expect(mute(stage.ana, true)).to.be.revertedWithCustomError(stage.ledger, "BadSignature");
    await mute(stage.ana);
    await expect(mute(stage.ana)).to.be.revertedWithCustomError(stage.ledger, "OutOfTurn");
    await at(deadline + 1);
    await expect(mute(stage.ana)).to.be.revertedWithCustomError(stage.ledger, "DeadlinePassed");
  });
});

describe("A grantee who renounces", () => {
  const stage = setStage();

  it("gives a consent back, which then is renounced and not revoked", async () => {
    const draft = await granted(stage);
    await at(START + 40);
    const receipt = await send(stage.ledger, stage.lena, "renounce", draft.subject, draft.scope);
    expect(unpack(await consentOf(stage, draft))).to.include({ status: 3, version: 2, changedAt: START + 40 });
    expect(await effectiveStatus(stage, draft)).to.equal(STATUS.renounced);
    expect(await isActive(stage, draft)).to.equal(false);
    await expect(Promise.resolve(receipt))
      .to.emit(stage.ledger, "Renounced")
      .withArgs(draft.subject, draft.grantee, draft.scope, await consentOf(stage, draft), any, any);
  });

  it("can only give back what stands, and only their own", async () => {
    const none = await draftGrant(stage, { name: "none" });
    await expect(send(stage.ledger, stage.lena, "renounce", none.subject, none.scope)).to.be.revertedWithCustomError(
      stage.ledger,
      "NotInForce",
    );
    const draft = await granted(stage, { expiresAt: START + 100 });
    await expect(send(stage.ledger, stage.tomas, "renounce", draft.subject, draft.scope)).to.be.revertedWithCustomError(
      stage.ledger,
      "NotInForce",
    );
    await at(START + 100);
    await expect(send(stage.ledger, stage.lena, "renounce", draft.subject, draft.scope)).to.be.revertedWithCustomError(
      stage.ledger,
      "NotInForce",
    );
    const revoked = await granted(stage, { name: "revoked" });
    await send(stage.ledger, stage.ana, "revoke", revoked.grantee, revoked.scope);
    await expect(
      send(stage.ledger, stage.lena, "renounce", revoked.subject, revoked.scope),
    ).to.be.revertedWithCustomError(stage.ledger, "NotInForce");
  });

  it("may have it sent: bound to the version, by the grantee alone", async () => {
    const draft = await granted(stage);
    const { subject, grantee, scope } = draft;
    const sign = (signer: Signer, version: number): Promise<string> =>
      signAct(stage, signer, "Renounce", { subject, grantee, scope, version });
    const renounce = (signature: string): Promise<unknown> =>
      send(stage.ledger, stage.relayer, "renounceSigned", subject, grantee, scope, signature);
    const bad = [await sign(stage.lena, 0), await sign(stage.lena, 2), await sign(stage.ana, 1)];
    for (const signature of bad) {
      await expect(renounce(signature)).to.be.revertedWithCustomError(stage.ledger, "BadSignature");
    }
    const signature = await sign(stage.lena, 1);
    await renounce(signature);
    await granted(stage);
    await expect(renounce(signature)).to.be.revertedWithCustomError(stage.ledger, "BadSignature");
    expect(await isActive(stage, draft)).to.equal(true);
  });
});
