// A patient who appoints a proxy, and what a proxy can do for them and never can.

import { expect } from "chai";
import {
  CONTRIBUTE,
  consentOf,
  draftGrant,
  effectiveStatus,
  grant,
  granted,
  grantMessage,
  grantTerms,
  isActive,
  MANAGE,
  QUERY,
  READ,
  signRenew,
  signReplace,
  signRevoke,
  STATUS,
  unpack,
} from "./support/consents.ts";
import {
  appoint,
  appointed,
  appointMessage,
  armed,
  grantByProxy,
  proxyFields,
  renewByProxy,
  signGrantByProxy,
} from "./support/mandates.ts";
import { openClinic } from "./support/providers.ts";
import { signAct } from "./support/sign.ts";
import { at, DAY, HOUR, read, send, setStage, START, word } from "./support/stage.ts";

const any = (_: unknown): boolean => true;

describe("A patient who appoints a proxy", () => {
  const stage = setStage();
  const refused = (sent: Promise<unknown>, error: string): Promise<unknown> =>
    expect(sent).to.be.revertedWithCustomError(stage.ledger, error);

  it("signs that they may manage: a grant with that op is refused, and an appointment without it", async () => {
    const draft = await draftGrant(stage, { grantee: stage.sam.address, ops: READ + MANAGE });
    await refused(grant(stage, draft), "BadOps");
    await refused(appoint(stage, { ...draft, ops: READ }), "BadOps");
    const hidden = await signAct(stage, stage.ana, "Appoint", { ...appointMessage(draft), mayManage: false });
    await refused(send(stage.ledger, stage.relayer, "appoint", grantTerms(draft), hidden), "BadSignature");
    await refused(appoint(stage, draft, stage.sam), "BadSignature");
    await expect(appoint(stage, draft))
      .to.emit(stage.ledger, "Appointed")
      .withArgs(draft.subject, stage.sam.address, draft.scope, any, draft.capsule, any, any);
    expect(await isActive(stage, draft, READ + MANAGE)).to.equal(true);
    await refused(appoint(stage, await draftGrant(stage, { grantee: stage.sam.address, ops: MANAGE })), "StillInForce");
  });

  it("neither renews nor replaces a mandate: those words would not say what it is", async () => {
    const mandate = await appointed(stage);
    const { subject, grantee, scope, deadline } = mandate;
    const until = mandate.expiresAt + DAY;
    const renewal = await signRenew(stage, stage.ana, mandate, { until, version: 1n });
    await refused(
      send(stage.ledger, stage.relayer, "renew", subject, grantee, scope, until, deadline, renewal),
      "NotOrdinary",
    );
    const other = await draftGrant(stage, { grantee, name: "other" });
    const replacement = await signReplace(stage, stage.ana, other, { replaces: scope, version: 1n });
    await refused(send(stage.ledger, stage.relayer, "replace", scope, grantTerms(other), replacement), "NotOrdinary");
  });

  it("ends the mandate at once, and with it every power, also over acts that were signed before", async () => {
    const mandate = await appointed(stage);
    const draft = await draftGrant(stage);
    const held = await signGrantByProxy(stage, stage.sam, mandate, draft);
    await send(stage.ledger, stage.ana, "revoke", mandate.grantee, mandate.scope);
    const named = [mandate.grantee, mandate.scope];
    await refused(send(stage.ledger, stage.relayer, "grantByProxy", named, grantTerms(draft), held), "NotProxy");
    await appoint(stage, await draftGrant(stage, { name: "mandate", grantee: stage.sam.address, ops: READ + MANAGE }));
    await refused(send(stage.ledger, stage.relayer, "grantByProxy", named, grantTerms(draft), held), "BadSignature");
  });

  it("voids what the proxy signed and did not send by cancelSigned, as the proxy does by theirs", async () => {
    const mandate = await appointed(stage);
    for (const who of [stage.ana, stage.sam]) {
      const draft = await draftGrant(stage, { name: who.address });
      const held = await signGrantByProxy(stage, stage.sam, mandate, draft);
      await send(stage.ledger, who, "cancelSigned");
      const named = [mandate.grantee, mandate.scope];
      await refused(send(stage.ledger, stage.relayer, "grantByProxy", named, grantTerms(draft), held), "BadSignature");
    }
  });
});

describe("A proxy", () => {
  const stage = setStage();
  const refused = (sent: Promise<unknown>, error: string): Promise<unknown> =>
    expect(sent).to.be.revertedWithCustomError(stage.ledger, error);

  it("grants, renews and revokes for the patient, on the patient's history, named there with the mandate", async () => {
    const mandate = await appointed(stage);
    const draft = await draftGrant(stage, { expiresAt: START + DAY });
    const { subject, grantee, scope } = draft;
    await expect(grantByProxy(stage, mandate, draft))
      .to.emit(stage.ledger, "GrantedByProxy")
      .withArgs(subject, grantee, scope, any, draft.capsule, stage.sam.address, mandate.scope, any, any);
    expect(await isActive(stage, draft)).to.equal(true);
    await expect(renewByProxy(stage, mandate, draft, START + 2 * DAY))
      .to.emit(stage.ledger, "RenewedByProxy")
      .withArgs(subject, grantee, scope, any, stage.sam.address, mandate.scope, any, any);
    expect(unpack(await consentOf(stage, draft))).to.include({ version: 2, expiresAt: START + 2 * DAY });
    await expect(send(stage.ledger, stage.sam, "revokeByProxy", subject, grantee, scope, mandate.scope))
      .to.emit(stage.ledger, "RevokedByProxy")
      .withArgs(subject, grantee, scope, any, stage.sam.address, mandate.scope, any, any);
    expect(await effectiveStatus(stage, draft)).to.equal(STATUS.revoked);
    await expect(
      send(stage.ledger, stage.sam, "declineByProxy", subject, grantee, word("request"), word("note"), mandate.scope),
    )
      .to.emit(stage.ledger, "DeclinedByProxy")
      .withArgs(subject, grantee, word("request"), word("note"), stage.sam.address, mandate.scope, any, any);
    expect(await read(stage.ledger, "headOf", stage.sam.address)).to.equal(`0x${"00".repeat(32)}`);
  });

  it("passes on no op, no time and no power that they were not given, and nothing to themself", async () => {
    const mandate = await appointed(stage);
    const beyond: Parameters<typeof draftGrant>[1][] = [
      { ops: READ + QUERY },
      { ops: CONTRIBUTE },
      { expiresAt: mandate.expiresAt + 1 },
      { grantee: stage.sam.address },
    ];
    for (const changes of beyond) {
      await refused(grantByProxy(stage, mandate, await draftGrant(stage, changes)), "BeyondMandate");
    }
    await refused(grantByProxy(stage, mandate, await draftGrant(stage, { ops: READ + MANAGE })), "BadOps");
    const tomas = await draftGrant(stage, { grantee: stage.tomas.address, ops: READ + MANAGE });
    await refused(appoint(stage, tomas, stage.sam), "BadSignature");
    await grantByProxy(stage, mandate, await draftGrant(stage, { expiresAt: mandate.expiresAt }));
  });

  it("renews within the mandate only: neither longer, nor what allows more than it", async () => {
    const mandate = await appointed(stage);
    const wide = await granted(stage, { ops: READ + CONTRIBUTE, name: "wide", expiresAt: START + DAY });
    await refused(renewByProxy(stage, mandate, wide, START + 2 * DAY), "BeyondMandate");
    const narrow = await granted(stage, { name: "narrow", expiresAt: START + DAY });
    await refused(renewByProxy(stage, mandate, narrow, mandate.expiresAt + 1), "BeyondMandate");
    await refused(renewByProxy(stage, mandate, narrow, START + 2 * DAY, stage.stranger), "BadSignature");
    await renewByProxy(stage, mandate, narrow, mandate.expiresAt);
    await refused(renewByProxy(stage, mandate, mandate, mandate.expiresAt - 1), "NotOrdinary");
  });

  it("ends no mandate but their own, and that by renouncing", async () => {
    const mandate = await appointed(stage);
    const other = await appointed(stage, { grantee: stage.ben.address, name: "other" });
    for (const { grantee, scope } of [mandate, other]) {
      await refused(
        send(stage.ledger, stage.sam, "revokeByProxy", mandate.subject, grantee, scope, mandate.scope),
        "BeyondMandate",
      );
    }
    await send(stage.ledger, stage.sam, "renounce", mandate.subject, mandate.scope);
    expect(await effectiveStatus(stage, mandate)).to.equal(STATUS.renounced);
    expect(await isActive(stage, other, MANAGE)).to.equal(true);
  });

  it("has power from the mandate's first second to its last, over this patient alone, and needs MANAGE", async () => {
    const mandate = await appointed(stage, { notBefore: START + HOUR, expiresAt: START + DAY, deadline: START + DAY });
    const until = START + 2 * HOUR;
    const make = (name: string): Promise<Awaited<ReturnType<typeof draftGrant>>> =>
      draftGrant(stage, { name, expiresAt: until, deadline: START + DAY });
    const revoke = (): Promise<unknown> =>
      send(stage.ledger, stage.sam, "revokeByProxy", mandate.subject, stage.lena.address, word("x"), mandate.scope);
    await at(START + HOUR - 1);
    await refused(revoke(), "NotProxy");
    await at(START + HOUR);
    await revoke();
    await grantByProxy(stage, mandate, await make("inside"));
    await at(START + DAY - 1);
    await revoke();
    await at(START + DAY);
    await refused(revoke(), "NotProxy");
    const bens = await granted(
      stage,
      { subject: stage.ben.address, name: "bens", deadline: START + 9 * DAY },
      stage.ben,
    );
    await refused(
      send(stage.ledger, stage.sam, "revokeByProxy", bens.subject, bens.grantee, bens.scope, mandate.scope),
      "NotProxy",
    );
    const reader = await granted(stage, { grantee: stage.sam.address, name: "reader", deadline: START + 9 * DAY });
    await refused(
      send(stage.ledger, stage.sam, "revokeByProxy", reader.subject, bens.grantee, bens.scope, reader.scope),
      "NotProxy",
    );
  });

  it("is bound by every word that was signed: mandate, versions and both generations", async () => {
    const mandate = await appointed(stage);
    const draft = await draftGrant(stage);
    const fields = await proxyFields(stage, mandate);
    const sendIt = (signature: string): Promise<unknown> =>
      send(stage.ledger, stage.relayer, "grantByProxy", [mandate.grantee, mandate.scope], grantTerms(draft), signature);
    const changes: Record<string, unknown>[] = [
      { mandate: word("other") },
      { mandateVersion: 2 },
      { version: 1 },
      { generation: 1 },
      { proxyGeneration: 1 },
      { until: draft.expiresAt + 1 },
      { ops: READ + QUERY },
    ];
    for (const change of changes) {
      const signature = await signAct(stage, stage.sam, "GrantByProxy", {
        ...fields,
        ...grantMessage(draft),
        ...change,
      });
      await refused(sendIt(signature), "BadSignature");
    }
    await refused(sendIt(await signGrantByProxy(stage, stage.ana, mandate, draft)), "BadSignature");
    const good = await signGrantByProxy(stage, stage.sam, mandate, draft);
    await sendIt(good);
    await refused(sendIt(good), "StillInForce");
  });

  it("may have revokes and answers sent, and lifts no version out of the reach of the patient's own revoke", async () => {
    const mandate = await appointed(stage);
    const draft = await granted(stage);
    const { subject, grantee, scope } = draft;
    const named = [mandate.grantee, mandate.scope];
    const signed = { proxy: mandate.grantee, mandate: mandate.scope, subject, grantee };
    const revoke = async (ceiling: number, signer = stage.sam): Promise<unknown> => {
      const signature = await signAct(stage, signer, "RevokeByProxy", { ...signed, scope, ceiling, mandateVersion: 1 });
      return send(
        stage.ledger,
        stage.relayer,
        "revokeByProxySigned",
        named,
        subject,
        grantee,
        scope,
        ceiling,
        signature,
      );
    };
    await refused(revoke(1 + 256), "BeyondMandate");
    await refused(revoke(2 ** 32 - 1), "BeyondMandate");
    await refused(revoke(0), "AlreadyEnded");
    await refused(revoke(1, stage.stranger), "BadSignature");
    await revoke(1 + 255);
    expect(unpack(await consentOf(stage, draft))).to.include({ status: 2, version: 257 });
    const own = await signRevoke(stage, stage.ana, draft, 1_000_000);
    await send(stage.ledger, stage.relayer, "revokeSigned", subject, grantee, scope, 1_000_000, own);

    const deadline = START + HOUR;
    const decline = await signAct(stage, stage.sam, "DeclineByProxy", {
      ...signed,
      request: word("request"),
      note: word("note"),
      generation: 0,
      deadline,
    });
    const args = [named, subject, grantee, word("request"), word("note"), deadline, decline];
    await send(stage.ledger, stage.relayer, "declineByProxySigned", ...args);
    await refused(send(stage.ledger, stage.relayer, "declineByProxySigned", ...args), "AlreadySent");
  });

  it("signs a revoke under this very mandate: one given again revives nothing that was signed before", async () => {
    const mandate = await appointed(stage);
    const draft = await granted(stage);
    const { subject, grantee, scope } = draft;
    const sign = (mandateVersion: number): Promise<string> =>
      signAct(stage, stage.sam, "RevokeByProxy", {
        proxy: mandate.grantee,
        mandate: mandate.scope,
        ...{ subject, grantee, scope, ceiling: 9, mandateVersion },
      });
    const named = [mandate.grantee, mandate.scope];
    const relay = (signature: string): Promise<unknown> =>
      send(stage.ledger, stage.relayer, "revokeByProxySigned", named, subject, grantee, scope, 9, signature);
    const unsent = await sign(1);
    await send(stage.ledger, stage.ana, "revoke", mandate.grantee, mandate.scope);
    await refused(relay(unsent), "NotProxy");
    await appointed(stage);
    await refused(relay(unsent), "BadSignature");
    expect(await isActive(stage, draft)).to.equal(true);
    await relay(await sign(3));
    expect(await isActive(stage, draft)).to.equal(false);
  });

  it("may end an emergency consent, but neither arm nor replace", async () => {
    await openClinic(stage);
    const mandate = await appointed(stage);
    const draft = await armed(stage);
    const { subject, grantee, scope } = draft;
    await send(stage.ledger, stage.lena, "breakGlass", subject, grantee, scope, word("why"));
    await send(stage.ledger, stage.sam, "revokeByProxy", subject, grantee, scope, mandate.scope);
    expect(await isActive(stage, draft)).to.equal(false);
  });

  it("may be an organisation: then its members may read what it may, and none of them is the proxy", async () => {
    await openClinic(stage);
    const mandate = await appointed(stage, { grantee: stage.clinic.address });
    const member = stage.lena.address;
    expect(await isActive(stage, mandate, READ, member)).to.equal(true);
    for (const op of [MANAGE, READ + MANAGE]) {
      expect(await isActive(stage, mandate, op)).to.equal(true);
      expect(await isActive(stage, mandate, op, member)).to.equal(false);
      const asked = [mandate.subject, mandate.grantee, member, mandate.scope, op];
      expect(await read(stage.ledger, "whyNot", ...asked)).to.equal(17n);
    }
    const draft = await granted(stage);
    const args = [draft.subject, draft.grantee, draft.scope, mandate.scope];
    await refused(send(stage.ledger, stage.lena, "revokeByProxy", ...args), "NotProxy");
    await send(stage.ledger, stage.clinic, "revokeByProxy", ...args);
  });

  it("leaves consents standing when the mandate ends, within the window that it had", async () => {
    const mandate = await appointed(stage);
    const draft = await draftGrant(stage);
    await grantByProxy(stage, mandate, draft);
    await send(stage.ledger, stage.ana, "revoke", mandate.grantee, mandate.scope);
    expect(await isActive(stage, draft)).to.equal(true);
    await send(stage.ledger, stage.ana, "revoke", draft.grantee, draft.scope);
    expect(await isActive(stage, draft)).to.equal(false);
  });
});
