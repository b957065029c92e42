// An account that publishes its key, and the vault account that it appoints: which can end and re-key, and nothing else.

import { expect } from "chai";
import type { Signer } from "ethers";
import {
  draftGrant,
  effectiveStatus,
  grant,
  granted,
  isActive,
  signRenew,
  signReplace,
  signRevoke,
  STATUS,
} from "./support/consents.ts";
import { signAct } from "./support/sign.ts";
import { at, HOUR, read, send, setStage, START, word } from "./support/stage.ts";

const ZERO = `0x${"00".repeat(20)}`;
const any = (_: unknown): boolean => true;
const deadline = START + 2 * HOUR;

describe("An account that publishes its key", () => {
  const stage = setStage();

  const publish = (vault: string, key = word("key"), vaultSignature = "0x"): Promise<unknown> =>
    send(stage.ledger, stage.ana, "publishKey", key, vault, vaultSignature);
  const signPublish = (signer: Signer, vaultAccount: string, changes: Record<string, unknown> = {}): Promise<string> =>
    signAct(stage, signer, "PublishKey", {
      account: stage.ana.address,
      encryptionKey: word("key"),
      vaultAccount,
      generation: 0,
      deadline,
      ...changes,
    });
  const publishSigned = (vault: string, signature: string, vaultSignature = "0x"): Promise<unknown> =>
    send(
      stage.ledger,
      stage.relayer,
      "publishKeySigned",
      stage.ana.address,
      word("key"),
      vault,
      deadline,
      signature,
      vaultSignature,
    );

  it("has it found by everybody, with the vault account it appoints", async () => {
    await expect(publish(stage.anaVault.address))
      .to.emit(stage.ledger, "KeyPublished")
      .withArgs(stage.ana.address, word("key"), stage.anaVault.address, any, any);
    expect(await read(stage.ledger, "encryptionKeyOf", stage.ana.address)).to.equal(word("key"));
    expect(await read(stage.ledger, "vaultAccountOf", stage.ana.address)).to.equal(stage.anaVault.address);
    expect(await read(stage.ledger, "vaultAccountOf", stage.ben.address)).to.equal(ZERO);
  });

  it("may publish without a vault account and appoint one later", async () => {
    await publish(ZERO);
    expect(await read(stage.ledger, "vaultAccountOf", stage.ana.address)).to.equal(ZERO);
    await publish(stage.anaVault.address, word("second"));
    expect(await read(stage.ledger, "encryptionKeyOf", stage.ana.address)).to.equal(word("second"));
    expect(await read(stage.ledger, "vaultAccountOf", stage.ana.address)).to.equal(stage.anaVault.address);
  });

  it("keeps the vault account when it names none or the same", async () => {
    await publish(stage.anaVault.address);
    for (const vault of [ZERO, stage.anaVault.address]) {
      await expect(publish(vault, word("next")))
        .to.emit(stage.ledger, "KeyPublished")
        .withArgs(stage.ana.address, word("next"), stage.anaVault.address, any, any);
    }
  });

  it("cannot publish zero, nor be its own vault account", async () => {
    await expect(publish(ZERO, `0x${"00".repeat(32)}`)).to.be.revertedWithCustomError(stage.ledger, "KeyIsZero");
    await expect(publish(stage.ana.address)).to.be.revertedWithCustomError(stage.ledger, "BadAddress");
  });

  it("cannot put aside an appointed vault account without that one's signature", async () => {
    await publish(stage.anaVault.address);
    const next = stage.sam.address;
    for (const signature of ["0x", await signPublish(stage.ana, next, { deadline: 0 })]) {
      await expect(publish(next, word("key"), signature)).to.be.revertedWithCustomError(
        stage.ledger,
        "VaultAccountNeedsItself",
      );
    }
    const forOther = await signPublish(stage.anaVault, stage.ben.address, { deadline: 0 });
    await expect(publish(next, word("key"), forOther)).to.be.revertedWithCustomError(
      stage.ledger,
      "VaultAccountNeedsItself",
    );
    await publish(next, word("key"), await signPublish(stage.anaVault, next, { deadline: 0 }));
    expect(await read(stage.ledger, "vaultAccountOf", stage.ana.address)).to.equal(next);
  });

  it("cannot use a vault account's consent to its replacement twice", async () => {
    await publish(stage.anaVault.address);
    const away = await signPublish(stage.anaVault, stage.sam.address, { deadline: 0 });
    await publish(stage.sam.address, word("key"), away);
    await publish(
      stage.anaVault.address,
      word("key"),
      await signPublish(stage.sam, stage.anaVault.address, { deadline: 0 }),
    );
    await expect(publish(stage.sam.address, word("key"), away)).to.be.revertedWithCustomError(
      stage.ledger,
      "AlreadySent",
    );
  });

  it("may have it sent: once, in time, as signed, and by itself alone", async () => {
    const vault = stage.anaVault.address;
    const signature = await signPublish(stage.ana, vault);
    await expect(publishSigned(stage.sam.address, signature)).to.be.revertedWithCustomError(
      stage.ledger,
      "BadSignature",
    );
    await expect(publishSigned(vault, await signPublish(stage.anaVault, vault))).to.be.revertedWithCustomError(
      stage.ledger,
      "BadSignature",
    );
    await publishSigned(vault, signature);
    await expect(publishSigned(vault, signature)).to.be.revertedWithCustomError(stage.ledger, "OutOfTurn");
    expect(await read(stage.ledger, "vaultAccountOf", stage.ana.address)).to.equal(vault);
    await at(deadline + 1);
    await expect(publishSigned(ZERO, await signPublish(stage.ana, ZERO))).to.be.revertedWithCustomError(
      stage.ledger,
      "DeadlinePassed",
    );
  });

  it("needs both signatures to replace the vault account by a relayed act", async () => {
    await publish(stage.anaVault.address);
    const next = stage.sam.address;
    const own = await signPublish(stage.ana, next);
    await expect(publishSigned(next, own)).to.be.revertedWithCustomError(stage.ledger, "VaultAccountNeedsItself");
    const plainOne = await signPublish(stage.anaVault, next, { deadline: 0 });
    await expect(publishSigned(next, own, plainOne)).to.be.revertedWithCustomError(
      stage.ledger,
      "VaultAccountNeedsItself",
    );
    await publishSigned(next, own, await signPublish(stage.anaVault, next));
    expect(await read(stage.ledger, "vaultAccountOf", stage.ana.address)).to.equal(next);
  });
});

describe("A vault account", () => {
  const stage = setStage();
  const bundle = word("bundle");

  beforeEach(async () => {
    await send(stage.ledger, stage.ana, "publishKey", word("key"), stage.anaVault.address, "0x");
  });

  it("revokes for its subject, and is named in the event", async () => {
    const draft = await granted(stage);
    const { subject, grantee, scope } = draft;
    const signature = await signRevoke(stage, stage.anaVault, draft, 1);
    await expect(send(stage.ledger, stage.relayer, "revokeSigned", subject, grantee, scope, 1, signature))
      .to.emit(stage.ledger, "RevokedByVault")
      .withArgs(subject, grantee, scope, any, stage.anaVault.address, any, any);
    expect(await effectiveStatus(stage, draft)).to.equal(STATUS.revoked);
  });

  it("cancels what its subject signed, and is named in the event", async () => {
    const subject = stage.ana.address;
    const signature = await signAct(stage, stage.anaVault, "CancelSigned", { subject, generation: 0 });
    await expect(send(stage.ledger, stage.relayer, "cancelSignedSigned", subject, signature))
      .to.emit(stage.ledger, "SignedCancelled")
      .withArgs(subject, 1, stage.anaVault.address, any, any);
  });

  it("re-keys, signed and plainly, one epoch at a time", async () => {
    const subject = stage.ana.address;
    const sign = (signer: Signer, epoch: number): Promise<string> =>
      signAct(stage, signer, "Rekey", { subject, bundle, epoch });
    const rekey = (epoch: number, signature: string): Promise<unknown> =>
      send(stage.ledger, stage.relayer, "rekeySigned", subject, bundle, epoch, signature);
    await expect(rekey(0, await sign(stage.anaVault, 0)))
      .to.emit(stage.ledger, "Rekeyed")
      .withArgs(subject, 1, bundle, stage.anaVault.address, any, any);
    await expect(rekey(0, await sign(stage.anaVault, 0)))
      .to.be.revertedWithCustomError(stage.ledger, "WrongEpoch")
      .withArgs(1);
    await expect(rekey(2, await sign(stage.anaVault, 2))).to.be.revertedWithCustomError(stage.ledger, "WrongEpoch");
    await expect(rekey(1, await sign(stage.lena, 1))).to.be.revertedWithCustomError(stage.ledger, "BadSignature");
    await expect(rekey(1, await sign(stage.ana, 1)))
      .to.emit(stage.ledger, "Rekeyed")
      .withArgs(subject, 2, bundle, subject, any, any);

    await stage.relayer.sendTransaction({ to: stage.anaVault.address, value: 10n ** 18n });
    const funded = stage.anaVault.connect(stage.relayer.provider);
    await send(stage.ledger, funded, "rekey", subject, bundle);
    await send(stage.ledger, stage.ana, "rekey", subject, bundle);
    await expect(send(stage.ledger, stage.lena, "rekey", subject, bundle)).to.be.revertedWithCustomError(
      stage.ledger,
      "NotSubject",
    );
    expect(await read(stage.ledger, "epochOf", subject)).to.equal(4n);
    expect(await read(stage.ledger, "generationOf", subject)).to.equal(0n);
    expect(await read(stage.ledger, "vaultAccountOf", subject)).to.equal(stage.anaVault.address);
  });

  it("opens nothing: it cannot grant, renew, replace, publish a key, anchor or decline", async () => {
    const old = await granted(stage, { name: "old" });
    const draft = await draftGrant(stage, { name: "new" });
    const refused = (sent: Promise<unknown>): Promise<unknown> =>
      expect(sent).to.be.revertedWithCustomError(stage.ledger, "BadSignature");
    const { subject, grantee, scope } = old;
    await refused(grant(stage, draft, { signer: stage.anaVault }));
    const until = old.expiresAt + 1;
    const renewal = await signRenew(stage, stage.anaVault, old, { until, version: 1n });
    await refused(send(stage.ledger, stage.relayer, "renew", subject, grantee, scope, until, old.deadline, renewal));
    const replacement = await signReplace(stage, stage.anaVault, draft, { replaces: scope, version: 1n });
    const terms = [
      draft.subject,
      draft.grantee,
      draft.scope,
      draft.ops,
      draft.notBefore,
      draft.expiresAt,
      draft.capsule,
      draft.deadline,
    ];
    await refused(send(stage.ledger, stage.relayer, "replace", scope, terms, replacement));
    const key = { account: subject, encryptionKey: word("x"), vaultAccount: ZERO, generation: 0, deadline };
    const keySignature = await signAct(stage, stage.anaVault, "PublishKey", key);
    await refused(
      send(
        stage.ledger,
        stage.relayer,
        "publishKeySigned",
        subject,
        word("x"),
        ZERO,
        deadline,
        keySignature,
        keySignature,
      ),
    );
    const document = { subject, document: word("d"), manifest: word("m"), version: 1, generation: 0, deadline };
    const anchorSignature = await signAct(stage, stage.anaVault, "Anchor", document);
    await refused(
      send(stage.ledger, stage.relayer, "anchorSigned", subject, word("d"), word("m"), 1, deadline, anchorSignature),
    );
    const answer = { subject, grantee, request: word("r"), note: word("n"), generation: 0, deadline };
    const declineSignature = await signAct(stage, stage.anaVault, "Decline", answer);
    await refused(
      send(
        stage.ledger,
        stage.relayer,
        "declineSigned",
        subject,
        grantee,
        word("r"),
        word("n"),
        deadline,
        declineSignature,
      ),
    );
    expect(await isActive(stage, old)).to.equal(true);
  });

  it("has no power once it was replaced, nor over anybody else", async () => {
    const draft = await granted(stage);
    const { subject, grantee, scope } = draft;
    const bens = await granted(stage, { subject: stage.ben.address }, stage.ben);
    const forBen = await signRevoke(stage, stage.anaVault, bens, 1);
    await expect(
      send(stage.ledger, stage.relayer, "revokeSigned", bens.subject, bens.grantee, bens.scope, 1, forBen),
    ).to.be.revertedWithCustomError(stage.ledger, "BadSignature");

    const consent = await signAct(stage, stage.anaVault, "PublishKey", {
      account: subject,
      encryptionKey: word("key"),
      vaultAccount: stage.sam.address,
      generation: 0,
      deadline: 0,
    });
    await send(stage.ledger, stage.ana, "publishKey", word("key"), stage.sam.address, consent);
    const old = await signRevoke(stage, stage.anaVault, draft, 1);
    await expect(
      send(stage.ledger, stage.relayer, "revokeSigned", subject, grantee, scope, 1, old),
    ).to.be.revertedWithCustomError(stage.ledger, "BadSignature");
    const present = await signRevoke(stage, stage.sam, draft, 1);
    await send(stage.ledger, stage.relayer, "revokeSigned", subject, grantee, scope, 1, present);
  });
});
