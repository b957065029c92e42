// A patient who renews, shortens or replaces a consent.

import { expect } from "chai";
import {
  CONTRIBUTE,
  consentOf,
  draftGrant,
  effectiveStatus,
  granted,
  grantTerms,
  isActive,
  READ,
  signGrant,
  signRenew,
  signReplace,
  signRevoke,
  STATUS,
  unpack,
  versionOf,
  type Draft,
} from "./support/consents.ts";
import { at, DAY, goTo, send, setStage, START, word } from "./support/stage.ts";

describe("A patient who renews", () => {
  const stage = setStage();

  const renew = (draft: Draft, until: number, signature: string): Promise<unknown> =>
    send(
      stage.ledger,
      stage.relayer,
      "renew",
      draft.subject,
      draft.grantee,
      draft.scope,
      until,
      draft.deadline,
      signature,
    );

  it("moves the end only: ops, beginning and grant stay, the version rises by one", async () => {
    const draft = await granted(stage, { ops: READ + CONTRIBUTE, notBefore: START + 5 });
    const before = unpack(await consentOf(stage, draft));
    const until = draft.expiresAt + 30 * DAY;
    await at(START + 50);
    await renew(draft, until, await signRenew(stage, stage.ana, draft, { until, version: 1n }));
    expect(unpack(await consentOf(stage, draft))).to.deep.equal({
      ...before,
      version: 2,
      expiresAt: until,
      changedAt: START + 50,
    });
  });

  it("may shorten, down to the next second", async () => {
    const draft = await granted(stage);
    await at(START + 50);
    await renew(draft, START + 51, await signRenew(stage, stage.ana, draft, { until: START + 51, version: 1n }));
    expect(await isActive(stage, draft)).to.equal(true);
    await goTo(START + 51);
    expect(await isActive(stage, draft)).to.equal(false);
  });

  it("may change the end of a consent that has not begun, but not to before its beginning", async () => {
    const draft = await granted(stage, { notBefore: START + DAY });
    const signature = await signRenew(stage, stage.ana, draft, { until: START + DAY, version: 1n });
    await expect(renew(draft, START + DAY, signature)).to.be.revertedWithCustomError(stage.ledger, "BadWindow");
    const until = START + DAY + 1;
    await renew(draft, until, await signRenew(stage, stage.ana, draft, { until, version: 1n }));
  });

  it("cannot put the end at or before now", async () => {
    const draft = await granted(stage);
    for (const late of [0, 1]) {
      const now = START + 50 + late;
      await at(now);
      const until = now - late;
      const signature = await signRenew(stage, stage.ana, draft, { until, version: 1n });
      await expect(renew(draft, until, signature)).to.be.revertedWithCustomError(stage.ledger, "BadWindow");
    }
  });

  it("needs a consent that stands: not none, not an ended one, not one that expired this very second", async () => {
    const none = await draftGrant(stage, { name: "none" });
    const until = START + 60 * DAY;
    const signNone = await signRenew(stage, stage.ana, none, { until, version: 0n });
    await expect(renew(none, until, signNone)).to.be.revertedWithCustomError(stage.ledger, "NotInForce");

    const revoked = await granted(stage, { name: "revoked" });
    await send(stage.ledger, stage.ana, "revoke", revoked.grantee, revoked.scope);
    const signRevoked = await signRenew(stage, stage.ana, revoked, { until, version: 2n });
    await expect(renew(revoked, until, signRevoked)).to.be.revertedWithCustomError(stage.ledger, "NotInForce");

    const expiring = await granted(stage, { name: "expiring", expiresAt: START + 100 });
    const signature = await signRenew(stage, stage.ana, expiring, { until, version: 1n });
    await at(START + 100);
    await expect(renew(expiring, until, signature)).to.be.revertedWithCustomError(stage.ledger, "NotInForce");

    const inTime = await granted(stage, { name: "in time", expiresAt: START + 200 });
    const signInTime = await signRenew(stage, stage.ana, inTime, { until, version: 1n });
    await at(START + 199);
    await renew(inTime, until, signInTime);
  });

  it("is bound to end, version and deadline, and signs alone", async () => {
    const draft = await granted(stage);
    const until = draft.expiresAt + DAY;
    const good = await signRenew(stage, stage.ana, draft, { until, version: 1n });
    await expect(renew(draft, until + 1, good)).to.be.revertedWithCustomError(stage.ledger, "BadSignature");
    const otherVersion = await signRenew(stage, stage.ana, draft, { until, version: 2n });
    await expect(renew(draft, until, otherVersion)).to.be.revertedWithCustomError(stage.ledger, "BadSignature");
    const byLena = await signRenew(stage, stage.lena, draft, { until, version: 1n });
    await expect(renew(draft, until, byLena)).to.be.revertedWithCustomError(stage.ledger, "BadSignature");
    await renew(draft, until, good);
    await expect(renew(draft, until, good)).to.be.revertedWithCustomError(stage.ledger, "BadSignature");
    await at(draft.deadline + 1);
    const late = await signRenew(stage, stage.ana, draft, { until, version: 2n });
    await expect(renew(draft, until, late)).to.be.revertedWithCustomError(stage.ledger, "DeadlinePassed");
  });
});

describe("A patient who replaces", () => {
  const stage = setStage();

  const replace = (old: Draft, draft: Draft, signature: string): Promise<unknown> =>
    send(stage.ledger, stage.relayer, "replace", old.scope, grantTerms(draft), signature);

  it("supersedes the old consent and grants the new one in one act", async () => {
    const old = await granted(stage, { name: "old" });
    const draft = await draftGrant(stage, { name: "new", ops: READ + CONTRIBUTE });
    await at(START + 70);
    await replace(old, draft, await signReplace(stage, stage.ana, draft, { replaces: old.scope, version: 1n }));
    expect(unpack(await consentOf(stage, old))).to.include({ status: 4, version: 2, changedAt: START + 70 });
    expect(unpack(await consentOf(stage, draft))).to.include({ status: 1, version: 1, grantedAt: START + 70 });
    expect(await effectiveStatus(stage, old)).to.equal(STATUS.superseded);
    expect(await isActive(stage, old)).to.equal(false);
    expect(await isActive(stage, draft, READ + CONTRIBUTE)).to.equal(true);
  });

  it("needs an old consent that stands", async () => {
    const old = await granted(stage, { name: "old" });
    const draft = await draftGrant(stage, { name: "new" });
    const signature = await signReplace(stage, stage.ana, draft, { replaces: old.scope, version: 1n });
    await send(stage.ledger, stage.ana, "revoke", old.grantee, old.scope);
    await expect(replace(old, draft, signature)).to.be.revertedWithCustomError(stage.ledger, "NotInForce");

    const expired = await granted(stage, { name: "expired", expiresAt: START + 100 });
    const late = await signReplace(stage, stage.ana, draft, { replaces: expired.scope, version: 1n });
    await at(START + 100);
    await expect(replace(expired, draft, late)).to.be.revertedWithCustomError(stage.ledger, "NotInForce");
  });

  it("has an unsent replacement die with the old consent, even if that is granted again", async () => {
    const old = await granted(stage, { name: "old" });
    const draft = await draftGrant(stage, { name: "new" });
    const signature = await signReplace(stage, stage.ana, draft, { replaces: old.scope, version: 1n });
    await send(stage.ledger, stage.ana, "revoke", old.grantee, old.scope);
    await granted(stage, { name: "old" });
    await expect(replace(old, draft, signature)).to.be.revertedWithCustomError(stage.ledger, "BadSignature");
  });

  it("has an unsent replacement die with a revoke of the new scope, sent before it exists", async () => {
    const old = await granted(stage, { name: "old" });
    const draft = await draftGrant(stage, { name: "new" });
    const signature = await signReplace(stage, stage.ana, draft, { replaces: old.scope, version: 1n });
    const revoke = await signRevoke(stage, stage.ana, draft, 3);
    await send(stage.ledger, stage.relayer, "revokeSigned", draft.subject, draft.grantee, draft.scope, 3, revoke);
    await expect(replace(old, draft, signature)).to.be.revertedWithCustomError(stage.ledger, "ScopeUsed");
    expect(await isActive(stage, old)).to.equal(true);
  });

  it("cannot replace by a scope that was used, itself included", async () => {
    const old = await granted(stage, { name: "old" });
    const signature = await signReplace(stage, stage.ana, old, { replaces: old.scope, version: 1n });
    await expect(replace(old, old, signature)).to.be.revertedWithCustomError(stage.ledger, "ScopeUsed");
  });

  it("is bound to what is replaced and to every term, and signs alone", async () => {
    const old = await granted(stage, { name: "old" });
    const other = await granted(stage, { name: "other" });
    const draft = await draftGrant(stage, { name: "new" });
    const signature = await signReplace(stage, stage.ana, draft, { replaces: old.scope, version: 1n });
    const refused = "BadSignature";
    await expect(replace(other, draft, signature)).to.be.revertedWithCustomError(stage.ledger, refused);
    const changes = [
      { scope: word("x") },
      { ops: READ + CONTRIBUTE },
      { capsule: word("x") },
      { expiresAt: draft.expiresAt + 1 },
      { notBefore: START - 1 },
      { deadline: draft.deadline + 1 },
    ];
    for (const change of changes) {
      await expect(replace(old, { ...draft, ...change }, signature)).to.be.revertedWithCustomError(
        stage.ledger,
        refused,
      );
    }
    const byLena = await signReplace(stage, stage.lena, draft, { replaces: old.scope, version: 1n });
    await expect(replace(old, draft, byLena)).to.be.revertedWithCustomError(stage.ledger, refused);
    const asGrant = await signGrant(stage, stage.ana, draft);
    await expect(replace(old, draft, asGrant)).to.be.revertedWithCustomError(stage.ledger, refused);
    await replace(old, draft, signature);
    await expect(replace(old, draft, signature)).to.be.revertedWithCustomError(stage.ledger, "ScopeUsed");
    expect(versionOf(await consentOf(stage, draft))).to.equal(1n);
  });

  it("holds the new terms to the rules of a grant", async () => {
    const old = await granted(stage, { name: "old" });
    const cases: [Partial<Draft>, string][] = [
      [{ ops: 0 }, "BadOps"],
      [{ expiresAt: START }, "BadWindow"],
      [{ deadline: START }, "DeadlinePassed"],
    ];
    for (const [change, error] of cases) {
      const draft = await draftGrant(stage, { name: "new", ...change });
      const signature = await signReplace(stage, stage.ana, draft, { replaces: old.scope, version: 1n });
      await expect(replace(old, draft, signature)).to.be.revertedWithCustomError(stage.ledger, error);
    }
  });
});
