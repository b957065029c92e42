// A patient who grants: consent is the signed words, once, in time, and as they stand.

import { expect } from "chai";
import {
  CONTRIBUTE,
  consentOf,
  draftGrant,
  effectiveStatus,
  grant,
  granted,
  grantTerms,
  isActive,
  MANAGE,
  QUERY,
  READ,
  signGrant,
  STATUS,
  unpack,
} from "./support/consents.ts";
import { signAct } from "./support/sign.ts";
import { at, DAY, goTo, HOUR, read, send, setStage, START, word } from "./support/stage.ts";

describe("A patient who grants", () => {
  const stage = setStage();

  it("has the consent recorded when anybody sends the signed words", async () => {
    const draft = await draftGrant(stage, { ops: READ + CONTRIBUTE });
    await at(START + 10);
    await grant(stage, draft, { sender: stage.stranger });
    expect(unpack(await consentOf(stage, draft))).to.deep.equal({
      status: 1,
      version: 1,
      ops: READ + CONTRIBUTE,
      notBefore: START,
      expiresAt: START + 30 * DAY,
      grantedAt: START + 10,
      changedAt: START + 10,
      keptZero: 0,
    });
    expect(await isActive(stage, draft)).to.equal(true);
  });

  it("has the event tell the parties, the record and the capsule", async () => {
    const draft = await draftGrant(stage);
    const receipt = await grant(stage, draft);
    await expect(Promise.resolve(receipt))
      .to.emit(stage.ledger, "Granted")
      .withArgs(
        draft.subject,
        draft.grantee,
        draft.scope,
        await consentOf(stage, draft),
        draft.capsule,
        (_: bigint) => true,
        await read<string>(stage.ledger, "headOf", draft.subject),
      );
  });

  it("must sign even when sending it alone", async () => {
    const draft = await draftGrant(stage);
    await expect(send(stage.ledger, stage.ana, "grant", grantTerms(draft), "0x")).to.be.revertedWithCustomError(
      stage.ledger,
      "BadSignature",
    );
  });

  it("is not bound by a signature of the grantee, the relayer or the vault account", async () => {
    await send(stage.ledger, stage.ana, "publishKey", word("key"), stage.anaVault.address, "0x");
    const draft = await draftGrant(stage);
    for (const signer of [stage.lena, stage.relayer, stage.anaVault]) {
      await expect(grant(stage, draft, { signer })).to.be.revertedWithCustomError(stage.ledger, "BadSignature");
    }
  });

  it("is bound to every field: no term can be changed after signing", async () => {
    const draft = await draftGrant(stage);
    const signature = await signGrant(stage, stage.ana, draft);
    const changed = [
      { grantee: stage.tomas.address },
      { subject: stage.ben.address },
      { scope: word("another scope") },
      { ops: READ + QUERY },
      { ops: READ + CONTRIBUTE },
      { notBefore: START - 1 },
      { expiresAt: draft.expiresAt + 1 },
      { capsule: word("another capsule") },
      { deadline: draft.deadline + 1 },
    ];
    for (const change of changed) {
      await expect(
        send(stage.ledger, stage.relayer, "grant", grantTerms({ ...draft, ...change }), signature),
        JSON.stringify(change),
      ).to.be.revertedWithCustomError(stage.ledger, "BadSignature");
    }
    await send(stage.ledger, stage.relayer, "grant", grantTerms(draft), signature);
  });

  it("is shown mayRead and mayAdd as the ops say, and no others verify", async () => {
    for (const [name, ops] of [
      ["a", READ],
      ["b", CONTRIBUTE],
      ["c", QUERY],
    ] as const) {
      const draft = await draftGrant(stage, { name, ops });
      for (const lie of [{ mayRead: ops !== READ }, { mayAdd: ops !== CONTRIBUTE }]) {
        const { opening, notBefore: from, expiresAt: until, ...rest } = draft;
        const message = { ...rest, scope: opening, from, until, mayRead: ops === READ, mayAdd: ops === CONTRIBUTE };
        const signature = await signAct(stage, stage.ana, "Grant", { ...message, ...lie });
        await expect(
          send(stage.ledger, stage.relayer, "grant", grantTerms(draft), signature),
        ).to.be.revertedWithCustomError(stage.ledger, "BadSignature");
      }
      await grant(stage, draft);
    }
  });

  it("cannot be replayed while it stands, nor after it was revoked, renounced or expired", async () => {
    const draft = await draftGrant(stage);
    const signature = await signGrant(stage, stage.ana, draft);
    const replay = (): Promise<unknown> => send(stage.ledger, stage.relayer, "grant", grantTerms(draft), signature);
    await replay();
    await expect(replay()).to.be.revertedWithCustomError(stage.ledger, "StillInForce");
    await send(stage.ledger, stage.ana, "revoke", draft.grantee, draft.scope);
    await expect(replay()).to.be.revertedWithCustomError(stage.ledger, "BadSignature");

    const second = await granted(stage, { name: "two" });
    await send(stage.ledger, stage.lena, "renounce", second.subject, second.scope);
    await expect(
      send(stage.ledger, stage.relayer, "grant", grantTerms(second), await signGrant(stage, stage.ana, second)),
    ).to.be.revertedWithCustomError(stage.ledger, "BadSignature");
  });

  it("starts a new version over an end or an expiry", async () => {
    const first = await granted(stage, { expiresAt: START + 100 });
    await goTo(START + 100);
    expect(await effectiveStatus(stage, first)).to.equal(STATUS.expired);
    const second = await granted(stage);
    expect(unpack(await consentOf(stage, second))).to.include({ status: 1, version: 2 });
    await send(stage.ledger, stage.ana, "revoke", second.grantee, second.scope);
    const third = await granted(stage);
    expect(unpack(await consentOf(stage, third))).to.include({ status: 1, version: 4 });
  });

  it("cannot have a second grant put over one that has not begun", async () => {
    await granted(stage, { notBefore: START + DAY });
    const again = await draftGrant(stage);
    await expect(grant(stage, again)).to.be.revertedWithCustomError(stage.ledger, "StillInForce");
  });

  it("is in force from the first second to the last one before the end", async () => {
    const draft = await granted(stage, { notBefore: START + 1000, expiresAt: START + 2000 });
    const expected: [number, boolean, bigint][] = [
      [START + 999, false, STATUS.notYetBegun],
      [START + 1000, true, STATUS.active],
      [START + 1001, true, STATUS.active],
      [START + 1999, true, STATUS.active],
      [START + 2000, false, STATUS.expired],
      [START + 2001, false, STATUS.expired],
    ];
    for (const [second, active, status] of expected) {
      await goTo(second);
      expect(await isActive(stage, draft), `${second - START}`).to.equal(active);
      expect(await effectiveStatus(stage, draft), `${second - START}`).to.equal(status);
    }
  });

  it("may use the signature up to the deadline and not a second longer", async () => {
    const draft = await draftGrant(stage, { deadline: START + HOUR });
    await at(START + HOUR + 1);
    await expect(grant(stage, draft))
      .to.be.revertedWithCustomError(stage.ledger, "DeadlinePassed")
      .withArgs(START + HOUR);
    const other = await draftGrant(stage, { deadline: START + 2 * HOUR });
    await at(START + 2 * HOUR);
    await grant(stage, other);
  });

  it("cannot grant an empty window or one that is over, and can grant one of a second", async () => {
    await at(START + 500);
    await expect(grant(stage, await draftGrant(stage, { notBefore: START + 600, expiresAt: START + 600 })))
      .to.be.revertedWithCustomError(stage.ledger, "BadWindow")
      .withArgs(START + 600, START + 600);
    await at(START + 550);
    await expect(grant(stage, await draftGrant(stage, { expiresAt: START + 550 }))).to.be.revertedWithCustomError(
      stage.ledger,
      "BadWindow",
    );
    const shortest = await draftGrant(stage, { notBefore: START, expiresAt: START + 561 });
    await at(START + 560);
    await grant(stage, shortest);
    expect(await isActive(stage, shortest)).to.equal(true);
  });

  it("cannot grant nothing, an unknown op, or MANAGE while there are no proxies", async () => {
    for (const ops of [0, 32, READ + 32, 1 << 29, MANAGE, READ + MANAGE]) {
      await expect(grant(stage, await draftGrant(stage, { ops })))
        .to.be.revertedWithCustomError(stage.ledger, "BadOps")
        .withArgs(ops);
    }
    for (const ops of [1, 2, 4, 8, 16, CONTRIBUTE, CONTRIBUTE + 31]) {
      const draft = await granted(stage, { ops, name: `ops ${ops}` });
      expect(unpack(await consentOf(stage, draft)).ops).to.equal(ops);
    }
  });

  it("allows each granted op, all of several together, and none besides", async () => {
    const draft = await granted(stage, { ops: READ + QUERY });
    expect(await isActive(stage, draft, READ)).to.equal(true);
    expect(await isActive(stage, draft, QUERY)).to.equal(true);
    expect(await isActive(stage, draft, READ + QUERY)).to.equal(true);
    for (const op of [0, 4, READ + 4, CONTRIBUTE, READ + CONTRIBUTE, MANAGE, 32]) {
      expect(await isActive(stage, draft, op), `${op}`).to.equal(false);
    }
  });

  it("cannot grant to nobody or to themself", async () => {
    for (const grantee of [`0x${"00".repeat(20)}`, stage.ana.address]) {
      await expect(grant(stage, await draftGrant(stage, { grantee }))).to.be.revertedWithCustomError(
        stage.ledger,
        "BadAddress",
      );
    }
  });

  it("is never the account zero, whatever an invalid signature recovers to", async () => {
    const draft = await draftGrant(stage, { subject: `0x${"00".repeat(20)}` });
    for (const signature of ["0x", `0x${"00".repeat(65)}`, `0x${"00".repeat(64)}1b`]) {
      await expect(
        send(stage.ledger, stage.relayer, "grant", grantTerms(draft), signature),
      ).to.be.revertedWithCustomError(stage.ledger, "BadSignature");
    }
  });

  it("gives access to that grantee, for that subject and scope alone", async () => {
    const draft = await granted(stage);
    expect(await isActive(stage, { ...draft, grantee: stage.tomas.address })).to.equal(false);
    expect(await isActive(stage, { ...draft, subject: stage.ben.address })).to.equal(false);
    expect(await isActive(stage, { ...draft, scope: word("another") })).to.equal(false);
    expect(await isActive(stage, draft, READ, stage.tomas.address)).to.equal(false);
  });
});
