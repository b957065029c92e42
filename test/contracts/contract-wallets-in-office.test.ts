// Wallets that are contracts in every office there is: grantee, proxy, clinician, vault account, provider, patient. The
// person who pays for the transaction has a name and rights of their own, and none of them may be mixed into it.

import { expect } from "chai";
import type { Contract, Signer } from "ethers";
import {
  bits,
  consentOf,
  draftGrant,
  granted,
  isActive,
  MANAGE,
  READ,
  signRevoke,
  unpack,
} from "./support/consents.ts";
import { appoint, arm } from "./support/mandates.ts";
import { signAct } from "./support/sign.ts";
import { DAY, ethers, read, send, setStage, START, word } from "./support/stage.ts";

const any = (_: unknown): boolean => true;

describe("A wallet that is a contract, beside the person who pays", () => {
  const stage = setStage();
  const openWallet = async (): Promise<{ wallet: Contract; address: string }> => {
    const wallet = await ethers.deployContract("TestWallet", [stage.sam.address]);
    return { wallet, address: await wallet.getAddress() };
  };
  /** Sam pays, the wallet acts. */
  const sendBy = async (wallet: Contract, name: string, ...args: unknown[]): Promise<unknown> =>
    send(wallet, stage.sam, "send", await target(name), encode(name, args));
  const isOfRegistry = (name: string): boolean => stage.registry.interface.getFunction(name) !== null;
  const target = (name: string): Promise<string> => (isOfRegistry(name) ? stage.registry : stage.ledger).getAddress();
  const encode = (name: string, args: unknown[]): string =>
    (isOfRegistry(name) ? stage.registry : stage.ledger).interface.encodeFunctionData(name, args);
  const refused = (sent: Promise<unknown>, error: string): Promise<unknown> =>
    expect(sent).to.be.revertedWithCustomError(stage.ledger, error);

  it("revokes many consents of its own, and leaves the payer's with the same grantee and scope", async () => {
    const { wallet, address } = await openWallet();
    const own = await granted(stage, { subject: address, name: "own" }, stage.sam);
    const payers = await granted(stage, { subject: stage.sam.address, name: "own" }, stage.sam);
    await expect(sendBy(wallet, "revokeMany", [[own.scope, own.grantee]]))
      .to.emit(stage.ledger, "Revoked")
      .withArgs(address, own.grantee, own.scope, any, any, any);
    expect(unpack(await consentOf(stage, own))).to.include({ status: 2, version: 2 });
    expect(await isActive(stage, payers)).to.equal(true);
  });

  it("anchors many documents and opens many days as itself", async () => {
    const { wallet, address } = await openWallet();
    await sendBy(wallet, "anchorMany", [[word("document"), word("manifest"), 1]]);
    await sendBy(wallet, "publishDays", [[30_000, 7]]);
    expect(await read(stage.ledger, "documentOf", address, word("document"))).to.not.equal(0n);
    expect(await read(stage.ledger, "documentOf", stage.sam.address, word("document"))).to.equal(0n);
    expect([...(await read<bigint[]>(stage.ledger, "dayOf", address, 30_000))]).to.deep.equal([7n, 0n]);
    expect([...(await read<bigint[]>(stage.ledger, "dayOf", stage.sam.address, 30_000))]).to.deep.equal([0n, 0n]);
  });

  it("renounces under its own name", async () => {
    const { wallet, address } = await openWallet();
    const draft = await granted(stage, { grantee: address });
    await expect(sendBy(wallet, "renounce", draft.subject, draft.scope))
      .to.emit(stage.ledger, "Renounced")
      .withArgs(draft.subject, address, draft.scope, any, any, any);
  });

  it("breaks the glass as the clinician that it is", async () => {
    const { wallet, address } = await openWallet();
    await sendBy(wallet, "applyFor", 1, word("licence"), word("card"));
    await send(stage.registry, stage.rosa, "verify", address, 1, word("licence"), START + 300 * DAY);
    const draft = await draftGrant(stage, { grantee: address });
    await arm(stage, draft);
    await expect(sendBy(wallet, "breakGlass", draft.subject, address, draft.scope, word("why")))
      .to.emit(stage.ledger, "GlassBroken")
      .withArgs(draft.subject, address, draft.scope, any, address, word("why"), any, any);
    expect(await isActive(stage, draft)).to.equal(true);
  });

  it("revokes and declines as the proxy that it is", async () => {
    const { wallet, address } = await openWallet();
    const mandate = await draftGrant(stage, { grantee: address, ops: READ + MANAGE, name: "mandate" });
    await appoint(stage, mandate);
    const draft = await granted(stage);
    const { subject, grantee, scope } = draft;
    await expect(sendBy(wallet, "revokeByProxy", subject, grantee, scope, mandate.scope))
      .to.emit(stage.ledger, "RevokedByProxy")
      .withArgs(subject, grantee, scope, any, address, mandate.scope, any, any);
    await expect(sendBy(wallet, "declineByProxy", subject, grantee, word("request"), word("note"), mandate.scope))
      .to.emit(stage.ledger, "DeclinedByProxy")
      .withArgs(subject, grantee, word("request"), word("note"), address, mandate.scope, any, any);
    expect(bits(await consentOf(stage, draft), 0, 8)).to.equal(2n);
  });

  it("cancels what it signed, and is named as who did", async () => {
    const { wallet, address } = await openWallet();
    await expect(sendBy(wallet, "cancelSigned"))
      .to.emit(stage.ledger, "SignedCancelled")
      .withArgs(address, 1, address, any, any);
  });

  it("re-keys as the vault account that it is; where the payer is the vault account, the wallet is nobody", async () => {
    const { wallet, address } = await openWallet();
    await send(stage.ledger, stage.ana, "publishKey", word("key"), address, "0x");
    await expect(sendBy(wallet, "rekey", stage.ana.address, word("bundle")))
      .to.emit(stage.ledger, "Rekeyed")
      .withArgs(stage.ana.address, 1, word("bundle"), address, any, any);
    await send(stage.ledger, stage.ben, "publishKey", word("key"), stage.sam.address, "0x");
    await refused(sendBy(wallet, "rekey", stage.ben.address, word("bundle")), "NotSubject");
  });

  it("revokes as the vault account that it is, by its owner's signature and by nobody else's", async () => {
    const { address } = await openWallet();
    await send(stage.ledger, stage.ana, "publishKey", word("key"), address, "0x");
    const draft = await granted(stage);
    const { subject, grantee, scope } = draft;
    const revoke = async (signer: Signer): Promise<unknown> => {
      const signature = await signRevoke(stage, signer, draft, 9);
      return send(stage.ledger, stage.relayer, "revokeSigned", subject, grantee, scope, 9, signature);
    };
    await refused(revoke(stage.stranger), "BadSignature");
    await expect(revoke(stage.sam))
      .to.emit(stage.ledger, "RevokedByVault")
      .withArgs(subject, grantee, scope, any, address, any, any);
    expect(await isActive(stage, draft)).to.equal(false);
  });

  it("replaces its vault account with that one's word for the wallet, which is none for the payer", async () => {
    const { wallet, address } = await openWallet();
    await sendBy(wallet, "publishKey", word("key"), stage.anaVault.address, "0x");
    const sign = (account: string): Promise<string> =>
      signAct(stage, stage.anaVault, "PublishKey", {
        account,
        encryptionKey: word("next"),
        vaultAccount: stage.stranger.address,
        generation: 0,
        deadline: 0,
      });
    const publish = async (account: string): Promise<unknown> =>
      sendBy(wallet, "publishKey", word("next"), stage.stranger.address, await sign(account));
    await refused(publish(stage.sam.address), "VaultAccountNeedsItself");
    await publish(address);
    expect(await read(stage.ledger, "vaultAccountOf", address)).to.equal(stage.stranger.address);
  });

  it("keeps its vault account though the payer's own would agree to leave", async () => {
    const { wallet, address } = await openWallet();
    await sendBy(wallet, "publishKey", word("key"), stage.stranger.address, "0x");
    await send(stage.ledger, stage.sam, "publishKey", word("key"), stage.stranger.address, "0x");
    await refused(sendBy(wallet, "publishKey", word("next"), stage.anaVault.address, "0x"), "VaultAccountNeedsItself");
    expect(await read(stage.ledger, "vaultAccountOf", address)).to.equal(stage.stranger.address);
  });
});
