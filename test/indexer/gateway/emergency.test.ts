// Emergencies and proxies at the gateway: an armed consent opens nothing until its glass is broken, and then for four hours
// by both clocks; what a proxy granted opens as far as their own mandate reaches.

import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { CONTRIBUTE, MANAGE, READ } from "#protocol/codes/index.ts";
import type { RunningService } from "#indexer/index.ts";
import { people, startChain, type TestChain } from "../support/chain.ts";
import { addSealed, funded, giveConsent, read, signInToRead, type Reader, type Sealed } from "../support/reading.ts";
import { eventually, makeFolder, openStream, startTestService } from "../support/service.ts";
import { enrol, getVerified, word, type Keyed } from "../support/story.ts";

const HOURS = 4 * 3_600;

describe("A gateway", () => {
  let chain: TestChain;
  let running: RunningService;
  let folder: Awaited<ReturnType<typeof makeFolder>>;
  let [ana, lena, ben, tomas]: Keyed[] = [];
  let asAna: Reader;
  let asLena: Reader;
  let asTomas: Reader;
  let labs: Sealed;
  let imaging: Sealed;

  const place = () => ({ running, chain });
  const known = (person: Keyed | undefined): Keyed => {
    if (person === undefined) throw new Error("Not enrolled yet.");
    return person;
  };
  const reasonsOf = async (...asked: Parameters<typeof read>) =>
    (await read(...asked)).results.map(({ reason }) => reason ?? "released");

  beforeAll(async () => {
    chain = await startChain();
    [ana, lena, ben, tomas] = [
      await enrol(chain, people.ana),
      await enrol(chain, people.lena),
      await enrol(chain, people.ben),
      await enrol(chain, people.tomas),
    ];
    await getVerified(chain, people.lena, { name: "Dr Lena Lindqvist", specialty: "Cardiology", place: "Uppsala" });
    folder = await makeFolder();
    running = await startTestService(chain, folder.folder, funded);
    asAna = await signInToRead(running, people.ana);
    asLena = await signInToRead(running, people.lena);
    asTomas = await signInToRead(running, people.tomas);
    labs = await addSealed(place(), { subject: known(ana), as: asAna });
    imaging = await addSealed(place(), { subject: known(ana), as: asAna, category: "imaging" });
  });
  afterAll(async () => {
    await running?.stop();
    await chain?.stop();
    await folder?.remove();
  });

  it("opens what a proxy granted as far as the proxy's mandate reaches, and no further", async () => {
    const subject = known(ana);
    const mandate = await giveConsent(
      place(),
      { subject, grantee: known(ben), as: asAna },
      { kind: "appoint", ops: MANAGE + READ + CONTRIBUTE, categories: ["labs"] },
    );
    const consent = await giveConsent(
      place(),
      { subject, grantee: known(tomas), as: asAna },
      {
        byProxy: { proxy: people.ben, mandate: mandate.scope },
        categories: ["labs", "imaging"],
        seconds: 600,
      },
    );
    const documents = [labs.document, imaging.document];
    expect(await reasonsOf(place(), { reader: asTomas, consent, documents })).toEqual(["released", "beyond-mandate"]);
    const { body } = await asAna.call("GET", "/api/consents?as=subject&limit=50");
    expect(body.items.find(({ scope }) => scope === consent.scope)).toMatchObject({
      proxy: people.ben.address,
      mandate: mandate.scope,
      effectiveStatus: 1,
    });
    const names = { subject: subject.address, grantee: people.tomas.address, scope: consent.scope };
    await chain.act(people.ben, {
      name: "revokeByProxy",
      args: { proxy: people.ben.address, mandate: mandate.scope, ...names, ceiling: 9 },
    });
    expect(await reasonsOf(place(), { reader: asTomas, consent, documents })).toEqual([
      "consent-revoked",
      "consent-revoked",
    ]);
  });

  it("opens what a proxy prolonged as far as their mandate reaches, until the patient prolongs it themself", async () => {
    const subject = known(ana);
    const parties = { subject, grantee: known(ben), as: asAna };
    const mandate = await giveConsent(place(), parties, { kind: "appoint", ops: MANAGE + READ, categories: ["labs"] });
    const consent = await giveConsent(
      place(),
      { ...parties, grantee: known(tomas) },
      { categories: ["labs", "imaging"], seconds: 300 },
    );
    const documents = [labs.document, imaging.document];
    const released = () => reasonsOf(place(), { reader: asTomas, consent, documents });
    expect(await released()).toEqual(["released", "released"]);

    const { grantee, scope, opening } = consent;
    const renewal = { subject: subject.address, grantee, scope, deadline: consent.expiresAt };
    const byProxy = {
      proxy: people.ben.address,
      mandate: mandate.scope,
      ...renewal,
      expiresAt: consent.expiresAt + 60,
    };
    await chain.signedAct(people.ben, { name: "renewByProxy", args: byProxy }, { opening });
    await eventually(async () => (await released())[1] === "beyond-mandate");
    expect((await released())[0]).toBe("released");

    await chain.signedAct(
      subject,
      { name: "renew", args: { ...renewal, expiresAt: consent.expiresAt + 90 } },
      { opening },
    );
    await eventually(async () => (await released())[1] === "released");
  });

  it("releases nothing under an armed consent until its glass is broken, tells the patient, and stops after four hours", async () => {
    const subject = known(ana);
    const armed = await giveConsent(
      place(),
      { subject, grantee: known(lena), as: asAna },
      { kind: "arm", purposes: ["ETREAT"], seconds: 30 * 86_400 },
    );
    const asked = { reader: asLena, consent: armed, documents: [labs.document], purpose: "ETREAT" };
    expect(await reasonsOf(place(), asked)).toEqual(["glass-not-broken"]);
    const stateOf = async () => {
      const { body } = await asAna.call("GET", "/api/consents?as=subject&limit=50");
      const { effectiveStatus, times, used } = body.items.find(({ scope }) => scope === armed.scope) ?? {};
      return { effectiveStatus, times, used };
    };
    expect(await stateOf()).toEqual({ effectiveStatus: 5, times: 1, used: 0 });

    const stream = openStream(running.url, asAna.cookie);
    const { grantee, scope } = armed;
    const names = { by: grantee, subject: subject.address, grantee, scope, note: word() };
    await chain.act(people.lena, { name: "breakGlass", args: names });
    await eventually(async () =>
      stream.events.some(({ event, data }) => event === "act" && data["act"] === "GlassBroken"),
    );
    await stream.close();
    expect(await reasonsOf(place(), asked)).toEqual(["released"]);
    expect(await eventually(async () => (await stateOf()).effectiveStatus === 8 && stateOf())).toEqual({
      effectiveStatus: 8,
      times: 1,
      used: 1,
    });

    // The chain's clock goes on four hours and the gateway's own does not: either is enough.
    await chain.client.increaseTime({ seconds: HOURS });
    await chain.client.mine({ blocks: 1 });
    expect(await reasonsOf(place(), asked)).toEqual(["glass-not-broken"]);
    await eventually(async () => (await stateOf()).effectiveStatus === 9);
  });
});
