// Registrars, providers, organisations, auditors and the owner: who takes office how, and who may not.

import { expect } from "chai";
import type { HardhatEthersSigner } from "@nomicfoundation/hardhat-ethers/types";
import { KIND, openClinic, ROLE, VALID_UNTIL, verified } from "./support/providers.ts";
import { at, ethers, goTo, read, send, setStage, START, word } from "./support/stage.ts";

const any = (_: unknown): boolean => true;
const STATUS = { none: 0n, applied: 1n, verified: 2n, suspended: 3n, refused: 4n };
const licence = word("licence");
const card = word("card");

describe("A provider who wants to be verified", () => {
  const stage = setStage();
  const apply = (sender: HardhatEthersSigner, kind = KIND.doctor, hash = licence): Promise<unknown> =>
    send(stage.registry, sender, "applyFor", kind, hash, card);
  const verify = (
    account: string,
    kind = KIND.doctor,
    hash = licence,
    until = VALID_UNTIL,
    by = stage.rosa,
  ): Promise<unknown> => send(stage.registry, by, "verify", account, kind, hash, until);
  const credentialOf = (account: string): Promise<bigint[]> => read(stage.registry, "credentialOf", account);
  const isVerified = (account: string): Promise<boolean> => read(stage.registry, "isVerified", account);
  const refused = (sent: Promise<unknown>, error: string): Promise<unknown> =>
    expect(sent).to.be.revertedWithCustomError(stage.registry, error);

  it("applies, is verified by a registrar, and is verified until the second before the end", async () => {
    await at(START + 10);
    await expect(apply(stage.lena))
      .to.emit(stage.registry, "Applied")
      .withArgs(stage.lena.address, KIND.doctor, licence, card, any, any);
    expect([...(await credentialOf(stage.lena.address))]).to.deep.equal([
      STATUS.applied,
      BigInt(KIND.doctor),
      0n,
      BigInt(START + 10),
    ]);
    expect(await read(stage.registry, "licenceOf", stage.lena.address)).to.equal(licence);
    expect(await isVerified(stage.lena.address)).to.equal(false);
    await at(START + 20);
    await expect(verify(stage.lena.address, KIND.doctor, licence, START + 100))
      .to.emit(stage.registry, "Verified")
      .withArgs(stage.lena.address, stage.rosa.address, KIND.doctor, licence, START + 100, any, any);
    expect([...(await credentialOf(stage.lena.address))]).to.deep.equal([
      STATUS.verified,
      BigInt(KIND.doctor),
      BigInt(START + 100),
      BigInt(START + 20),
    ]);
    for (const [second, expected] of [
      [START + 99, true],
      [START + 100, false],
      [START + 101, false],
    ] as const) {
      await goTo(second);
      expect(await isVerified(stage.lena.address)).to.equal(expected);
    }
  });

  it("is verified by nobody but a registrar", async () => {
    await apply(stage.lena);
    for (const by of [stage.lena, stage.stranger, stage.clinic]) {
      await refused(verify(stage.lena.address, KIND.doctor, licence, VALID_UNTIL, by), "NotRegistrar");
      await refused(send(stage.registry, by, "suspend", stage.lena.address), "NotRegistrar");
      await refused(send(stage.registry, by, "refuse", stage.lena.address), "NotRegistrar");
    }
  });

  it("is verified as what was applied for, even if the application changed under the registrar's hands", async () => {
    await refused(verify(stage.lena.address), "WrongStatus");
    await apply(stage.lena);
    await refused(verify(stage.lena.address, KIND.lab), "NotAsApplied");
    await refused(verify(stage.lena.address, KIND.doctor, word("other")), "NotAsApplied");
    await apply(stage.lena, KIND.lab, word("swapped"));
    await refused(verify(stage.lena.address), "NotAsApplied");
    await at(START + 50);
    await refused(verify(stage.lena.address, KIND.lab, word("swapped"), START + 50), "BadValidUntil");
    await at(START + 60);
    await verify(stage.lena.address, KIND.lab, word("swapped"), START + 61);
  });

  it("names one of seven kinds", async () => {
    for (const kind of [0, 8, 255]) await refused(apply(stage.lena, kind), "BadKind");
    await apply(stage.lena, 1);
    await apply(stage.tomas, 7);
  });

  it("may apply again while waiting, after a refusal and after the end, not while verified or suspended", async () => {
    await apply(stage.lena);
    await apply(stage.lena);
    await expect(send(stage.registry, stage.rosa, "refuse", stage.lena.address))
      .to.emit(stage.registry, "Refused")
      .withArgs(stage.lena.address, stage.rosa.address, any, any);
    expect((await credentialOf(stage.lena.address))[0]).to.equal(STATUS.refused);
    await refused(send(stage.registry, stage.rosa, "refuse", stage.lena.address), "WrongStatus");
    await apply(stage.lena);
    await verify(stage.lena.address, KIND.doctor, licence, START + 100);
    await refused(apply(stage.lena), "WrongStatus");
    await refused(send(stage.registry, stage.rosa, "refuse", stage.lena.address), "WrongStatus");
    await at(START + 100);
    await apply(stage.lena);
    await verify(stage.lena.address);
    await send(stage.registry, stage.rosa, "suspend", stage.lena.address);
    await refused(apply(stage.lena), "WrongStatus");
  });

  it("loses it by suspension and gets it back from a registrar alone", async () => {
    await verified(stage, stage.lena, KIND.doctor);
    await expect(send(stage.registry, stage.rosa, "suspend", stage.lena.address))
      .to.emit(stage.registry, "Suspended")
      .withArgs(stage.lena.address, stage.rosa.address, any, any);
    expect(await isVerified(stage.lena.address)).to.equal(false);
    await refused(send(stage.registry, stage.rosa, "suspend", stage.lena.address), "WrongStatus");
    await refused(send(stage.registry, stage.rosa, "suspend", stage.maya.address), "WrongStatus");
    await verify(stage.lena.address);
    expect(await isVerified(stage.lena.address)).to.equal(true);
  });

  it("publishes a card once they have applied", async () => {
    await refused(send(stage.registry, stage.lena, "publishCard", card), "WrongStatus");
    await apply(stage.lena);
    await expect(send(stage.registry, stage.lena, "publishCard", word("new card")))
      .to.emit(stage.registry, "CardPublished")
      .withArgs(stage.lena.address, word("new card"), any, any);
  });
});

describe("An organisation with members", () => {
  const stage = setStage();
  const roleOf = (member: HardhatEthersSigner): Promise<bigint> =>
    read(stage.registry, "memberRole", stage.clinic.address, member.address);
  const refused = (sent: Promise<unknown>, error: string): Promise<unknown> =>
    expect(sent).to.be.revertedWithCustomError(stage.registry, error);

  it("adds them with a role, changes the role, and removes them", async () => {
    await openClinic(stage);
    expect(await roleOf(stage.lena)).to.equal(1n);
    expect(await roleOf(stage.tomas)).to.equal(2n);
    expect(await roleOf(stage.noor)).to.equal(3n);
    expect(await roleOf(stage.maya)).to.equal(0n);
    await send(stage.registry, stage.clinic, "addMember", stage.noor.address, ROLE.nurse);
    expect(await roleOf(stage.noor)).to.equal(2n);
    await expect(send(stage.registry, stage.clinic, "removeMember", stage.noor.address))
      .to.emit(stage.registry, "MemberRemoved")
      .withArgs(stage.clinic.address, stage.noor.address, stage.clinic.address, any, any);
    expect(await roleOf(stage.noor)).to.equal(0n);
    await refused(send(stage.registry, stage.clinic, "removeMember", stage.noor.address), "NotMember");
  });

  it("is left by a member who wants to", async () => {
    await openClinic(stage);
    await expect(send(stage.registry, stage.lena, "leaveOrganisation", stage.clinic.address))
      .to.emit(stage.registry, "MemberRemoved")
      .withArgs(stage.clinic.address, stage.lena.address, stage.lena.address, any, any);
    expect(await roleOf(stage.lena)).to.equal(0n);
    await refused(send(stage.registry, stage.stranger, "leaveOrganisation", stage.clinic.address), "NotMember");
  });

  it("needs to be verified, as an organisation, to add; a registrar cannot do it instead", async () => {
    await verified(stage, stage.maya, KIND.doctor);
    for (const sender of [stage.clinic, stage.maya, stage.rosa]) {
      await refused(send(stage.registry, sender, "addMember", stage.lena.address, ROLE.doctor), "NotOrganisation");
    }
    await openClinic(stage);
    await send(stage.registry, stage.rosa, "suspend", stage.clinic.address);
    await refused(send(stage.registry, stage.clinic, "addMember", stage.maya.address, 1), "NotOrganisation");
    expect(await roleOf(stage.lena)).to.equal(0n);
    await send(stage.registry, stage.clinic, "removeMember", stage.lena.address);
    await send(stage.registry, stage.rosa, "verify", stage.clinic.address, KIND.organisation, licence, VALID_UNTIL);
    expect(await roleOf(stage.lena)).to.equal(0n);
    expect(await roleOf(stage.tomas)).to.equal(2n);
  });

  it("has members in three roles, none of them nobody or itself", async () => {
    await openClinic(stage);
    for (const role of [0, 4]) {
      await refused(send(stage.registry, stage.clinic, "addMember", stage.maya.address, role), "BadRole");
    }
    for (const member of [ethers.ZeroAddress, stage.clinic.address]) {
      await refused(send(stage.registry, stage.clinic, "addMember", member, ROLE.doctor), "BadAccount");
    }
  });
});

describe("An auditor", () => {
  const stage = setStage();
  const isAuditor = (): Promise<boolean> => read(stage.registry, "isAuditor", stage.ines.address);

  it("is appointed by a registrar until a time, and dismissed by one", async () => {
    await expect(
      send(stage.registry, stage.stranger, "appointAuditor", stage.ines.address, VALID_UNTIL),
    ).to.be.revertedWithCustomError(stage.registry, "NotRegistrar");
    await expect(send(stage.registry, stage.rosa, "appointAuditor", stage.ines.address, START + 100))
      .to.emit(stage.registry, "AuditorAppointed")
      .withArgs(stage.ines.address, stage.rosa.address, START + 100, any, any);
    await goTo(START + 99);
    expect(await isAuditor()).to.equal(true);
    await goTo(START + 100);
    expect(await isAuditor()).to.equal(false);
    await send(stage.registry, stage.rosa, "appointAuditor", stage.ines.address, VALID_UNTIL);
    expect(await isAuditor()).to.equal(true);
    await expect(send(stage.registry, stage.ines, "dismissAuditor", stage.ines.address)).to.be.revertedWithCustomError(
      stage.registry,
      "NotRegistrar",
    );
    await send(stage.registry, stage.rosa, "dismissAuditor", stage.ines.address);
    expect(await isAuditor()).to.equal(false);
    await expect(send(stage.registry, stage.rosa, "dismissAuditor", stage.ines.address)).to.be.revertedWithCustomError(
      stage.registry,
      "WrongStatus",
    );
  });

  it("is somebody, and appointed for a time to come", async () => {
    await expect(
      send(stage.registry, stage.rosa, "appointAuditor", ethers.ZeroAddress, VALID_UNTIL),
    ).to.be.revertedWithCustomError(stage.registry, "BadAccount");
    await at(START + 50);
    await expect(
      send(stage.registry, stage.rosa, "appointAuditor", stage.ines.address, START + 50),
    ).to.be.revertedWithCustomError(stage.registry, "BadValidUntil");
  });
});

describe("Registrars and the owner", () => {
  const stage = setStage();
  const isRegistrar = (account: string): Promise<boolean> => read(stage.registry, "isRegistrar", account);
  const refused = (sent: Promise<unknown>, error: string): Promise<unknown> =>
    expect(sent).to.be.revertedWithCustomError(stage.registry, error);

  it("begin with the deployer as both, in the history from its first act", async () => {
    expect(await isRegistrar(stage.rosa.address)).to.equal(true);
    expect(await read(stage.registry, "owner")).to.equal(stage.rosa.address);
    expect(await read(stage.registry, "headOf", stage.rosa.address)).to.not.equal(ethers.ZeroHash);
  });

  it("take office by accepting what the owner proposed", async () => {
    await refused(send(stage.registry, stage.sam, "proposeRegistrar", stage.sam.address), "OwnableUnauthorizedAccount");
    await refused(send(stage.registry, stage.sam, "acceptRegistrar"), "WrongStatus");
    await send(stage.registry, stage.rosa, "proposeRegistrar", stage.sam.address);
    expect(await isRegistrar(stage.sam.address)).to.equal(false);
    await refused(send(stage.registry, stage.sam, "appointAuditor", stage.ines.address, VALID_UNTIL), "NotRegistrar");
    await refused(send(stage.registry, stage.stranger, "acceptRegistrar"), "WrongStatus");
    await refused(send(stage.registry, stage.rosa, "proposeRegistrar", stage.sam.address), "WrongStatus");
    await send(stage.registry, stage.sam, "acceptRegistrar");
    expect(await isRegistrar(stage.sam.address)).to.equal(true);
    await refused(send(stage.registry, stage.sam, "acceptRegistrar"), "WrongStatus");
    await send(stage.registry, stage.sam, "appointAuditor", stage.ines.address, VALID_UNTIL);
    await refused(send(stage.registry, stage.rosa, "proposeRegistrar", ethers.ZeroAddress), "BadAccount");
  });

  it("leave office by the owner's act or their own, and a proposal can be taken back", async () => {
    await send(stage.registry, stage.rosa, "proposeRegistrar", stage.sam.address);
    await send(stage.registry, stage.rosa, "dismissRegistrar", stage.sam.address);
    await refused(send(stage.registry, stage.sam, "acceptRegistrar"), "WrongStatus");
    await refused(send(stage.registry, stage.rosa, "dismissRegistrar", stage.sam.address), "WrongStatus");
    await send(stage.registry, stage.rosa, "proposeRegistrar", stage.sam.address);
    await send(stage.registry, stage.sam, "acceptRegistrar");
    await refused(
      send(stage.registry, stage.stranger, "dismissRegistrar", stage.sam.address),
      "OwnableUnauthorizedAccount",
    );
    await refused(
      send(stage.registry, stage.sam, "dismissRegistrar", stage.rosa.address),
      "OwnableUnauthorizedAccount",
    );
    await send(stage.registry, stage.sam, "dismissRegistrar", stage.sam.address);
    expect(await isRegistrar(stage.sam.address)).to.equal(false);
  });

  it("hand the registry over in two steps, and never leave it without an owner", async () => {
    await refused(
      send(stage.registry, stage.sam, "transferOwnership", stage.sam.address),
      "OwnableUnauthorizedAccount",
    );
    await expect(send(stage.registry, stage.rosa, "transferOwnership", stage.sam.address))
      .to.emit(stage.registry, "OwnerProposed")
      .withArgs(stage.sam.address, stage.rosa.address, any, any);
    expect(await read(stage.registry, "owner")).to.equal(stage.rosa.address);
    await refused(send(stage.registry, stage.stranger, "acceptOwnership"), "OwnableUnauthorizedAccount");
    await expect(send(stage.registry, stage.sam, "acceptOwnership"))
      .to.emit(stage.registry, "OwnerAccepted")
      .withArgs(stage.sam.address, stage.rosa.address, any, any);
    expect(await read(stage.registry, "owner")).to.equal(stage.sam.address);
    await refused(
      send(stage.registry, stage.rosa, "proposeRegistrar", stage.ben.address),
      "OwnableUnauthorizedAccount",
    );
    await refused(send(stage.registry, stage.sam, "renounceOwnership"), "OwnerNeeded");
    expect(await isRegistrar(stage.rosa.address)).to.equal(true);
  });

  it("can take a proposed owner back", async () => {
    await send(stage.registry, stage.rosa, "transferOwnership", stage.sam.address);
    await send(stage.registry, stage.rosa, "transferOwnership", ethers.ZeroAddress);
    await refused(send(stage.registry, stage.sam, "acceptOwnership"), "OwnableUnauthorizedAccount");
  });
});
