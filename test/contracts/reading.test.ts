// Somebody who asks the ledger how a consent stands: to the second, and at the price of one look into its storage.

import { expect } from "chai";
import { draftGrant, effectiveStatus, granted, isActive, READ, STATUS, type Draft } from "./support/consents.ts";
import { armed } from "./support/mandates.ts";
import { openClinic } from "./support/providers.ts";
import { DAY, ethers, goTo, HOUR, read, send, setStage, START, word } from "./support/stage.ts";

const ARMED = 5n;
const OPEN = 8n;
const USED_UP = 9n;

describe("Somebody who asks how a consent stands", () => {
  const stage = setStage();

  /** At each of these times: the status, and whether it is active, which is so exactly when nothing stands in the way. */
  async function expectTimeline(draft: Draft, timeline: [time: number, status: bigint][]): Promise<void> {
    for (const [time, status] of timeline) {
      await goTo(time);
      const told = `${time - START} s after the start`;
      expect(await effectiveStatus(stage, draft), told).to.equal(status);
      expect(await isActive(stage, draft), told).to.equal(status === STATUS.active || status === OPEN);
      const asked = [draft.subject, draft.grantee, draft.grantee, draft.scope, READ];
      expect(await read(stage.ledger, "whyNot", ...asked), told).to.equal(
        status === STATUS.active || status === OPEN ? 0n : status,
      );
    }
  }

  it("is told the same by every view, one second before each boundary and at it", async () => {
    const [begins, ends] = [START + HOUR, START + 2 * HOUR];
    const draft = await granted(stage, { notBefore: begins, expiresAt: ends });
    await expectTimeline(draft, [
      [begins - 1, STATUS.notYetBegun],
      [begins, STATUS.active],
      [begins + 1, STATUS.active],
      [ends - 1, STATUS.active],
      [ends, STATUS.expired],
      [ends + 1, STATUS.expired],
    ]);
  });

  it("is told so of an armed one too: not begun, armed, open for four hours, armed again, used up, expired", async () => {
    await openClinic(stage);
    const [begins, ends] = [START + HOUR, START + DAY];
    const draft = await armed(stage, { grantee: stage.clinic.address, notBefore: begins, expiresAt: ends }, 2);
    await expectTimeline(draft, [
      [begins - 1, 7n],
      [begins, ARMED],
    ]);
    for (const after of [ARMED, USED_UP]) {
      await send(stage.ledger, stage.lena, "breakGlass", draft.subject, draft.grantee, draft.scope, word("why"));
      const broken = Number((await read(stage.ledger, "consentOf", draft.subject, draft.grantee, draft.scope)) >> 192n);
      const brokenAt = broken % 2 ** 40;
      await expectTimeline(draft, [
        [brokenAt + 1, OPEN],
        [brokenAt + 4 * HOUR - 1, OPEN],
        [brokenAt + 4 * HOUR, after],
      ]);
    }
    await expectTimeline(draft, [
      [ends - 1, USED_UP],
      [ends, STATUS.expired],
    ]);
  });

  it("has one word of storage read where the reader is the grantee, and no other contract asked", async () => {
    const draft = await granted(stage);
    const steps = await trace(draft, draft.grantee);
    expect(steps.filter((op) => op === "SLOAD")).to.have.length(1);
    expect(steps.filter((op) => ["CALL", "STATICCALL", "DELEGATECALL", "CALLCODE"].includes(op))).to.deep.equal([]);
  });

  it("has the registry asked once where the reader is a member, and not where nothing is in force", async () => {
    await openClinic(stage);
    const draft = await granted(stage, { grantee: stage.clinic.address });
    const asked = (steps: string[]): number => steps.filter((op) => op === "STATICCALL").length;
    expect(asked(await trace(draft, stage.lena.address))).to.equal(1);
    const none = await draftGrant(stage, { grantee: stage.clinic.address, name: "none" });
    const steps = await trace(none, stage.lena.address);
    expect(asked(steps)).to.equal(0);
    expect(steps.filter((op) => op === "SLOAD")).to.have.length(1);
  });

  /** Every instruction of asking `isActive`, in a transaction so that the chain can be asked for its trace. */
  async function trace(draft: Draft, reader: string): Promise<string[]> {
    const asked = [draft.subject, draft.grantee, reader, draft.scope, READ];
    const sent = await stage.relayer.sendTransaction({
      to: await stage.ledger.getAddress(),
      data: stage.ledger.interface.encodeFunctionData("isActive", asked),
    });
    await sent.wait();
    const { structLogs } = (await ethers.provider.send("debug_traceTransaction", [sent.hash, {}])) as {
      structLogs: { op: string }[];
    };
    return structLogs.map(({ op }) => op);
  }
});
