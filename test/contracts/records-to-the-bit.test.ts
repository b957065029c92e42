// A patient's record and signed words, where one bit more or less would still look right: odd and even seconds, and
// consents that allow adding without reading.

import { expect } from "chai";
import {
  bits,
  consentOf,
  CONTRIBUTE,
  draftGrant,
  granted,
  grantTerms,
  QUERY,
  READ,
  signRenew,
  signReplace,
} from "./support/consents.ts";
import { at, DAY, ethers, send, setStage, START } from "./support/stage.ts";

const changedAt = (record: bigint): bigint => bits(record, 192, 40);

describe("A patient's record, to the bit", () => {
  const stage = setStage();

  it("tells when it was renewed and when it ended, in even seconds after odd ones and the other way round", async () => {
    for (const [name, grantedAt] of [
      ["odd", START + 101],
      ["even", START + 200],
    ] as const) {
      await at(grantedAt);
      const draft = await granted(stage, { name });
      const until = START + 40 * DAY;
      const signature = await signRenew(stage, stage.ana, draft, { until, version: 1n });
      const { subject, grantee, scope, deadline } = draft;
      await at(grantedAt + 11);
      await send(stage.ledger, stage.relayer, "renew", subject, grantee, scope, until, deadline, signature);
      expect(changedAt(await consentOf(stage, draft))).to.equal(BigInt(grantedAt + 11));
      await at(grantedAt + 22);
      await send(stage.ledger, stage.ana, "revoke", grantee, scope);
      expect(changedAt(await consentOf(stage, draft))).to.equal(BigInt(grantedAt + 22));
      expect(bits(await consentOf(stage, draft), 152, 40)).to.equal(BigInt(grantedAt));
    }
  });

  it("tells when it ended though nothing happened between", async () => {
    await at(START + 101);
    const draft = await granted(stage);
    await at(START + 112);
    await send(stage.ledger, stage.ana, "revoke", draft.grantee, draft.scope);
    expect(changedAt(await consentOf(stage, draft))).to.equal(BigInt(START + 112));
  });

  it("lies where its three words hash to, each of them whole", async () => {
    const draft = await granted(stage);
    const last = (address: string, by: bigint): string =>
      ethers.getAddress(ethers.zeroPadValue(ethers.toBeHex(BigInt(address) ^ by), 20));
    for (const by of [1n, 1n << 31n, 1n << 63n, 1n << 128n, 1n << 159n]) {
      expect(await consentOf(stage, { ...draft, grantee: last(draft.grantee, by) })).to.equal(0n);
      expect(await consentOf(stage, { ...draft, subject: last(draft.subject, by) })).to.equal(0n);
    }
  });
});

describe("A patient who lets somebody add without reading, or neither", () => {
  const stage = setStage();

  for (const [what, ops] of [
    ["add", CONTRIBUTE],
    ["query", QUERY],
    ["read and add", READ + CONTRIBUTE],
  ] as const) {
    it(`signs for a renewal that says so: ${what}`, async () => {
      const draft = await granted(stage, { ops });
      const until = START + 40 * DAY;
      const { subject, grantee, scope, deadline } = draft;
      const other = await signRenew(stage, stage.ana, { ...draft, ops: READ }, { until, version: 1n });
      const args = [subject, grantee, scope, until, deadline];
      await expect(
        send(stage.ledger, stage.relayer, "renew", ...args, other),
        "words that allow something else",
      ).to.be.revertedWithCustomError(stage.ledger, "BadSignature");
      const signature = await signRenew(stage, stage.ana, draft, { until, version: 1n });
      await send(stage.ledger, stage.relayer, "renew", ...args, signature);
      expect(bits(await consentOf(stage, draft), 40, 32)).to.equal(BigInt(ops));
    });

    it(`signs for a replacement that says so: ${what}`, async () => {
      const former = await granted(stage, { name: "former" });
      const draft = await draftGrant(stage, { name: "next", ops });
      const signature = await signReplace(stage, stage.ana, draft, { replaces: former.scope, version: 1n });
      await send(stage.ledger, stage.relayer, "replace", former.scope, grantTerms(draft), signature);
      expect(bits(await consentOf(stage, draft), 40, 32)).to.equal(BigInt(ops));
    });
  }
});
