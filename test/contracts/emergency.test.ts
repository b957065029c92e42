// A patient who arms a consent for emergencies, and clinicians who break its glass.

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
  READ,
  signRenew,
  signReplace,
  signRevoke,
  STATUS,
  unpack,
} from "./support/consents.ts";
import { arm, armed, armMessage } from "./support/mandates.ts";
import { KIND, openClinic, verified, VALID_UNTIL } from "./support/providers.ts";
import { signAct } from "./support/sign.ts";
import { at, DAY, ethers, goTo, HOUR, send, setStage, START, word } from "./support/stage.ts";

const ARMED = 5n;
const OPEN = 8n;
const USED_UP = 9n;
const any = (_: unknown): boolean => true;

describe("A patient who arms a consent", () => {
  const stage = setStage();
  const refused = (sent: Promise<unknown>, error: string): Promise<unknown> =>
    expect(sent).to.be.revertedWithCustomError(stage.ledger, error);

  beforeEach(() => openClinic(stage));

  it("opens nothing by it: no op is usable, by nobody, at any time", async () => {
    const draft = await armed(stage);
    expect(unpack(await consentOf(stage, draft))).to.include({ status: 5, version: 1, ops: READ });
    expect((await consentOf(stage, draft)) >> 232n).to.equal(2n); // twice, and not once yet
    for (const time of [START + 60, START + DAY, draft.expiresAt - 1]) {
      await goTo(time);
      expect(await effectiveStatus(stage, draft)).to.equal(ARMED);
      for (const reader of [stage.clinic, stage.lena, stage.ana]) {
        expect(await isActive(stage, draft, READ, reader.address)).to.equal(false);
      }
    }
    await goTo(draft.expiresAt);
    expect(await effectiveStatus(stage, draft)).to.equal(STATUS.expired);
  });

  it("arms verified doctors, nurses and organisations only", async () => {
    await verified(stage, stage.tomas, KIND.doctor);
    await verified(stage, stage.noor, KIND.lab);
    for (const grantee of [stage.noor, stage.maya, stage.stranger]) {
      await refused(arm(stage, await draftGrant(stage, { grantee: grantee.address })), "NotVerified");
    }
    await armed(stage, { grantee: stage.tomas.address });
    await armed(stage, { grantee: stage.clinic.address });
    await send(stage.registry, stage.rosa, "suspend", stage.clinic.address);
    const late = await draftGrant(stage, { grantee: stage.clinic.address, name: "late" });
    await refused(arm(stage, late), "NotVerified");
  });

  it("says how often, one to nine times, and signs what is armed and not a grant", async () => {
    const draft = await draftGrant(stage, { grantee: stage.clinic.address });
    for (const times of [0, 10, 255]) await refused(arm(stage, draft, { times }), "BadTimes");
    const twice = await signAct(stage, stage.ana, "Arm", armMessage(draft, 2));
    const sendArm = (signature: string, times: number): Promise<unknown> =>
      send(stage.ledger, stage.relayer, "arm", grantTerms(draft), signature, times);
    await refused(sendArm(twice, 3), "BadSignature");
    await refused(send(stage.ledger, stage.relayer, "grant", grantTerms(draft), twice), "BadSignature");
    const longer = await signAct(stage, stage.ana, "Arm", { ...armMessage(draft, 2), hoursEach: 8 });
    await refused(sendArm(longer, 2), "BadSignature");
    await refused(arm(stage, draft, { signer: stage.lena }), "BadSignature");
    await refused(arm(stage, { ...draft, ops: READ + MANAGE }), "BadOps");
    await sendArm(twice, 2);
    await refused(arm(stage, await draftGrant(stage, { grantee: stage.clinic.address })), "StillInForce");
    await refused(grant(stage, await draftGrant(stage, { grantee: stage.clinic.address })), "StillInForce");
  });

  it("does not renew or replace it: those words would not say what it is", async () => {
    const draft = await armed(stage);
    const { subject, grantee, scope, deadline } = draft;
    const until = draft.expiresAt + DAY;
    const renewal = await signRenew(stage, stage.ana, draft, { until, version: 1n });
    await refused(
      send(stage.ledger, stage.relayer, "renew", subject, grantee, scope, until, deadline, renewal),
      "NotOrdinary",
    );
    const other = await draftGrant(stage, { grantee, name: "other" });
    const replacement = await signReplace(stage, stage.ana, other, { replaces: scope, version: 1n });
    await refused(send(stage.ledger, stage.relayer, "replace", scope, grantTerms(other), replacement), "NotOrdinary");
  });

  it("ends it like any other, armed, open and used up: plainly, signed with a ceiling, and by the grantee", async () => {
    const ends = {
      revoked: async ({ grantee, scope }: { grantee: string; scope: string }): Promise<unknown> =>
        send(stage.ledger, stage.ana, "revoke", grantee, scope),
      "revoked signed": async (draft: Parameters<typeof signRevoke>[2]): Promise<unknown> => {
        const signature = await signRevoke(stage, stage.ana, draft, 99);
        const { subject, grantee, scope } = draft;
        return send(stage.ledger, stage.relayer, "revokeSigned", subject, grantee, scope, 99, signature);
      },
      renounced: async ({ subject, scope }: { subject: string; scope: string }): Promise<unknown> =>
        send(stage.ledger, stage.clinic, "renounce", subject, scope),
    };
    for (const [name, end] of Object.entries(ends)) {
      for (const state of ["armed", "open", "used up"]) {
        const draft = await armed(stage, { name: `${name} ${state}`, deadline: START + DAY }, 1);
        const { subject, grantee, scope } = draft;
        if (state !== "armed") await send(stage.ledger, stage.lena, "breakGlass", subject, grantee, scope, word("why"));
        const now = (await ethers.provider.getBlock("latest"))?.timestamp ?? 0;
        if (state === "used up") await at(now + 4 * HOUR);
        await end(draft);
        const ended = unpack(await consentOf(stage, draft));
        expect(ended).to.include({ status: name === "renounced" ? 3 : 2, keptZero: 0 });
        expect(await isActive(stage, draft)).to.equal(false);
        await refused(send(stage.ledger, stage.lena, "breakGlass", subject, grantee, scope, word("again")), "NotArmed");
      }
    }
  });
});

describe("A clinician who breaks the glass", () => {
  const stage = setStage();
  const refused = (sent: Promise<unknown>, error: string): Promise<unknown> =>
    expect(sent).to.be.revertedWithCustomError(stage.ledger, error);

  beforeEach(() => openClinic(stage));

  type Armed = Awaited<ReturnType<typeof armed>>;
  const breakGlass = (draft: Armed, by = stage.lena, note = word("why")): Promise<unknown> =>
    send(stage.ledger, by, "breakGlass", draft.subject, draft.grantee, draft.scope, note);

  it("opens it for four hours, to the second, and stands in the patient's own history with the reason", async () => {
    const draft = await armed(stage, { ops: READ + CONTRIBUTE });
    await at(START + DAY);
    await expect(breakGlass(draft))
      .to.emit(stage.ledger, "GlassBroken")
      .withArgs(draft.subject, draft.grantee, draft.scope, any, stage.lena.address, word("why"), any, any);
    expect(unpack(await consentOf(stage, draft))).to.include({ status: 5, version: 2, changedAt: START + DAY });
    expect((await consentOf(stage, draft)) >> 232n).to.equal(0x102n); // once of twice
    expect(await effectiveStatus(stage, draft)).to.equal(OPEN);
    const closes = START + DAY + 4 * HOUR;
    await goTo(closes - 1);
    expect(await isActive(stage, draft, READ + CONTRIBUTE)).to.equal(true);
    await goTo(closes);
    expect(await isActive(stage, draft)).to.equal(false);
    expect(await effectiveStatus(stage, draft)).to.equal(ARMED);
    await goTo(closes + 1);
    expect(await isActive(stage, draft)).to.equal(false);
  });

  it("reads as doctor or nurse, or as the organisation itself; a clerk and others do not", async () => {
    const draft = await armed(stage);
    await breakGlass(draft);
    for (const reader of [stage.clinic, stage.lena, stage.tomas]) {
      expect(await isActive(stage, draft, READ, reader.address)).to.equal(true);
    }
    for (const reader of [stage.noor, stage.maya, stage.ana]) {
      expect(await isActive(stage, draft, READ, reader.address)).to.equal(false);
    }
    expect(await isActive(stage, draft, CONTRIBUTE, stage.lena.address)).to.equal(false);
  });

  it("may be the grantee itself, a doctor or a nurse of it, and nobody else", async () => {
    for (const by of [stage.clinic, stage.lena, stage.tomas]) {
      await breakGlass(await armed(stage, { name: by.address }), by);
    }
    const draft = await armed(stage, { name: "others" });
    for (const by of [stage.noor, stage.maya, stage.ana, stage.stranger]) {
      await refused(breakGlass(draft, by), "NotClinician");
    }
    await refused(breakGlass(draft, stage.lena, ethers.ZeroHash), "NoteNeeded");
  });

  it("has lost it with the membership, the suspension, or the end of the credential", async () => {
    const draft = await armed(stage, { expiresAt: VALID_UNTIL + DAY });
    await send(stage.registry, stage.clinic, "removeMember", stage.lena.address);
    await refused(breakGlass(draft), "NotClinician");
    await at(VALID_UNTIL);
    await refused(breakGlass(draft, stage.tomas), "NotVerified");
  });

  it("cannot break it before it begins, from its end on, or where nothing is armed", async () => {
    const draft = await armed(stage, { notBefore: START + DAY, expiresAt: START + 2 * DAY });
    expect(await effectiveStatus(stage, draft)).to.equal(STATUS.notYetBegun);
    await at(START + DAY - 1);
    await refused(breakGlass(draft), "NotArmed");
    await at(START + DAY);
    await breakGlass(draft);
    await at(START + 2 * DAY);
    await refused(breakGlass(draft), "NotArmed");
    const ordinary = await granted(stage, {
      grantee: stage.clinic.address,
      name: "ordinary",
      expiresAt: START + 9 * DAY,
      deadline: START + 9 * DAY,
    });
    await refused(breakGlass(ordinary), "NotArmed");
    await refused(breakGlass({ ...draft, scope: word("none") }), "NotArmed");
  });

  it("is cut off by the end of the consent, to the second", async () => {
    const draft = await armed(stage, { expiresAt: START + DAY });
    await at(START + DAY - HOUR);
    await breakGlass(draft);
    await goTo(START + DAY - 1);
    expect(await isActive(stage, draft)).to.equal(true);
    await goTo(START + DAY);
    expect(await isActive(stage, draft)).to.equal(false);
  });

  it("breaks it as often as was said and no more, and not while it is open", async () => {
    const draft = await armed(stage);
    await at(START + HOUR);
    await breakGlass(draft);
    await at(START + 5 * HOUR - 1);
    await expect(breakGlass(draft, stage.tomas))
      .to.be.revertedWithCustomError(stage.ledger, "StillOpen")
      .withArgs(START + 5 * HOUR);
    await at(START + 5 * HOUR);
    await breakGlass(draft, stage.tomas);
    await goTo(START + 9 * HOUR);
    expect(await effectiveStatus(stage, draft)).to.equal(USED_UP);
    await refused(breakGlass(draft), "UsedUp");
    expect(await isActive(stage, draft)).to.equal(false);
  });

  it("may have it sent: as signed, in time, by themself, once", async () => {
    const draft = await armed(stage);
    const { subject, grantee, scope } = draft;
    const deadline = START + HOUR;
    const sign = (changes: Record<string, unknown> = {}, signer = stage.lena): Promise<string> =>
      signAct(stage, signer, "BreakGlass", {
        by: stage.lena.address,
        subject,
        grantee,
        scope,
        note: word("why"),
        version: 1,
        generation: 0,
        deadline,
        ...changes,
      });
    const relay = (signature: string, note = word("why")): Promise<unknown> =>
      send(
        stage.ledger,
        stage.relayer,
        "breakGlassSigned",
        stage.lena.address,
        subject,
        grantee,
        scope,
        note,
        deadline,
        signature,
      );
    for (const bad of [await sign({ version: 2 }), await sign({ generation: 1 }), await sign({}, stage.tomas)]) {
      await refused(relay(bad), "BadSignature");
    }
    await refused(relay(await sign(), word("another reason")), "BadSignature");
    await relay(await sign());
    await at(START + 5 * HOUR);
    await refused(relay(await sign()), "DeadlinePassed");
    expect((await consentOf(stage, draft)) >> 232n).to.equal(0x102n);
  });
});
