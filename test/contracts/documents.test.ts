// A patient's documents: anchored by the patient, filed by those who may add, ended by author or subject.

import { expect } from "chai";
import type { Signer } from "ethers";
import { bits, CONTRIBUTE, granted, isActive, READ, type Draft } from "./support/consents.ts";
import { KIND, openClinic } from "./support/providers.ts";
import { signAct } from "./support/sign.ts";
import { at, goTo, HOUR, read, send, setStage, START, word } from "./support/stage.ts";

const any = (_: unknown): boolean => true;
const deadline = START + HOUR;
const document = word("document");
const manifest = word("manifest");
const LIVE = 1;
const WITHDRAWN = 2;
const REJECTED = 3;

/** A document record, unpacked by hand. */
function unpack(record: bigint): Record<string, number | string> {
  return {
    status: Number(bits(record, 0, 8)),
    version: Number(bits(record, 8, 32)),
    changedAt: Number(bits(record, 40, 40)),
    author: `0x${bits(record, 80, 160).toString(16).padStart(40, "0")}`,
    keptZero: Number(bits(record, 240, 16)),
  };
}

describe("A patient who anchors a document", () => {
  const stage = setStage();
  const documentOf = async (id = document): Promise<Record<string, number | string>> =>
    unpack(await read(stage.ledger, "documentOf", stage.ana.address, id));
  const anchor = (version: number, id = document): Promise<unknown> =>
    send(stage.ledger, stage.ana, "anchor", id, manifest, version);

  it("is its author, with version 1", async () => {
    await at(START + 20);
    await expect(anchor(1))
      .to.emit(stage.ledger, "Anchored")
      .withArgs(stage.ana.address, document, manifest, any, any, any);
    expect(await documentOf()).to.deep.equal({
      status: LIVE,
      version: 1,
      changedAt: START + 20,
      author: stage.ana.address.toLowerCase(),
      keptZero: 0,
    });
  });

  it("supersedes version by version, without a gap or a repetition", async () => {
    for (const version of [0, 2]) {
      await expect(anchor(version)).to.be.revertedWithCustomError(stage.ledger, "WrongVersion").withArgs(1);
    }
    await anchor(1);
    for (const version of [1, 3]) {
      await expect(anchor(version)).to.be.revertedWithCustomError(stage.ledger, "WrongVersion").withArgs(2);
    }
    await anchor(2);
    expect(await documentOf()).to.include({ status: LIVE, version: 2 });
  });

  it("has documents of their own, whatever ids others use", async () => {
    await anchor(1);
    await send(stage.ledger, stage.ben, "anchor", document, manifest, 1);
    await send(stage.ledger, stage.ben, "withdraw", stage.ben.address, document);
    expect(await documentOf()).to.include({ status: LIVE });
  });

  it("may have it sent: in time, as signed, once", async () => {
    const subject = stage.ana.address;
    const sign = (signer: Signer, changes = {}): Promise<string> =>
      signAct(stage, signer, "Anchor", {
        subject,
        document,
        manifest,
        version: 1,
        generation: 0,
        deadline,
        ...changes,
      });
    const sendIt = (signature: string, version = 1): Promise<unknown> =>
      send(stage.ledger, stage.relayer, "anchorSigned", subject, document, manifest, version, deadline, signature);
    const bad = [
      await sign(stage.lena),
      await sign(stage.ana, { generation: 1 }),
      await sign(stage.ana, { manifest: word("other") }),
      await sign(stage.ana, { version: 2 }),
    ];
    for (const signature of bad) {
      await expect(sendIt(signature)).to.be.revertedWithCustomError(stage.ledger, "BadSignature");
    }
    const signature = await sign(stage.ana);
    await sendIt(signature);
    await expect(sendIt(signature)).to.be.revertedWithCustomError(stage.ledger, "WrongVersion");
    await at(deadline + 1);
    await expect(sendIt(await sign(stage.ana, { version: 2 }), 2)).to.be.revertedWithCustomError(
      stage.ledger,
      "DeadlinePassed",
    );
  });

  it("may withdraw it, plainly and signed, after which nothing follows", async () => {
    await anchor(1);
    await expect(send(stage.ledger, stage.lena, "withdraw", stage.ana.address, document)).to.be.revertedWithCustomError(
      stage.ledger,
      "NotAuthor",
    );
    await expect(send(stage.ledger, stage.ana, "withdraw", stage.ana.address, document))
      .to.emit(stage.ledger, "Withdrawn")
      .withArgs(stage.ana.address, document, any, stage.ana.address, any, any);
    expect(await documentOf()).to.include({ status: WITHDRAWN, version: 2 });
    await expect(anchor(3)).to.be.revertedWithCustomError(stage.ledger, "DocumentEnded");
    await expect(anchor(1)).to.be.revertedWithCustomError(stage.ledger, "DocumentEnded");
    await expect(send(stage.ledger, stage.ana, "withdraw", stage.ana.address, document)).to.be.revertedWithCustomError(
      stage.ledger,
      "DocumentEnded",
    );

    const other = word("other");
    await anchor(1, other);
    const account = stage.ana.address;
    const sign = (signer: Signer, version: number): Promise<string> =>
      signAct(stage, signer, "Withdraw", { account, subject: account, document: other, version });
    const withdraw = (signature: string): Promise<unknown> =>
      send(stage.ledger, stage.relayer, "withdrawSigned", account, account, other, signature);
    for (const signature of [await sign(stage.lena, 1), await sign(stage.ana, 2), await sign(stage.ana, 0)]) {
      await expect(withdraw(signature)).to.be.revertedWithCustomError(stage.ledger, "BadSignature");
    }
    await withdraw(await sign(stage.ana, 1));
    expect(await documentOf(other)).to.include({ status: WITHDRAWN, version: 2 });
  });

  it("cannot withdraw or reject what is not there, nor reject what is their own", async () => {
    await expect(send(stage.ledger, stage.ana, "withdraw", stage.ana.address, document)).to.be.revertedWithCustomError(
      stage.ledger,
      "DocumentEnded",
    );
    await expect(send(stage.ledger, stage.ana, "reject", document)).to.be.revertedWithCustomError(
      stage.ledger,
      "DocumentEnded",
    );
    await anchor(1);
    await expect(send(stage.ledger, stage.ana, "reject", document)).to.be.revertedWithCustomError(
      stage.ledger,
      "NotPermitted",
    );
  });
});

describe("A provider who files a document", () => {
  const stage = setStage();
  const documentOf = async (id = document): Promise<Record<string, number | string>> =>
    unpack(await read(stage.ledger, "documentOf", stage.ana.address, id));
  const file = (consent: Draft, sender: Signer, version = 1, id = document): Promise<unknown> =>
    send(stage.ledger, sender, "fileRecord", consent.subject, consent.grantee, consent.scope, id, manifest, version);

  it("may, under a consent with CONTRIBUTE, and it stands in the patient's history with its author", async () => {
    const consent = await granted(stage, { ops: CONTRIBUTE });
    await expect(file(consent, stage.lena))
      .to.emit(stage.ledger, "Filed")
      .withArgs(stage.ana.address, document, manifest, stage.lena.address, consent.scope, any, any, any);
    expect(await documentOf()).to.include({ status: LIVE, version: 1, author: stage.lena.address.toLowerCase() });
    expect(await isActive(stage, consent, READ)).to.equal(false);
  });

  it("may not without such a consent: none, one to read only, another's, a revoked one", async () => {
    const toRead = await granted(stage, { name: "to read", ops: READ });
    const toAdd = await granted(stage, { name: "to add", ops: CONTRIBUTE });
    const refused = (sent: Promise<unknown>): Promise<unknown> =>
      expect(sent).to.be.revertedWithCustomError(stage.ledger, "NotPermitted");
    await refused(file(toRead, stage.lena));
    await refused(file(toAdd, stage.tomas));
    await refused(file({ ...toAdd, grantee: stage.tomas.address }, stage.tomas));
    await refused(file({ ...toAdd, subject: stage.ben.address }, stage.lena));
    await refused(file(toAdd, stage.ana));
    await send(stage.ledger, stage.ana, "revoke", toAdd.grantee, toAdd.scope);
    await refused(file(toAdd, stage.lena));
  });

  it("may from the first to the last second of the window, and not one before or after", async () => {
    const consent = await granted(stage, { ops: CONTRIBUTE, notBefore: START + 100, expiresAt: START + 200 });
    for (const [second, version] of [
      [99, 0],
      [100, 1],
      [199, 2],
      [200, 0],
      [201, 0],
    ] as const) {
      await at(START + second);
      const filed = file(consent, stage.lena, Math.max(version, 1));
      if (version === 0) await expect(filed).to.be.revertedWithCustomError(stage.ledger, "NotPermitted");
      else await filed;
    }
    expect(await documentOf()).to.include({ version: 2 });
  });

  it("may supersede what they wrote themselves, and nobody else's", async () => {
    const consent = await granted(stage, { ops: CONTRIBUTE });
    await file(consent, stage.lena);
    await file(consent, stage.lena, 2);
    await expect(file(consent, stage.lena, 2))
      .to.be.revertedWithCustomError(stage.ledger, "WrongVersion")
      .withArgs(3);
    const toTomas = await granted(stage, { ops: CONTRIBUTE, grantee: stage.tomas.address });
    await expect(file(toTomas, stage.tomas, 3)).to.be.revertedWithCustomError(stage.ledger, "NotAuthor");
    await expect(send(stage.ledger, stage.ana, "anchor", document, manifest, 3)).to.be.revertedWithCustomError(
      stage.ledger,
      "NotAuthor",
    );
    await send(stage.ledger, stage.ana, "anchor", word("own"), manifest, 1);
    await expect(file(consent, stage.lena, 2, word("own"))).to.be.revertedWithCustomError(stage.ledger, "NotAuthor");
  });

  it("may withdraw what they wrote, even after the consent ended; so may the patient", async () => {
    const consent = await granted(stage, { ops: CONTRIBUTE });
    await file(consent, stage.lena);
    await file(consent, stage.lena, 1, word("second"));
    await send(stage.ledger, stage.ana, "revoke", consent.grantee, consent.scope);
    await send(stage.ledger, stage.lena, "withdraw", stage.ana.address, document);
    await expect(
      send(stage.ledger, stage.tomas, "withdraw", stage.ana.address, word("second")),
    ).to.be.revertedWithCustomError(stage.ledger, "NotAuthor");
    await send(stage.ledger, stage.ana, "withdraw", stage.ana.address, word("second"));
    expect(await documentOf()).to.include({ status: WITHDRAWN, author: stage.lena.address.toLowerCase() });
  });

  it("has it rejected by the patient, plainly and signed, by nobody else, and cannot file it again", async () => {
    const consent = await granted(stage, { ops: CONTRIBUTE });
    const subject = stage.ana.address;
    await file(consent, stage.lena);
    await expect(send(stage.ledger, stage.lena, "reject", document)).to.be.revertedWithCustomError(
      stage.ledger,
      "DocumentEnded",
    );
    await expect(send(stage.ledger, stage.ana, "reject", document))
      .to.emit(stage.ledger, "Rejected")
      .withArgs(subject, document, any, any, any);
    expect(await documentOf()).to.include({ status: REJECTED, version: 2 });
    await expect(file(consent, stage.lena, 3)).to.be.revertedWithCustomError(stage.ledger, "DocumentEnded");

    const second = word("second");
    await file(consent, stage.lena, 1, second);
    const sign = (signer: Signer, version: number): Promise<string> =>
      signAct(stage, signer, "Reject", { subject, document: second, version });
    const reject = (signature: string): Promise<unknown> =>
      send(stage.ledger, stage.relayer, "rejectSigned", subject, second, signature);
    for (const signature of [await sign(stage.lena, 1), await sign(stage.ana, 2)]) {
      await expect(reject(signature)).to.be.revertedWithCustomError(stage.ledger, "BadSignature");
    }
    await reject(await sign(stage.ana, 1));
    expect(await documentOf(second)).to.include({ status: REJECTED });
  });

  it("may have it sent: in time, as signed, once, and only while the consent lives", async () => {
    const consent = await granted(stage, { ops: CONTRIBUTE });
    const { subject, grantee, scope } = consent;
    const author = stage.lena.address;
    const sign = (signer: Signer, changes = {}): Promise<string> =>
      signAct(stage, signer, "File", {
        author,
        subject,
        grantee,
        scope,
        document,
        manifest,
        version: 1,
        generation: 0,
        deadline,
        ...changes,
      });
    const sendIt = (signature: string, version = 1): Promise<unknown> =>
      send(
        stage.ledger,
        stage.relayer,
        "fileSigned",
        author,
        subject,
        grantee,
        scope,
        document,
        manifest,
        version,
        deadline,
        signature,
      );
    const bad = [
      await sign(stage.ana),
      await sign(stage.lena, { generation: 1 }),
      await sign(stage.lena, { manifest: word("other") }),
      await sign(stage.lena, { subject: stage.ben.address }),
    ];
    for (const signature of bad) {
      await expect(sendIt(signature)).to.be.revertedWithCustomError(stage.ledger, "BadSignature");
    }
    await sendIt(await sign(stage.lena));
    await expect(sendIt(await sign(stage.lena))).to.be.revertedWithCustomError(stage.ledger, "WrongVersion");
    const next = await sign(stage.lena, { version: 2 });
    await send(stage.ledger, stage.ana, "revoke", grantee, scope);
    await expect(sendIt(next, 2)).to.be.revertedWithCustomError(stage.ledger, "NotPermitted");
    await at(deadline + 1);
    await expect(sendIt(next, 2)).to.be.revertedWithCustomError(stage.ledger, "DeadlinePassed");
  });
});

describe("A member of an organisation with a consent", () => {
  const stage = setStage();
  const grantClinic = (ops: number): Promise<Draft> => granted(stage, { grantee: stage.clinic.address, ops });
  const file = (consent: Draft, sender: Signer, version = 1, id = document): Promise<unknown> =>
    send(stage.ledger, sender, "fileRecord", consent.subject, consent.grantee, consent.scope, id, manifest, version);

  it("may read in every role, and add as doctor and nurse, not as clerk", async () => {
    await openClinic(stage);
    const consent = await grantClinic(READ + CONTRIBUTE);
    const readers: [string, boolean, boolean][] = [
      [stage.clinic.address, true, true],
      [stage.lena.address, true, true],
      [stage.tomas.address, true, true],
      [stage.noor.address, true, false],
      [stage.maya.address, false, false],
    ];
    for (const [reader, mayRead, mayAdd] of readers) {
      expect(await isActive(stage, consent, READ, reader)).to.equal(mayRead);
      expect(await isActive(stage, consent, CONTRIBUTE, reader)).to.equal(mayAdd);
      expect(await isActive(stage, consent, READ + CONTRIBUTE, reader)).to.equal(mayAdd);
    }
  });

  it("files as author under the organisation's consent", async () => {
    await openClinic(stage);
    const consent = await grantClinic(CONTRIBUTE);
    await expect(file(consent, stage.tomas))
      .to.emit(stage.ledger, "Filed")
      .withArgs(stage.ana.address, document, manifest, stage.clinic.address, consent.scope, any, any, any);
    await expect(file(consent, stage.noor, 1, word("by a clerk"))).to.be.revertedWithCustomError(
      stage.ledger,
      "NotPermitted",
    );
  });

  it("loses it with the membership, with the organisation's suspension, and with the end of its credential", async () => {
    await openClinic(stage, START + 1000);
    const consent = await grantClinic(READ + CONTRIBUTE);
    await send(stage.registry, stage.clinic, "removeMember", stage.lena.address);
    expect(await isActive(stage, consent, READ, stage.lena.address)).to.equal(false);
    await expect(file(consent, stage.lena)).to.be.revertedWithCustomError(stage.ledger, "NotPermitted");

    expect(await isActive(stage, consent, READ, stage.tomas.address)).to.equal(true);
    await goTo(START + 999);
    expect(await isActive(stage, consent, READ, stage.tomas.address)).to.equal(true);
    await goTo(START + 1000);
    expect(await isActive(stage, consent, READ, stage.tomas.address)).to.equal(false);
    expect(await isActive(stage, consent, READ, stage.clinic.address)).to.equal(true);

    await send(
      stage.registry,
      stage.rosa,
      "verify",
      stage.clinic.address,
      KIND.organisation,
      word("licence"),
      START + 2000,
    );
    expect(await isActive(stage, consent, READ, stage.tomas.address)).to.equal(true);
    await send(stage.registry, stage.rosa, "suspend", stage.clinic.address);
    expect(await isActive(stage, consent, READ, stage.tomas.address)).to.equal(false);
    await expect(file(consent, stage.tomas)).to.be.revertedWithCustomError(stage.ledger, "NotPermitted");
  });

  it("has no more than the organisation was granted", async () => {
    await openClinic(stage);
    const consent = await grantClinic(READ);
    expect(await isActive(stage, consent, CONTRIBUTE, stage.lena.address)).to.equal(false);
    await expect(file(consent, stage.lena)).to.be.revertedWithCustomError(stage.ledger, "NotPermitted");
    await send(stage.ledger, stage.ana, "revoke", consent.grantee, consent.scope);
    expect(await isActive(stage, consent, READ, stage.lena.address)).to.equal(false);
  });
});
