// Somebody who wants what is not theirs, or wants that nobody gets what is: attacks that were thought of by who did not
// write the contracts, each by the one who would try it. Those that other files test are not here again.

import { expect } from "chai";
import type { Contract } from "ethers";
import { artifacts } from "hardhat";
import {
  CONTRIBUTE,
  consentOf,
  draftGrant,
  granted,
  grantMessage,
  grantTerms,
  isActive,
  MANAGE,
  READ,
  signGrant,
  signRevoke,
  versionOf,
  type Draft,
} from "./support/consents.ts";
import { delegateAna } from "./support/delegation.ts";
import { appointed, appointMessage, armed } from "./support/mandates.ts";
import { KIND, openClinic, verified, VALID_UNTIL } from "./support/providers.ts";
import { signAct } from "./support/sign.ts";
import { connection, DAY, ethers, goTo, read, send, setStage, START, word } from "./support/stage.ts";

const NOT_A_MEMBER = 17n;

describe("A thief of the wallet, who has its code burn all gas when it is asked for a signature (EIP-7702)", () => {
  const stage = setStage();
  const GAS = 700_000;

  let consents: Draft[] = [];
  beforeEach(async () => {
    await send(stage.ledger, stage.ana, "publishKey", word("key"), stage.anaVault.address, "0x");
    consents = [
      await granted(stage, { name: "one" }),
      await granted(stage, { name: "two" }),
      await granted(stage, { name: "three" }),
    ];
    const burner = await ethers.deployContract("BurningWallet");
    await delegateAna(stage, await burner.getAddress());
  });
  const consentAt = (index: number): Draft => consents[index] as Draft;
  const revocationOf = async (draft: Draft): Promise<unknown[]> => {
    const { subject, grantee, scope } = draft;
    return [subject, grantee, scope, 9, await signRevoke(stage, stage.anaVault, draft, 9)];
  };

  it("does not keep the vault account from revoking, for the gas that it always took", async () => {
    const args = await revocationOf(consentAt(0));
    await send(stage.ledger, stage.relayer, "revokeSigned", ...args, { gasLimit: GAS });
    expect(await isActive(stage, consentAt(0))).to.equal(false);
  });

  it("does not keep it from revoking all at once, re-keying and voiding what the thief signed", async () => {
    const subject = stage.ana.address;
    const revokes = consents.map(({ grantee, scope }) => ({ subject, grantee, scope, ceiling: 9 }));
    const signed = await signAct(stage, stage.anaVault, "RevokeMany", { revokes });
    const parts = revokes.map(({ scope, grantee, ceiling }) => [scope, grantee, ceiling]);
    await send(stage.ledger, stage.relayer, "revokeManySigned", subject, parts, signed, { gasLimit: GAS });
    const cancel = await signAct(stage, stage.anaVault, "CancelSigned", { subject, generation: 0 });
    await send(stage.ledger, stage.relayer, "cancelSignedSigned", subject, cancel, { gasLimit: GAS });
    const rekey = await signAct(stage, stage.anaVault, "Rekey", { subject, bundle: word("bundle"), epoch: 0 });
    await send(stage.ledger, stage.relayer, "rekeySigned", subject, word("bundle"), 0, rekey, { gasLimit: GAS });
    for (const draft of consents) expect(await isActive(stage, draft)).to.equal(false);
    expect(await read(stage.ledger, "generationOf", subject)).to.equal(1n);
    expect(await read(stage.ledger, "epochOf", subject)).to.equal(1n);
  });

  it("does not keep a relayer from sending it among others", async () => {
    const acts = await Promise.all(
      consents.map(async (draft) =>
        stage.ledger.interface.encodeFunctionData("revokeSigned", await revocationOf(draft)),
      ),
    );
    expect([...(await read<string[]>(stage.ledger, "relayEach", acts, GAS))]).to.deep.equal(
      acts.map(() => "0x00000000"),
    );
    await send(stage.ledger, stage.relayer, "relayEach", acts, GAS);
    for (const draft of consents) expect(await isActive(stage, draft)).to.equal(false);
  });
});

describe("A member of an organisation that is a patient's proxy", () => {
  const stage = setStage();

  it("is no proxy, and is called none: a mandate is its holder's alone", async () => {
    await openClinic(stage);
    const mandate = await appointed(stage, { grantee: stage.clinic.address });
    const { subject, grantee, scope } = mandate;
    for (const member of [stage.lena, stage.tomas, stage.noor]) {
      for (const op of [MANAGE, MANAGE + READ]) {
        expect(await isActive(stage, mandate, op, member.address)).to.equal(false);
        expect(await read(stage.ledger, "whyNot", subject, grantee, member.address, scope, op)).to.equal(NOT_A_MEMBER);
      }
      expect(await isActive(stage, mandate, READ, member.address)).to.equal(true);
      await expect(
        send(stage.ledger, member, "revokeByProxy", subject, stage.ben.address, word("any"), scope),
      ).to.be.revertedWithCustomError(stage.ledger, "NotProxy");
    }
    expect(await isActive(stage, mandate, MANAGE)).to.equal(true);
  });
});

describe("A wallet that acts when it is asked whether it signed", () => {
  const stage = setStage();

  it("can look and not act: it neither changes anything nor gets its grant", async () => {
    const wallet = await ethers.deployContract("ReenteringWallet");
    const subject = await wallet.getAddress();
    const draft = await draftGrant(stage, { subject });
    const { interface: face } = stage.ledger;
    const looking = face.encodeFunctionData("headOf", [subject]);
    const acting = [
      face.encodeFunctionData("cancelSigned"),
      face.encodeFunctionData("revoke", [draft.grantee, draft.scope]),
      face.encodeFunctionData("relayEach", [[face.encodeFunctionData("cancelSigned")], 100_000]),
    ];
    for (const act of acting) {
      await wallet.getFunction("prepare").send(act);
      const refusal = send(stage.ledger, stage.relayer, "grant", grantTerms(draft), "0x", { gasLimit: 3_000_000 });
      // A batch that could do nothing answers so, and reverts not: it was done, and nothing in it.
      if (act === acting[2]) await refusal;
      else await expect(refusal).to.be.revertedWithCustomError(stage.ledger, "BadSignature");
    }
    expect(await read(stage.ledger, "generationOf", subject)).to.equal(0n);
    const other = { ...draft, scope: word("other") };
    await wallet.getFunction("prepare").send(looking);
    await send(stage.ledger, stage.relayer, "grant", grantTerms(other), "0x");
    expect(versionOf(await consentOf(stage, other))).to.equal(1n);
  });
});

describe("Somebody who speaks for the account zero", () => {
  const stage = setStage();

  it("is refused with every signature that is none, in every signed act", async () => {
    const zero = ethers.ZeroAddress;
    const draft = await draftGrant(stage, { subject: zero });
    const deadline = START + DAY;
    const { grantee, scope } = draft;
    const acts: [string, ...unknown[]][] = [
      ["grant", grantTerms(draft)],
      ["revokeSigned", zero, grantee, scope, 9],
      ["renounceSigned", stage.ana.address, zero, scope],
      ["cancelSignedSigned", zero],
      ["rekeySigned", zero, word("bundle"), 0],
      ["requestSigned", zero, grantee, word("note"), deadline],
      ["muteSigned", zero, grantee, true, deadline],
      ["anchorSigned", zero, word("document"), word("manifest"), 1, deadline],
      ["publishAvailabilitySigned", zero, 30_000, 1, deadline],
    ];
    const { r, s } = ethers.Signature.from(await signGrant(stage, stage.ana, draft));
    // Of no length, of none that fits, with a v that none has, with an r that is no point.
    const bad = [
      "0x",
      "0x00",
      ethers.concat([r, s, "0x1d"]),
      ethers.concat([ethers.ZeroHash, ethers.ZeroHash, "0x1b"]),
    ];
    for (const [name, ...args] of acts) {
      for (const signature of bad) {
        await expect(send(stage.ledger, stage.stranger, name, ...args, signature), name).to.be.revertedWithCustomError(
          stage.ledger,
          "BadSignature",
        );
      }
    }
    expect(await read(stage.ledger, "headOf", zero)).to.equal(ethers.ZeroHash);
  });
});

describe("A relayer", () => {
  const stage = setStage();
  const encode = (name: string, ...args: unknown[]): string => stage.ledger.interface.encodeFunctionData(name, args);

  it("is told that a revoke was done exactly when it was, whatever gas they give it", async () => {
    const draft = await granted(stage);
    const signature = await signRevoke(stage, stage.ana, draft, 9);
    const act = encode("revokeSigned", draft.subject, draft.grantee, draft.scope, 9, signature);
    const told: boolean[] = [];
    const steps = Array.from({ length: 13 }, (_, step) => 9_000 + step * 5_000);
    for (const gasEach of [...steps, 100_000, 150_000, 250_000]) {
      const before = await connection.networkHelpers.takeSnapshot();
      const [refusal] = await read<string[]>(stage.ledger, "relayEach", [act], gasEach);
      await send(stage.ledger, stage.relayer, "relayEach", [act], gasEach);
      const done = refusal === "0x00000000";
      expect(await isActive(stage, draft), `${gasEach}`).to.equal(!done);
      told.push(done);
      await before.restore();
    }
    expect(told).to.include(false).and.to.include(true);
    expect(told.toSorted()).to.deep.equal(told); // no more gas ever makes it fail
  });

  it("cannot be made to leave a revoke undone by what stands before it in the batch", async () => {
    const draft = await granted(stage);
    const revoke = encode(
      ...(["revokeSigned", draft.subject, draft.grantee, draft.scope, 9] as const),
      await signRevoke(stage, stage.ana, draft, 9),
    );
    // Each answers with as much as it can: a long list of refusals, the same once more nested, an error, nothing.
    const long = encode(
      "relayEach",
      Array.from({ length: 200 }, () => "0x"),
      1_000,
    );
    const hostile = [long, encode("relayEach", [long, long], 2_000_000), "0x", encode("grantMany", [], "0x")];
    await send(stage.ledger, stage.relayer, "relayEach", [...hostile, revoke], 1_500_000, { gasLimit: 16_000_000 });
    expect(await isActive(stage, draft)).to.equal(false);
  });

  it("cannot give more gas than there is, however large a number they write", async () => {
    for (const gasEach of [30_000_000n, 2n ** 255n, 2n ** 256n - 1_000n, 2n ** 256n - 1n]) {
      await expect(send(stage.ledger, stage.relayer, "relayEach", ["0x"], gasEach, { gasLimit: 500_000 })).to.revert(
        ethers,
      );
    }
  });
});

describe("Somebody who bends the calldata of a signed act", () => {
  const stage = setStage();

  it("finds no second way to write it: a word with anything beside its value is refused", async () => {
    const draft = await granted(stage);
    const args = [draft.subject, draft.grantee, draft.scope, 9, await signRevoke(stage, stage.ana, draft, 9)];
    const data = stage.ledger.interface.encodeFunctionData("revokeSigned", args);
    const to = await stage.ledger.getAddress();
    const dirty = (at: number): string => `${data.slice(0, at)}1${data.slice(at + 1)}`;
    // The highest digit of subject, grantee and ceiling: beside the value of each.
    for (const word of [0, 1, 3]) {
      await expect(stage.relayer.sendTransaction({ to, data: dirty(10 + 64 * word), gasLimit: 500_000 })).to.revert(
        ethers,
      );
    }
    expect(await isActive(stage, draft)).to.equal(true);
    await stage.relayer.sendTransaction({ to, data: `${data}${"ff".repeat(32)}` });
    expect(await isActive(stage, draft)).to.equal(false);
  });

  it("cannot have one act's words taken for another's, though both are signed by the same person", async () => {
    const draft = await draftGrant(stage);
    const mandate = { ...draft, ops: READ + MANAGE, grantee: stage.sam.address };
    const grantSignature = await signGrant(stage, stage.ana, draft);
    const appointSignature = await signAct(stage, stage.ana, "Appoint", appointMessage(mandate));
    const { ledger, relayer } = stage;
    const bad = (name: string, ...args: unknown[]): Promise<unknown> =>
      expect(send(ledger, relayer, name, ...args), name).to.be.revertedWithCustomError(ledger, "BadSignature");
    await verified(stage, stage.lena, KIND.doctor);
    await bad("arm", grantTerms(draft), grantSignature, 1);
    await bad("replace", ...(await replacing(draft, grantSignature)));
    await bad("appoint", grantTerms(mandate), grantSignature);
    await bad("grant", grantTerms({ ...mandate, ops: READ }), appointSignature);
    await bad("grantMany", [grantTerms(draft)], grantSignature);
  });

  /** The arguments of a replacement of a consent that stands. */
  const replacing = async (draft: Draft, signature: string): Promise<unknown[]> => {
    const former = await granted(stage, { name: "former", grantee: draft.grantee });
    return [former.scope, grantTerms(draft), signature];
  };
});

describe("Somebody who plays the two halves of the ledger's code against each other", () => {
  const stage = setStage();

  it("finds no function that one half hides in the other: what both have is the same", async () => {
    const selectors = await Promise.all(
      ["Ledger", "LedgerExtension"].map(async (name) => {
        const face = new ethers.Interface((await artifacts.readArtifact(name)).abi);
        const found = new Map<string, string>();
        face.forEachFunction((fragment) => found.set(fragment.selector, fragment.format("full")));
        return found;
      }),
    );
    const [ledger, extension] = selectors;
    const both = [...(ledger ?? [])].filter(([selector]) => extension?.has(selector));
    for (const [selector, what] of both) {
      expect(extension?.get(selector)).to.equal(what);
      expect(what).to.match(/ view /);
    }
    const names: string[] = [];
    stage.ledger.interface.forEachFunction(({ selector }) => names.push(selector));
    expect(new Set(names)).to.deep.equal(new Set([...(ledger?.keys() ?? []), ...(extension?.keys() ?? [])]));
  });

  it("has a signature for one of the two addresses refused at the other", async () => {
    const extension = await read<string>(stage.ledger, "extension");
    const direct = stage.ledger.attach(extension) as Contract;
    const draft = await draftGrant(stage, { grantee: stage.sam.address, ops: READ + MANAGE });
    const forLedger = await signAct(stage, stage.ana, "Appoint", appointMessage(draft));
    const forExtension = await signAct(stage, stage.ana, "Appoint", appointMessage(draft), {
      verifyingContract: extension,
    });
    const refused = (at: Contract, signature: string): Promise<unknown> =>
      expect(send(at, stage.relayer, "appoint", grantTerms(draft), signature)).to.be.revertedWithCustomError(
        stage.ledger,
        "BadSignature",
      );
    await refused(stage.ledger, forExtension);
    await refused(direct, forLedger);
    // What is accepted there stays there.
    await send(direct, stage.relayer, "appoint", grantTerms(draft), forExtension);
    expect(await isActive(stage, draft)).to.equal(false);
    await send(stage.ledger, stage.relayer, "appoint", grantTerms(draft), forLedger);
    expect(await isActive(stage, draft)).to.equal(true);
  });
});

describe("An organisation that becomes something else", () => {
  const stage = setStage();

  it("has no members any more: they neither read nor break the glass, until it is an organisation again", async () => {
    const end = START + 10 * DAY;
    await openClinic(stage, end);
    const consent = await granted(stage, { grantee: stage.clinic.address });
    const emergency = await armed(stage, { name: "emergency" });
    const glass = [stage.ana.address, stage.clinic.address, emergency.scope, word("why")];
    await goTo(end);
    await verified(stage, stage.clinic, KIND.doctor);
    expect(await isActive(stage, consent, READ, stage.clinic.address)).to.equal(true);
    expect(await isActive(stage, consent, READ, stage.lena.address)).to.equal(false);
    await expect(send(stage.ledger, stage.lena, "breakGlass", ...glass)).to.be.revertedWithCustomError(
      stage.ledger,
      "NotClinician",
    );
    await expect(send(stage.registry, stage.clinic, "addMember", stage.maya.address, 1)).to.be.revertedWithCustomError(
      stage.registry,
      "NotOrganisation",
    );
    await goTo(VALID_UNTIL);
    await verified(stage, stage.clinic, KIND.organisation, VALID_UNTIL + DAY);
    expect(await read(stage.registry, "memberRole", stage.clinic.address, stage.lena.address)).to.equal(1n);
  });
});

describe("A provider who takes the name of a document that the patient is about to use", () => {
  const stage = setStage();

  it("stands there in their own name, with what they filed: the patient rejects it and uses another", async () => {
    const consent = await granted(stage, { ops: READ + CONTRIBUTE });
    const [document, manifest] = [word("document"), word("manifest")];
    const filed = [consent.subject, consent.grantee, consent.scope, document, manifest, 1];
    await send(stage.ledger, stage.lena, "fileRecord", ...filed);
    await expect(send(stage.ledger, stage.ana, "anchor", document, manifest, 2)).to.be.revertedWithCustomError(
      stage.ledger,
      "NotAuthor",
    );
    await send(stage.ledger, stage.ana, "reject", document);
    await expect(send(stage.ledger, stage.lena, "fileRecord", ...filed.slice(0, 5), 3)).to.be.revertedWithCustomError(
      stage.ledger,
      "DocumentEnded",
    );
    await send(stage.ledger, stage.ana, "anchor", word("another"), manifest, 1);
  });
});

describe("Somebody who holds two signatures of one batch of consents", () => {
  const stage = setStage();

  it("can use either, and never a part of one with a part of the other", async () => {
    const drafts = await Promise.all(["one", "two", "three"].map((name) => draftGrant(stage, { name })));
    const [one, two, three] = drafts as [Draft, Draft, Draft];
    const sign = (many: Draft[]): Promise<string> =>
      signAct(stage, stage.ana, "GrantMany", { grants: many.map(grantMessage) });
    const [first, second] = [await sign([one, two]), await sign([two, three])];
    const sendMany = (many: Draft[], signature: string): Promise<unknown> =>
      send(stage.ledger, stage.relayer, "grantMany", many.map(grantTerms), signature);
    for (const many of [
      [one, three],
      [one],
      [one, two, three],
      [two, one],
      [one, { ...two, ops: READ + CONTRIBUTE }],
    ]) {
      for (const signature of [first, second]) {
        await expect(sendMany(many, signature)).to.be.revertedWithCustomError(stage.ledger, "BadSignature");
      }
    }
    await sendMany([one, two], first);
    await expect(sendMany([two, three], second)).to.be.revertedWithCustomError(stage.ledger, "StillInForce");
    // Once the consent that both hold is revoked, what the other one names is an old version.
    await send(stage.ledger, stage.ana, "revoke", two.grantee, two.scope);
    await expect(sendMany([two, three], second)).to.be.revertedWithCustomError(stage.ledger, "BadSignature");
    expect(await isActive(stage, three)).to.equal(false);
  });
});
