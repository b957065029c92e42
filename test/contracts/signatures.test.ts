// Somebody who holds, forges or bends a signature; and people whose wallet is a contract.

import { expect } from "chai";
import type { Contract } from "ethers";
import { draftGrant, granted, grantTerms, isActive, signGrant, signRevoke, type Draft } from "./support/consents.ts";
import { delegateAna } from "./support/delegation.ts";
import { domainOf, signAct } from "./support/sign.ts";
import { ethers, read, send, setStage, type Stage } from "./support/stage.ts";

const CURVE_ORDER = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n;

const sendGrant = (stage: Stage, draft: Draft, signature: string): Promise<unknown> =>
  send(stage.ledger, stage.relayer, "grant", grantTerms(draft), signature);

describe("Somebody who bends a signature", () => {
  const stage = setStage();

  it("is refused the malleable twin, the short form and other lengths", async () => {
    const draft = await draftGrant(stage);
    const signature = await signGrant(stage, stage.ana, draft);
    const { r, s, v, compactSerialized } = ethers.Signature.from(signature);
    const high = ethers.toBeHex(CURVE_ORDER - BigInt(s), 32);
    const twin = ethers.concat([r, high, v === 27 ? "0x1c" : "0x1b"]);
    const lowV = ethers.concat([r, s, v === 27 ? "0x00" : "0x01"]);
    for (const bent of [twin, lowV, compactSerialized, `${signature}00`, signature.slice(0, -2)]) {
      await expect(sendGrant(stage, draft, bent)).to.be.revertedWithCustomError(stage.ledger, "BadSignature");
    }
    await sendGrant(stage, draft, signature);
  });

  it("is refused a signature for another chain, contract, name or version", async () => {
    const draft = await draftGrant(stage);
    const { opening, notBefore: from, expiresAt: until, ...rest } = draft;
    const message = { ...rest, scope: opening, from, until, mayRead: true, mayAdd: false };
    const foreign = [
      { chainId: 1n },
      { verifyingContract: await stage.registry.getAddress() },
      { name: "Other" },
      { version: "2" },
    ];
    for (const domain of foreign) {
      const signature = await signAct(stage, stage.ana, "Grant", message, domain);
      await expect(sendGrant(stage, draft, signature)).to.be.revertedWithCustomError(stage.ledger, "BadSignature");
    }
    await sendGrant(stage, draft, await signAct(stage, stage.ana, "Grant", message));
  });

  it("is refused a signature of another act over the same parties", async () => {
    const draft = await granted(stage);
    const { subject, grantee, scope } = draft;
    const renounce = await signAct(stage, stage.ana, "Renounce", { subject, grantee, scope, version: 1 });
    await expect(
      send(stage.ledger, stage.relayer, "revokeSigned", subject, grantee, scope, 1, renounce),
    ).to.be.revertedWithCustomError(stage.ledger, "BadSignature");
  });

  it("is told the domain by the contract itself (EIP-5267)", async () => {
    const told = await read<unknown[]>(stage.ledger, "eip712Domain");
    const { name, version, chainId, verifyingContract } = await domainOf(stage);
    expect([...told]).to.deep.equal(["0x0f", name, version, chainId, verifyingContract, ethers.ZeroHash, []]);
  });
});

describe("A patient whose wallet is a contract (ERC-1271)", () => {
  const stage = setStage();

  const openWallet = (): Promise<Contract> => ethers.deployContract("TestWallet", [stage.sam.address]);

  it("grants and revokes by the owner's signature", async () => {
    const wallet = await openWallet();
    const draft = await draftGrant(stage, { subject: await wallet.getAddress() });
    await sendGrant(stage, draft, await signGrant(stage, stage.sam, draft));
    expect(await isActive(stage, draft)).to.equal(true);
    const signature = await signRevoke(stage, stage.sam, draft, 1);
    const { subject, grantee, scope } = draft;
    await send(stage.ledger, stage.relayer, "revokeSigned", subject, grantee, scope, 1, signature);
    expect(await isActive(stage, draft)).to.equal(false);
  });

  it("is bound by nobody else's signature, and by none that the wallet no longer accepts", async () => {
    const wallet = await openWallet();
    const draft = await draftGrant(stage, { subject: await wallet.getAddress() });
    const byStranger = await signGrant(stage, stage.stranger, draft);
    await expect(sendGrant(stage, draft, byStranger)).to.be.revertedWithCustomError(stage.ledger, "BadSignature");
    const signature = await signGrant(stage, stage.sam, draft);
    await send(wallet, stage.sam, "lock");
    await expect(sendGrant(stage, draft, signature)).to.be.revertedWithCustomError(stage.ledger, "BadSignature");
  });

  it("revokes plainly through the wallet, even one that accepts no signature any more", async () => {
    const wallet = await openWallet();
    const draft = await draftGrant(stage, { subject: await wallet.getAddress() });
    await sendGrant(stage, draft, await signGrant(stage, stage.sam, draft));
    await send(wallet, stage.sam, "lock");
    const call = stage.ledger.interface.encodeFunctionData("revoke", [draft.grantee, draft.scope]);
    await send(wallet, stage.sam, "send", await stage.ledger.getAddress(), call);
    expect(await isActive(stage, draft)).to.equal(false);
  });

  it("is not any contract: one that knows no ERC-1271 has signed nothing", async () => {
    const draft = await draftGrant(stage, { subject: await stage.registry.getAddress() });
    const signature = await signGrant(stage, stage.sam, draft);
    await expect(sendGrant(stage, draft, signature)).to.be.revertedWithCustomError(stage.ledger, "BadSignature");
  });
});

describe("A patient whose account has code and a key (EIP-7702)", () => {
  const stage = setStage();

  it("goes on signing with the key, whatever the code says", async () => {
    // The code belongs to Sam: it would accept Sam's signatures for Ana, and none of Ana's own.
    const wallet = await ethers.deployContract("TestWallet", [stage.sam.address]);
    await delegateAna(stage, await wallet.getAddress());
    const own = await draftGrant(stage, { name: "own" });
    await sendGrant(stage, own, await signGrant(stage, stage.ana, own));
    const byCode = await draftGrant(stage, { name: "by code" });
    await sendGrant(stage, byCode, await signGrant(stage, stage.sam, byCode));
    const neither = await draftGrant(stage, { name: "neither" });
    const signature = await signGrant(stage, stage.ben, neither);
    await expect(sendGrant(stage, neither, signature)).to.be.revertedWithCustomError(stage.ledger, "BadSignature");
    expect(await isActive(stage, own)).to.equal(true);
  });

  it("acts plainly by the key and through the code, each in its own name, and ends by a signature of the key", async () => {
    const wallet = await ethers.deployContract("TestWallet", [stage.sam.address]);
    const drafts = await Promise.all(
      ["by key", "through the code", "by signature"].map((name) => granted(stage, { name })),
    );
    const [byKey, throughCode, bySignature] = drafts as [Draft, Draft, Draft];
    await delegateAna(stage, await wallet.getAddress());
    await send(stage.ledger, stage.ana, "revoke", byKey.grantee, byKey.scope);
    const act = stage.ledger.interface.encodeFunctionData("revoke", [throughCode.grantee, throughCode.scope]);
    const code = wallet.attach(stage.ana.address) as typeof wallet;
    await send(code as unknown as Contract, stage.sam, "send", await stage.ledger.getAddress(), act);
    const { subject, grantee, scope } = bySignature;
    const signature = await signRevoke(stage, stage.ana, bySignature, 9);
    await send(stage.ledger, stage.relayer, "revokeSigned", subject, grantee, scope, 9, signature);
    for (const draft of drafts) expect(await isActive(stage, draft)).to.equal(false);
    expect(await read(stage.ledger, "headOf", stage.sam.address)).to.equal(ethers.ZeroHash);
  });
});
