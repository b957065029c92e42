// A patient who revokes: it ends what stands, in the same block, and nothing that another does makes it fail.

import { expect } from "chai";
import {
  consentOf,
  draftGrant,
  effectiveStatus,
  grant,
  granted,
  grantTerms,
  isActive,
  signGrant,
  signRenew,
  signRevoke,
  STATUS,
  unpack,
  versionOf,
  type Parties,
} from "./support/consents.ts";
import { signAct } from "./support/sign.ts";
import { at, DAY, ethers, goTo, read, send, setStage, START, word } from "./support/stage.ts";

const TOP = 2 ** 32 - 1;

describe("A patient who revokes", () => {
  const stage = setStage();

  const revokeSigned = (parties: Parties, ceiling: number, signature: string): Promise<unknown> =>
    send(
      stage.ledger,
      stage.relayer,
      "revokeSigned",
      parties.subject,
      parties.grantee,
      parties.scope,
      ceiling,
      signature,
    );

  it("ends the consent at once, plainly", async () => {
    const draft = await granted(stage);
    const before = unpack(await consentOf(stage, draft));
    await at(START + 90);
    const receipt = await send(stage.ledger, stage.ana, "revoke", draft.grantee, draft.scope);
    expect(unpack(await consentOf(stage, draft))).to.deep.equal({
      ...before,
      status: 2,
      version: 2,
      changedAt: START + 90,
    });
    expect(await isActive(stage, draft)).to.equal(false);
    expect(await effectiveStatus(stage, draft)).to.equal(STATUS.revoked);
    await expect(Promise.resolve(receipt))
      .to.emit(stage.ledger, "Revoked")
      .withArgs(
        draft.subject,
        draft.grantee,
        draft.scope,
        await consentOf(stage, draft),
        (_: bigint) => true,
        (_: string) => true,
      );
  });

  it("ends the consent in a signed act that anybody sends", async () => {
    const draft = await granted(stage);
    await revokeSigned(draft, 1, await signRevoke(stage, stage.ana, draft, 1));
    expect(unpack(await consentOf(stage, draft))).to.include({ status: 2, version: 2 });
    expect(await isActive(stage, draft)).to.equal(false);
  });

  it("ends one that has not begun", async () => {
    const draft = await granted(stage, { notBefore: START + DAY });
    await send(stage.ledger, stage.ana, "revoke", draft.grantee, draft.scope);
    expect(await effectiveStatus(stage, draft)).to.equal(STATUS.revoked);
    await goTo(START + DAY);
    expect(await isActive(stage, draft)).to.equal(false);
  });

  it("ends only the consent with that grantee and scope", async () => {
    const first = await granted(stage, { name: "first" });
    const second = await granted(stage, { name: "second" });
    const toTomas = await granted(stage, { name: "first", grantee: stage.tomas.address });
    await send(stage.ledger, stage.ana, "revoke", first.grantee, first.scope);
    expect(await isActive(stage, first)).to.equal(false);
    expect(await isActive(stage, second)).to.equal(true);
    expect(await isActive(stage, toTomas)).to.equal(true);
  });

  it("cannot be impersonated: a stranger's revoke touches the stranger's own record only", async () => {
    const draft = await granted(stage);
    await send(stage.ledger, stage.stranger, "revoke", draft.grantee, draft.scope);
    expect(await isActive(stage, draft)).to.equal(true);
    for (const signer of [stage.stranger, stage.lena, stage.relayer]) {
      const signature = await signRevoke(stage, signer, draft, 5);
      await expect(revokeSigned(draft, 5, signature)).to.be.revertedWithCustomError(stage.ledger, "BadSignature");
    }
  });

  it("never fails plainly, whatever the record: none, revoked, renounced, superseded, expired", async () => {
    const none = { subject: stage.ana.address, grantee: stage.lena.address, scope: word("never granted") };
    await send(stage.ledger, stage.ana, "revoke", none.grantee, none.scope);
    expect(unpack(await consentOf(stage, none))).to.include({ status: 0, version: 1 });

    const twice = await granted(stage, { name: "twice" });
    for (const version of [2, 3]) {
      await send(stage.ledger, stage.ana, "revoke", twice.grantee, twice.scope);
      expect(unpack(await consentOf(stage, twice))).to.include({ status: 2, version });
    }

    const renounced = await granted(stage, { name: "renounced" });
    await send(stage.ledger, stage.lena, "renounce", renounced.subject, renounced.scope);
    await send(stage.ledger, stage.ana, "revoke", renounced.grantee, renounced.scope);
    expect(unpack(await consentOf(stage, renounced))).to.include({ status: 3, version: 3 });

    const expired = await granted(stage, { name: "expired", expiresAt: START + 100 });
    await at(START + 100);
    await send(stage.ledger, stage.ana, "revoke", expired.grantee, expired.scope);
    expect(unpack(await consentOf(stage, expired))).to.include({ status: 1, version: 2 });
    expect(await effectiveStatus(stage, expired)).to.equal(STATUS.expired);

    await send(stage.ledger, stage.ana, "revoke", `0x${"00".repeat(20)}`, word("nobody"));
    await send(stage.ledger, stage.ana, "revoke", stage.ana.address, word("self"));
  });

  it("kills a grant that was signed and not sent, plainly and signed, also where nothing exists yet", async () => {
    for (const way of ["plain", "signed"]) {
      const draft = await draftGrant(stage, { name: way });
      const held = await signGrant(stage, stage.ana, draft);
      if (way === "plain") await send(stage.ledger, stage.ana, "revoke", draft.grantee, draft.scope);
      else await revokeSigned(draft, 0, await signRevoke(stage, stage.ana, draft, 0));
      await expect(send(stage.ledger, stage.relayer, "grant", grantTerms(draft), held)).to.be.revertedWithCustomError(
        stage.ledger,
        "BadSignature",
      );
      expect(versionOf(await consentOf(stage, draft))).to.equal(1n);
    }
  });

  it("may grant again after a revoke, under the new version", async () => {
    const draft = await draftGrant(stage);
    await revokeSigned(draft, 7, await signRevoke(stage, stage.ana, draft, 7));
    expect(unpack(await consentOf(stage, draft))).to.include({ status: 0, version: 8 });
    expect(await effectiveStatus(stage, draft)).to.equal(STATUS.none);
    const again = await granted(stage);
    expect(unpack(await consentOf(stage, again))).to.include({ status: 1, version: 9 });
  });

  describe("with a ceiling, against a relayer who holds a grant and a renewal", () => {
    // The relayer may send what it holds in any order and leave out what it likes; the signed revoke always goes through
    // and after it nothing stands and nothing of what is held can be sent.
    const orders = [
      ["revoke"],
      ["grant", "revoke"],
      ["grant", "renew", "revoke"],
      ["revoke", "grant"],
      ["revoke", "grant", "renew"],
      ["grant", "revoke", "renew"],
    ];
    for (const order of orders) {
      it(`wins when the order is ${order.join(", ")}`, async () => {
        const draft = await draftGrant(stage);
        const until = draft.expiresAt + DAY;
        const held: Record<string, () => Promise<unknown>> = {
          grant: await holdGrant(),
          renew: await holdRenew(),
          revoke: await holdRevoke(),
        };
        async function holdGrant(): Promise<() => Promise<unknown>> {
          const signature = await signGrant(stage, stage.ana, draft);
          return () => send(stage.ledger, stage.relayer, "grant", grantTerms(draft), signature);
        }
        async function holdRenew(): Promise<() => Promise<unknown>> {
          const { subject, grantee, scope, deadline } = draft;
          const signature = await signRenew(stage, stage.ana, draft, { until, version: 1n });
          return () => send(stage.ledger, stage.relayer, "renew", subject, grantee, scope, until, deadline, signature);
        }
        async function holdRevoke(): Promise<() => Promise<unknown>> {
          const signature = await signRevoke(stage, stage.ana, draft, 8);
          return () => revokeSigned(draft, 8, signature);
        }
        let revoked = false;
        for (const act of order) {
          const sent = held[act]?.();
          if (revoked) await expect(sent).to.revert(ethers);
          else await sent;
          revoked ||= act === "revoke";
        }
        expect(await isActive(stage, draft)).to.equal(false);
        expect(versionOf(await consentOf(stage, draft))).to.equal(9n);
        for (const act of ["grant", "renew", "revoke"]) await expect(held[act]?.()).to.revert(ethers);
      });
    }

    it("is refused above its ceiling, accepted at it, and good once", async () => {
      const draft = await granted(stage); // version 1
      const below = await signRevoke(stage, stage.ana, draft, 0);
      await expect(revokeSigned(draft, 0, below))
        .to.be.revertedWithCustomError(stage.ledger, "AlreadyEnded")
        .withArgs(1);
      const atIt = await signRevoke(stage, stage.ana, draft, 1);
      await revokeSigned(draft, 1, atIt);
      await expect(revokeSigned(draft, 1, atIt))
        .to.be.revertedWithCustomError(stage.ledger, "AlreadyEnded")
        .withArgs(2);
    });

    it("is bound to its ceiling", async () => {
      const draft = await granted(stage);
      const signature = await signRevoke(stage, stage.ana, draft, 1);
      await expect(revokeSigned(draft, 2, signature)).to.be.revertedWithCustomError(stage.ledger, "BadSignature");
    });

    it("works at the highest ceiling, once, and then for ever: no grant, and plain revokes still go through", async () => {
      const draft = await granted(stage);
      const signature = await signRevoke(stage, stage.ana, draft, TOP);
      await revokeSigned(draft, TOP, signature);
      expect(unpack(await consentOf(stage, draft))).to.include({ status: 2, version: TOP });
      await expect(revokeSigned(draft, TOP, signature)).to.be.revertedWithCustomError(stage.ledger, "AlreadyEnded");
      await expect(grant(stage, await draftGrant(stage))).to.be.revertedWithPanic(0x11);
      await send(stage.ledger, stage.ana, "revoke", draft.grantee, draft.scope);
      expect(unpack(await consentOf(stage, draft))).to.include({ status: 2, version: TOP });
    });

    it("ends even a consent of the highest version", async () => {
      const draft = await draftGrant(stage);
      await revokeSigned(draft, TOP - 2, await signRevoke(stage, stage.ana, draft, TOP - 2));
      const last = await granted(stage);
      expect(unpack(await consentOf(stage, last))).to.include({ status: 1, version: TOP });
      const until = last.expiresAt + 1;
      const renewal = await signRenew(stage, stage.ana, last, { until, version: BigInt(TOP) });
      const { subject, grantee, scope, deadline } = last;
      await expect(
        send(stage.ledger, stage.relayer, "renew", subject, grantee, scope, until, deadline, renewal),
      ).to.be.revertedWithPanic(0x11);
      await revokeSigned(last, TOP, await signRevoke(stage, stage.ana, last, TOP));
      expect(await isActive(stage, last)).to.equal(false);
      expect(unpack(await consentOf(stage, last))).to.include({ status: 2, version: TOP });
    });
  });

  it("needs no generation: a signed revoke survives cancelSigned", async () => {
    const draft = await granted(stage);
    const signature = await signRevoke(stage, stage.ana, draft, 1);
    await send(stage.ledger, stage.ana, "cancelSigned");
    await revokeSigned(draft, 1, signature);
    expect(await isActive(stage, draft)).to.equal(false);
  });
});

describe("A patient who cancels what was signed", () => {
  const stage = setStage();

  it("voids every unsent opening act from any device", async () => {
    const draft = await draftGrant(stage);
    const signature = await signGrant(stage, stage.ana, draft);
    await send(stage.ledger, stage.ana, "cancelSigned");
    expect(await read(stage.ledger, "generationOf", draft.subject)).to.equal(1n);
    await expect(
      send(stage.ledger, stage.relayer, "grant", grantTerms(draft), signature),
    ).to.be.revertedWithCustomError(stage.ledger, "BadSignature");
    await granted(stage);
  });

  it("leaves what stands as it is, and what others signed", async () => {
    const draft = await granted(stage);
    const bens = await draftGrant(stage, { subject: stage.ben.address });
    const signature = await signGrant(stage, stage.ben, bens);
    await send(stage.ledger, stage.ana, "cancelSigned");
    expect(await isActive(stage, draft)).to.equal(true);
    await send(stage.ledger, stage.relayer, "grant", grantTerms(bens), signature);
  });

  it("may have it sent, once for each generation", async () => {
    const subject = stage.ana.address;
    const signature = await signAct(stage, stage.ana, "CancelSigned", { subject, generation: 0 });
    await send(stage.ledger, stage.relayer, "cancelSignedSigned", subject, signature);
    await expect(
      send(stage.ledger, stage.relayer, "cancelSignedSigned", subject, signature),
    ).to.be.revertedWithCustomError(stage.ledger, "BadSignature");
    const byOther = await signAct(stage, stage.lena, "CancelSigned", { subject, generation: 1 });
    await expect(
      send(stage.ledger, stage.relayer, "cancelSignedSigned", subject, byOther),
    ).to.be.revertedWithCustomError(stage.ledger, "BadSignature");
  });
});
