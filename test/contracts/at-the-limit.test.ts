// Acts at the very limit of what is allowed, each beside the one that is just beyond it.

import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "chai";
import { artifacts } from "hardhat";
import {
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
  signGrant,
  signRevoke,
  unpack,
  type Draft,
} from "./support/consents.ts";
import { appointed, arm, armed, grantByProxy, proxyFields } from "./support/mandates.ts";
import { KIND, openClinic, verified } from "./support/providers.ts";
import { signAct } from "./support/sign.ts";
import { at, connection, DAY, ethers, HOUR, read, send, setStage, START, word } from "./support/stage.ts";

const TOP = 0xffff_ffff;

describe("A proxy at the limit of the mandate", () => {
  const stage = setStage();
  const refused = (sent: Promise<unknown>, error: string): Promise<unknown> =>
    expect(sent).to.be.revertedWithCustomError(stage.ledger, error);

  it("passes on each thing that the mandate allows, alone, and none beside them", async () => {
    const mandate = await appointed(stage, { ops: READ + QUERY + MANAGE });
    for (const ops of [READ, QUERY, READ + QUERY]) {
      const draft = await draftGrant(stage, { name: `ops ${ops}`, ops });
      await grantByProxy(stage, mandate, draft);
      expect(await isActive(stage, draft, ops)).to.equal(true);
    }
    await refused(grantByProxy(stage, mandate, await draftGrant(stage, { name: "derive", ops: 4 })), "BeyondMandate");
  });

  it("renews in time: neither after the deadline, however late the end, nor to an end that has passed", async () => {
    const mandate = await appointed(stage);
    const draft = await granted(stage, { expiresAt: START + DAY });
    const { subject, grantee, scope } = draft;
    const renew = async (until: number, deadline: number): Promise<unknown> => {
      const { from: _, capsule: __, ...renewal } = grantMessage(draft);
      const signature = await signAct(stage, stage.sam, "RenewByProxy", {
        ...(await proxyFields(stage, mandate)),
        ...renewal,
        until,
        deadline,
        version: 1,
      });
      const named = [mandate.grantee, mandate.scope];
      return send(
        stage.ledger,
        stage.relayer,
        "renewByProxy",
        named,
        subject,
        grantee,
        scope,
        until,
        deadline,
        signature,
      );
    };
    await at(START + HOUR);
    await refused(renew(START + 2 * DAY, START + HOUR - 1), "DeadlinePassed");
    await refused(renew(START + HOUR - 1, START + 2 * DAY), "BadWindow");
    await renew(START + 2 * DAY, START + HOUR);
    expect(unpack(await consentOf(stage, draft))).to.include({ version: 2, expiresAt: START + 2 * DAY });
  });

  it("lifts the version by one with every plain revoke, whatever the consent allows", async () => {
    const mandate = await appointed(stage);
    const draft = await granted(stage, { ops: READ + QUERY + 4 });
    const { subject, grantee, scope } = draft;
    for (const version of [2, 3]) {
      await send(stage.ledger, stage.sam, "revokeByProxy", subject, grantee, scope, mandate.scope);
      expect(unpack(await consentOf(stage, draft))).to.include({ status: 2, version });
    }
  });

  it("declines as long as the mandate stands, plainly and signed, and not a second longer", async () => {
    const mandate = await appointed(stage, { expiresAt: START + DAY });
    const words = [stage.ana.address, stage.lena.address, word("request"), word("note")];
    const deadline = START + 2 * DAY;
    const sign = async (): Promise<string> =>
      signAct(stage, stage.sam, "DeclineByProxy", {
        proxy: stage.sam.address,
        mandate: mandate.scope,
        subject: stage.ana.address,
        grantee: stage.lena.address,
        request: word("request"),
        note: word("note"),
        generation: await read(stage.ledger, "generationOf", stage.sam.address),
        deadline,
      });
    const signed = await sign();
    const named = [stage.sam.address, mandate.scope];
    const sendSigned = (): Promise<unknown> =>
      send(stage.ledger, stage.relayer, "declineByProxySigned", named, ...words, deadline, signed);
    await refused(send(stage.ledger, stage.ben, "declineByProxy", ...words, mandate.scope), "NotProxy");
    await at(START + DAY - 1);
    await send(stage.ledger, stage.sam, "declineByProxy", ...words, mandate.scope);
    await refused(send(stage.ledger, stage.sam, "declineByProxy", ...words, mandate.scope), "NotProxy");
    await refused(sendSigned(), "NotProxy");
  });
});

describe("A proxy who signs revokes", () => {
  const stage = setStage();
  const refused = (sent: Promise<unknown>, error: string): Promise<unknown> =>
    expect(sent).to.be.revertedWithCustomError(stage.ledger, error);
  const revoke = async (mandate: Draft, draft: Draft, ceiling: number): Promise<unknown> => {
    const { subject, grantee, scope } = draft;
    const signature = await signAct(stage, stage.sam, "RevokeByProxy", {
      proxy: mandate.grantee,
      mandate: mandate.scope,
      subject,
      grantee,
      scope,
      ceiling,
      mandateVersion: 1,
    });
    const named = [mandate.grantee, mandate.scope];
    return send(stage.ledger, stage.relayer, "revokeByProxySigned", named, subject, grantee, scope, ceiling, signature);
  };

  it("counts from the version that stands, whatever the consent allows", async () => {
    const mandate = await appointed(stage);
    const draft = await granted(stage, { ops: READ + QUERY + 4 });
    await refused(revoke(mandate, draft, 0), "AlreadyEnded");
    await refused(revoke(mandate, draft, 257), "BeyondMandate");
    await revoke(mandate, draft, 256);
    expect(unpack(await consentOf(stage, draft))).to.include({ status: 2, version: 257 });
  });

  it("reaches the top by no signature: the last version is the patient's own to use up", async () => {
    const mandate = await appointed(stage);
    const draft = await granted(stage);
    const { subject, grantee, scope } = draft;
    const signature = await signRevoke(stage, stage.ana, draft, TOP - 11);
    await send(stage.ledger, stage.relayer, "revokeSigned", subject, grantee, scope, TOP - 11, signature);
    await refused(revoke(mandate, draft, TOP), "BeyondMandate");
    await revoke(mandate, draft, TOP - 1);
    expect(unpack(await consentOf(stage, draft))).to.include({ status: 2, version: TOP });
    await refused(revoke(mandate, draft, TOP), "BeyondMandate");
  });
});

describe("A clinician at the limit of what was armed", () => {
  const stage = setStage();
  const refused = (sent: Promise<unknown>, error: string): Promise<unknown> =>
    expect(sent).to.be.revertedWithCustomError(stage.ledger, error);

  beforeEach(() => openClinic(stage));

  const breakSigned = async (draft: Draft, version: number): Promise<unknown> => {
    const { subject, grantee, scope } = draft;
    const deadline = START + 30 * DAY;
    const signature = await signAct(stage, stage.lena, "BreakGlass", {
      by: stage.lena.address,
      subject,
      grantee,
      scope,
      note: word("why"),
      version,
      generation: 0,
      deadline,
    });
    const args = [stage.lena.address, subject, grantee, scope, word("why"), deadline, signature];
    return send(stage.ledger, stage.relayer, "breakGlassSigned", ...args);
  };

  it("is a nurse as well as a doctor", async () => {
    await verified(stage, stage.maya, KIND.nurse);
    const draft = await draftGrant(stage, { grantee: stage.maya.address });
    await arm(stage, draft);
    await send(stage.ledger, stage.maya, "breakGlass", draft.subject, draft.grantee, draft.scope, word("why"));
    expect(await isActive(stage, draft)).to.equal(true);
  });

  it("signs for the version that stands, which rises with every opening, whatever the consent allows", async () => {
    const draft = await armed(stage, { ops: READ + QUERY + 4 });
    await refused(breakSigned(draft, 7), "BadSignature");
    await breakSigned(draft, 1);
    await at(START + DAY);
    await refused(breakSigned(draft, 1), "BadSignature");
    await breakSigned(draft, 2);
    expect(unpack(await consentOf(stage, draft))).to.include({ version: 3 });
  });

  it("opens it nine times where the patient armed it nine times, and nobody arms it ten times", async () => {
    const draft = await draftGrant(stage, { grantee: stage.clinic.address });
    await refused(arm(stage, draft, { times: 10 }), "BadTimes");
    await arm(stage, draft, { times: 9 });
    for (let opening = 1; opening <= 9; opening += 1) {
      await at(START + opening * DAY);
      await breakSigned(draft, opening);
    }
    await at(START + 10 * DAY);
    await refused(breakSigned(draft, 10), "UsedUp");
  });
});

describe("Nobody", () => {
  const stage = setStage();
  const refused = (sent: Promise<unknown>, error: string): Promise<unknown> =>
    expect(sent).to.be.revertedWithCustomError(stage.ledger, error);

  it("signs for the account zero, though a bad signature recovers to it", async () => {
    const draft = await draftGrant(stage, { subject: ethers.ZeroAddress });
    const { subject, grantee, scope } = draft;
    for (const garbage of ["0x", `0x${"00".repeat(65)}`, `0x${"11".repeat(65)}`]) {
      await refused(send(stage.ledger, stage.relayer, "grant", grantTerms(draft), garbage), "BadSignature");
      const revoke = [subject, grantee, scope, 9, garbage];
      await refused(send(stage.ledger, stage.relayer, "revokeSigned", ...revoke), "BadSignature");
      await refused(send(stage.ledger, stage.relayer, "cancelSignedSigned", subject, garbage), "BadSignature");
      const anchor = [subject, word("document"), word("manifest"), 1, draft.deadline, garbage];
      await refused(send(stage.ledger, stage.relayer, "anchorSigned", ...anchor), "BadSignature");
    }
  });
});

describe("A patient at the limit", () => {
  const stage = setStage();
  const refused = (sent: Promise<unknown>, error: string): Promise<unknown> =>
    expect(sent).to.be.revertedWithCustomError(stage.ledger, error);

  it("cannot move to the account that they have, not even with their vault account's word", async () => {
    await send(stage.ledger, stage.ana, "publishKey", word("key"), stage.anaVault.address, "0x");
    const message = { subject: stage.ana.address, newAccount: stage.ana.address, generation: 0, deadline: START + DAY };
    const first = await signAct(stage, stage.anaVault, "Moved", message);
    const second = await signAct(stage, stage.ana, "Moved", message);
    const args = [stage.ana.address, stage.ana.address, START + DAY, first, second];
    await refused(send(stage.ledger, stage.relayer, "declareMove", ...args), "BadAddress");
  });

  it("is told that an op was not given, for more than was given as well as for something else", async () => {
    const draft = await granted(stage, { ops: READ + QUERY });
    const { subject, grantee, scope } = draft;
    const whyNot = (op: number): Promise<bigint> => read(stage.ledger, "whyNot", subject, grantee, grantee, scope, op);
    for (const op of [READ, QUERY, READ + QUERY]) expect(await whyNot(op), String(op)).to.equal(0n);
    for (const op of [0, 4, READ + 4, READ + QUERY + 4, MANAGE]) expect(await whyNot(op), String(op)).to.equal(16n);
  });

  it("finds a consent in storage where subject, grantee and scope hash to, in this order, for proofs", async () => {
    const draft = await granted(stage);
    const words = [draft.subject, draft.grantee, draft.scope];
    const place = ethers.keccak256(ethers.AbiCoder.defaultAbiCoder().encode(["address", "address", "bytes32"], words));
    const kept = await ethers.provider.getStorage(await stage.ledger.getAddress(), place);
    expect(BigInt(kept)).to.equal(await consentOf(stage, draft));
    expect(BigInt(kept)).to.not.equal(0n);
  });

  it("may lift a version to the top: it stays ended for good, and revoking goes on without an error", async () => {
    const draft = await granted(stage);
    const { subject, grantee, scope } = draft;
    const signature = await signRevoke(stage, stage.ana, draft, TOP);
    await send(stage.ledger, stage.relayer, "revokeSigned", subject, grantee, scope, TOP, signature);
    expect(unpack(await consentOf(stage, draft))).to.include({ status: 2, version: TOP });
    await refused(
      send(stage.ledger, stage.relayer, "revokeSigned", subject, grantee, scope, TOP, signature),
      "AlreadyEnded",
    );
    await send(stage.ledger, stage.ana, "revoke", grantee, scope);
    expect(unpack(await consentOf(stage, draft))).to.include({ status: 2, version: TOP });
    await expect(grant(stage, await draftGrant(stage))).to.be.revertedWithPanic(0x11);
    expect(await effectiveStatus(stage, draft)).to.equal(2n);
  });
});

describe("Whoever asks the ledger what it is", () => {
  const stage = setStage();

  it("is told each of its interfaces, which of nothing else, and the registry that it asks", async () => {
    const supports = (id: string): Promise<boolean> => read<boolean>(stage.ledger, "supportsInterface", id);
    const names = (await readdir(join(import.meta.dirname, "../../contracts/interfaces"))).map((file) =>
      file.replace(".sol", ""),
    );
    const parts = names.filter((name) => !["ILedger", "IProviderRegistry"].includes(name));
    for (const name of parts) expect(await supports(await interfaceId(name)), name).to.equal(true);
    expect(parts.length).to.be.greaterThan(15);
    for (const name of ["IProviderRegistry", "ILedger"])
      expect(await supports(await interfaceId(name))).to.equal(false);
    for (const id of ["0x01ffc9a7", "0x84b0196e"]) expect(await supports(id), id).to.equal(true);
    for (const id of ["0xffffffff", "0x00000000"]) expect(await supports(id), id).to.equal(false);
    expect(await read(stage.ledger, "providerRegistry")).to.equal(await stage.registry.getAddress());
  });

  /** All selectors of an interface, exclusive or (ERC-165). */
  async function interfaceId(name: string): Promise<string> {
    const { abi } = await artifacts.readArtifact(name);
    const selectors: bigint[] = [];
    new ethers.Interface(abi).forEachFunction(({ selector }) => selectors.push(BigInt(selector)));
    return ethers.toBeHex(
      selectors.reduce((all, one) => all ^ one, 0n),
      4,
    );
  }
});

describe("Whoever relays acts with just enough gas", () => {
  const stage = setStage();

  it("opens days under a signature until its deadline, and not a second later", async () => {
    const deadline = START + HOUR;
    const days = [{ provider: stage.lena.address, day: 30_000, open: 7, generation: 0, deadline }];
    const signature = await signAct(stage, stage.lena, "AvailabilityMany", { days });
    const args = [stage.lena.address, [[30_000, 7]], deadline, signature];
    await at(deadline + 1);
    await expect(send(stage.ledger, stage.relayer, "publishDaysSigned", ...args)).to.be.revertedWithCustomError(
      stage.ledger,
      "DeadlinePassed",
    );
  });

  it("never makes a good act look bad: it is done with the gas that was promised, or nothing is done", async () => {
    const draft = await draftGrant(stage);
    const act = stage.ledger.interface.encodeFunctionData("grant", [
      grantTerms(draft),
      await signGrant(stage, stage.ana, draft),
    ]);
    const untouched = await connection.networkHelpers.takeSnapshot();
    await send(stage.ledger, stage.relayer, "relayEach", [act], 1_000_000);
    expect(await isActive(stage, draft)).to.equal(true);
    await untouched.restore();
    const relay = async (gasEach: number, gasLimit: number): Promise<string> => {
      try {
        return (await read<string[]>(stage.ledger, "relayEach", [act], gasEach, { gasLimit }))[0] ?? "";
      } catch {
        return "nothing done";
      }
    };
    /** The least number for which something holds, that holds for all above it. */
    const least = async (low: number, high: number, holds: (value: number) => Promise<boolean>): Promise<number> => {
      let [below, above] = [low, high];
      while (above - below > 1) {
        const middle = Math.floor((below + above) / 2);
        if (await holds(middle)) above = middle;
        else below = middle;
      }
      return above;
    };
    const enough = await least(20_000, 1_000_000, async (gas) => (await relay(gas, 5_000_000)) === "0x00000000");
    // With the least gas that the act can do with, every limit above which the ledger tries at all has to suffice.
    const limit = await least(enough, 5_000_000, async (gas) => (await relay(enough, gas)) !== "nothing done");
    for (let gas = limit - 300; gas <= limit + 300; gas += 10) {
      expect(await relay(enough, gas), `${gas} gas`).to.equal(gas < limit ? "nothing done" : "0x00000000");
    }
    // So it is when it is sent: whatever the limit, nothing is done, or the act itself.
    for (let gasLimit = limit - 3_000; gasLimit <= limit + 300; gasLimit += 150) {
      const before = await connection.networkHelpers.takeSnapshot();
      const sent = await send(stage.ledger, stage.relayer, "relayEach", [act], enough, { gasLimit }).then(
        () => true,
        () => false,
      );
      expect(await isActive(stage, draft), `${gasLimit} gas`).to.equal(sent);
      await before.restore();
    }
    // And it asks for no more than two calls inside of each other can be given of what is left (63/64 each): what ten
    // times the promise costs beyond that is as much more, to a few thousandths.
    const tenfold = await least(enough, 16_000_000, async (gas) => (await relay(10 * enough, gas)) !== "nothing done");
    const wanted = 9 * enough * (64 / 63) ** 2;
    expect(Math.abs((tenfold - limit) / wanted - 1) < 0.004, `${tenfold - limit} for ${wanted}`).to.equal(true);
  });
});
