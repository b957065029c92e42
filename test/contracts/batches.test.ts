// Several acts at once: under one signature, all or nothing; or signed apart and sent together.

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
  READ,
  signGrant,
  signRevoke,
  STATUS,
  unpack,
  versionOf,
  type Draft,
} from "./support/consents.ts";
import { logsOf } from "./support/history.ts";
import { signAct } from "./support/sign.ts";
import { at, connection, DAY, ethers, HOUR, read, send, setStage, START, word } from "./support/stage.ts";

const deadline = START + HOUR;

describe("Somebody who puts several acts under one signature", () => {
  const stage = setStage();
  const refused = (sent: Promise<unknown>, error: string): Promise<unknown> =>
    expect(sent).to.be.revertedWithCustomError(stage.ledger, error);
  const drafts = (count: number, changes: Parameters<typeof draftGrant>[1] = {}): Promise<Draft[]> =>
    Promise.all(Array.from({ length: count }, (_, index) => draftGrant(stage, { name: `batch ${index}`, ...changes })));
  const signMany = (many: Draft[], signer = stage.ana): Promise<string> =>
    signAct(stage, signer, "GrantMany", { grants: many.map(grantMessage) });
  const grantMany = async (many: Draft[], signature?: string): Promise<unknown> =>
    send(stage.ledger, stage.relayer, "grantMany", many.map(grantTerms), signature ?? (await signMany(many)));
  const revocation = ({ scope, grantee }: Draft, ceiling: number): unknown[] => [scope, grantee, ceiling];
  const signRevokes = (many: [Draft, number][], signer = stage.ana as Parameters<typeof signAct>[1]): Promise<string> =>
    signAct(stage, signer, "RevokeMany", {
      revokes: many.map(([{ subject, grantee, scope }, ceiling]) => ({ subject, grantee, scope, ceiling })),
    });

  it("grants them all, each with the event and the head that it would have alone", async () => {
    const many = await drafts(3);
    const snapshot = await connection.networkHelpers.takeSnapshot();
    await at(START + 60);
    await grantMany(many);
    const together = (await logsOf(stage.ledger)).map(({ topics, data }) => [topics, data.slice(0, 130)]);
    const records = await Promise.all(many.map((draft) => consentOf(stage, draft)));
    await snapshot.restore();
    for (const draft of many) await grant(stage, draft);
    const apart = (await logsOf(stage.ledger)).map(({ topics, data }) => [topics, data.slice(0, 130)]);
    expect(together.map(([topics]) => topics)).to.deep.equal(apart.map(([topics]) => topics));
    for (const [index, draft] of many.entries()) {
      const alone = unpack(await consentOf(stage, draft));
      expect(unpack(records[index] ?? 0n)).to.deep.equal({
        ...alone,
        grantedAt: START + 60,
        changedAt: START + 60,
      });
    }
  });

  it("grants none of them when one is bad, and nothing but what was signed", async () => {
    const many = await drafts(3);
    const whole = await signMany(many);
    await refused(grantMany(many.slice(0, 2), whole), "BadSignature");
    await refused(grantMany([...many].reverse(), whole), "BadSignature");
    await refused(grantMany(many, await signMany(many, stage.stranger)), "BadSignature");
    await refused(grantMany(many, await signGrant(stage, stage.ana, many[0] as Draft)), "BadSignature");
    const bens = await draftGrant(stage, { subject: stage.ben.address, name: "bens" });
    await refused(grantMany([...many, bens]), "BadAddress");
    await refused(grantMany([many[0] as Draft, many[0] as Draft]), "StillInForce");
    await refused(grantMany([...many, await draftGrant(stage, { ops: 1 << 29, name: "bad" })]), "BadOps");
    await refused(grantMany([], "0x"), "EmptyBatch");
    for (const draft of many) expect(await effectiveStatus(stage, draft)).to.equal(STATUS.none);
    await grantMany(many, whole);
    await refused(grantMany(many, whole), "StillInForce");
  });

  it("revokes them all, plainly, whatever they are", async () => {
    const many = await drafts(2);
    await grantMany(many);
    const none = { scope: word("none"), grantee: stage.lena.address };
    await send(
      stage.ledger,
      stage.ana,
      "revokeMany",
      [...many, none].map(({ scope, grantee }) => [scope, grantee]),
    );
    for (const draft of many) expect(await effectiveStatus(stage, draft)).to.equal(STATUS.revoked);
    expect(versionOf(await read(stage.ledger, "consentOf", stage.ana.address, none.grantee, none.scope))).to.equal(1n);
  });

  it("revokes them all under one signature, the patient's or the vault account's, once", async () => {
    await send(stage.ledger, stage.ana, "publishKey", word("key"), stage.anaVault.address, "0x");
    for (const signer of [stage.ana, stage.anaVault]) {
      const many = await drafts(2, { subject: stage.ana.address });
      const named = many.map((draft, index) => ({ ...draft, name: `${signer.address} ${index}` }));
      await grantMany(named);
      const pairs = named.map((draft): [Draft, number] => [draft, Number(draft.version) + 5]);
      const signature = await signRevokes(pairs, signer);
      const args = [stage.ana.address, pairs.map(([draft, ceiling]) => revocation(draft, ceiling)), signature];
      await expect(send(stage.ledger, stage.relayer, "revokeManySigned", ...args)).to.emit(
        stage.ledger,
        signer === stage.ana ? "Revoked" : "RevokedByVault",
      );
      for (const draft of named) expect(await effectiveStatus(stage, draft)).to.equal(STATUS.revoked);
      await refused(send(stage.ledger, stage.relayer, "revokeManySigned", ...args), "AlreadySent");
    }
    const other = await granted(stage, { name: "other" });
    const byStranger = await signRevokes([[other, 9]], stage.stranger);
    await refused(
      send(stage.ledger, stage.relayer, "revokeManySigned", stage.ana.address, [revocation(other, 9)], byStranger),
      "BadSignature",
    );
    await refused(
      send(stage.ledger, stage.relayer, "revokeManySigned", stage.ana.address, [], byStranger),
      "EmptyBatch",
    );
  });

  it("revokes the others when one is above its ceiling already: none can be used to hinder them", async () => {
    const [first, second] = (await drafts(2)) as [Draft, Draft];
    await grantMany([first, second]);
    const signature = await signRevokes([
      [first, 1],
      [second, 1],
    ]);
    await send(stage.ledger, stage.lena, "renounce", first.subject, first.scope); // above its ceiling now
    await send(
      stage.ledger,
      stage.relayer,
      "revokeManySigned",
      stage.ana.address,
      [revocation(first, 1), revocation(second, 1)],
      signature,
    );
    expect(await effectiveStatus(stage, first)).to.equal(STATUS.renounced);
    expect(await effectiveStatus(stage, second)).to.equal(STATUS.revoked);
  });

  it("anchors many documents, or none: plainly, and signed once, in time", async () => {
    const anchors = (name: string): [string, string, number][] =>
      [1, 2, 3].map((index) => [word(`${name} ${index}`), word(`manifest ${index}`), 1]);
    await send(stage.ledger, stage.ana, "anchorMany", anchors("plain"));
    await refused(
      send(stage.ledger, stage.ana, "anchorMany", [...anchors("bad"), [word("bad"), word("m"), 2]]),
      "WrongVersion",
    );
    expect(await read(stage.ledger, "documentOf", stage.ana.address, word("bad 1"))).to.equal(0n);
    const subject = stage.ana.address;
    const sign = (changes: Record<string, unknown> = {}): Promise<string> =>
      signAct(stage, stage.ana, "AnchorMany", {
        anchors: anchors("signed").map(([document, manifest, version]) => ({
          subject,
          document,
          manifest,
          version,
          generation: 0,
          deadline,
          ...changes,
        })),
      });
    const relay = (signature: string): Promise<unknown> =>
      send(stage.ledger, stage.relayer, "anchorManySigned", deadline, subject, anchors("signed"), signature);
    await refused(relay(await sign({ generation: 1 })), "BadSignature");
    const good = await sign();
    await relay(good);
    await refused(relay(good), "WrongVersion");
    await at(deadline + 1);
    await refused(relay(good), "DeadlinePassed");
    await refused(
      send(stage.ledger, stage.relayer, "anchorManySigned", START + 2 * DAY, subject, [], good),
      "EmptyBatch",
    );
  });

  it("is told when there is nothing in it, plainly and signed: no act passes for done that did nothing", async () => {
    const { ledger, ana, relayer } = stage;
    const empty = [
      ["revokeMany", []],
      ["anchorMany", []],
      ["publishDays", []],
      ["grantMany", [], "0x"],
      ["revokeManySigned", ana.address, [], "0x"],
      ["anchorManySigned", deadline, ana.address, [], "0x"],
      ["publishDaysSigned", ana.address, [], deadline, "0x"],
      ["relayEach", [], 100_000],
    ] as const;
    for (const [name, ...args] of empty) {
      for (const sender of [ana, relayer]) await refused(send(ledger, sender, name, ...args), "EmptyBatch");
    }
  });

  it("opens the hours of several days: plainly, and signed once", async () => {
    const deadline = START + 2 * HOUR;
    const days = [
      [30_000, 3n],
      [30_001, 12n],
    ];
    await send(stage.ledger, stage.lena, "publishDays", days);
    expect([...(await read<bigint[]>(stage.ledger, "dayOf", stage.lena.address, 30_001))]).to.deep.equal([12n, 0n]);
    const provider = stage.lena.address;
    const signature = await signAct(stage, stage.lena, "AvailabilityMany", {
      days: days.map(([day]) => ({ provider, day, open: 1n, generation: 0, deadline })),
    });
    const closed = days.map(([day]) => [day, 1n]);
    const others = await signAct(stage, stage.ana, "AvailabilityMany", {
      days: days.map(([day]) => ({ provider, day, open: 1n, generation: 0, deadline })),
    });
    const badly = [
      [closed, deadline, others],
      [days, deadline, signature],
      [closed.slice(1), deadline, signature],
      [closed, deadline + 1, signature],
    ];
    for (const args of badly) {
      await refused(send(stage.ledger, stage.relayer, "publishDaysSigned", provider, ...args), "BadSignature");
    }
    await send(stage.ledger, stage.relayer, "publishDaysSigned", provider, closed, deadline, signature);
    expect([...(await read<bigint[]>(stage.ledger, "dayOf", provider, 30_000))]).to.deep.equal([1n, 0n]);
    await send(stage.ledger, stage.lena, "publishDays", days);
    await refused(
      send(stage.ledger, stage.relayer, "publishDaysSigned", provider, closed, deadline, signature),
      "OutOfTurn",
    );
  });
});

describe("A relayer who sends acts of several people at once", () => {
  const stage = setStage();
  const GAS = 300_000;
  const encode = (name: string, ...args: unknown[]): string => stage.ledger.interface.encodeFunctionData(name, args);
  const relay = async (acts: string[], gasEach = GAS, gasLimit?: number): Promise<string[]> => {
    const overrides = gasLimit === undefined ? {} : { gasLimit };
    const refusals = await read<string[]>(stage.ledger, "relayEach", acts, gasEach, overrides);
    await send(stage.ledger, stage.relayer, "relayEach", acts, gasEach, overrides);
    return [...refusals];
  };
  const selectorOf = (error: string): string => stage.ledger.interface.getError(error)?.selector ?? "";
  const signedGrant = async (draft: Draft, signer = stage.ana): Promise<string> =>
    encode("grant", grantTerms(draft), await signGrant(stage, signer, draft));

  it("carries each out whole or not at all, and is told why what was refused was", async () => {
    const mine = await draftGrant(stage, { name: "mine" });
    const bens = await draftGrant(stage, { name: "bens", subject: stage.ben.address });
    const sent = await granted(stage, { name: "sent before" });
    const acts = [
      await signedGrant(mine),
      await signedGrant({ ...sent, version: 0n }),
      await signedGrant(bens, stage.stranger),
      await signedGrant(bens, stage.ben),
      "0x12345678",
      "0x",
    ];
    const refusals = await relay(acts);
    expect(refusals.slice(0, 4)).to.deep.equal([
      "0x00000000",
      selectorOf("StillInForce"),
      selectorOf("BadSignature"),
      "0x00000000",
    ]);
    for (const refusal of refusals.slice(4)) expect(refusal).to.not.equal("0x00000000");
    expect(await isActive(stage, mine)).to.equal(true);
    expect(await isActive(stage, bens)).to.equal(true);
  });

  it("acts as nobody but themself: a plain act among them is the sender's own", async () => {
    const draft = await granted(stage);
    await relay([encode("revoke", draft.grantee, draft.scope)]);
    expect(await isActive(stage, draft)).to.equal(true);
    expect(await read(stage.ledger, "headOf", await stage.ledger.getAddress())).to.equal(ethers.ZeroHash);
    expect(await read(stage.ledger, "headOf", stage.relayer.address)).to.not.equal(ethers.ZeroHash);
  });

  it("may put a batch into a batch, which then is done or refused as one", async () => {
    const draft = await draftGrant(stage);
    const inner = encode("relayEach", [await signedGrant(draft), "0x12345678"], 400_000);
    expect(await relay([inner], 1_500_000)).to.deep.equal(["0x00000000"]);
    expect(await isActive(stage, draft)).to.equal(true);
  });

  it("is not hindered by a wallet that burns the gas it is given: it burns its own share", async () => {
    const burner = await ethers.deployContract("BurningWallet");
    const bad = await draftGrant(stage, { name: "bad", subject: await burner.getAddress() });
    const good = await draftGrant(stage, { name: "good" });
    const refusals = await relay([await signedGrant(bad), await signedGrant(good)], GAS, 1_000_000);
    expect(refusals[0]).to.not.equal("0x00000000");
    expect(refusals[1]).to.equal("0x00000000");
    expect(await isActive(stage, good)).to.equal(true);
  });

  it("is refused when they bring too little gas, instead of making good acts look bad", async () => {
    const draft = await draftGrant(stage);
    const acts = [await signedGrant(draft)];
    await expect(relay(acts, GAS, 250_000)).to.be.revertedWithCustomError(stage.ledger, "NotEnoughGas");
    expect(await isActive(stage, draft)).to.equal(false);
    const short = await relay(acts, 20_000);
    expect(short).to.not.deep.equal(["0x00000000"]);
    await relay(acts);
    expect(await isActive(stage, draft)).to.equal(true);
  });

  it("runs no other code: the ledger hands calls to its extension and the extension to the ledger, and nowhere else", async () => {
    const draft = await draftGrant(stage);
    const sent = await send(stage.ledger, stage.relayer, "relayEach", [await signedGrant(draft)], GAS);
    const trace = (await ethers.provider.send("debug_traceTransaction", [sent.hash, {}])) as {
      structLogs: { op: string; stack: string[] }[];
    };
    const targets = trace.structLogs
      .filter(({ op }) => op === "DELEGATECALL")
      .map(({ stack }) => `0x${(stack.at(-2) ?? "").replace(/^0x/, "").padStart(40, "0").slice(-40)}`);
    const ledger = (await stage.ledger.getAddress()).toLowerCase();
    const extension = (await read<string>(stage.ledger, "extension")).toLowerCase();
    expect(targets).to.deep.equal([extension, ledger]);
    expect((await artifacts.readArtifact("LedgerExtension")).deployedBytecode.length).to.be.greaterThan(2);
  });

  it("sends a signed revoke in a batch as well as alone", async () => {
    const draft = await granted(stage);
    const signature = await signRevoke(stage, stage.ana, draft, 9);
    const { subject, grantee, scope } = draft;
    expect(await relay([encode("revokeSigned", subject, grantee, scope, 9, signature)])).to.deep.equal(["0x00000000"]);
    expect(await isActive(stage, draft, READ)).to.equal(false);
  });
});
