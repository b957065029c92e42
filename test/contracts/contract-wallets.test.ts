// A patient or provider whose wallet is a contract: whatever it sends plainly is its own act, and never that of the person
// who pays for the transaction.

import { expect } from "chai";
import type { Contract } from "ethers";
import { bits, consentOf, granted, versionOf } from "./support/consents.ts";
import { ethers, HOUR, read, send, setStage, time, word } from "./support/stage.ts";

describe("An account whose wallet is a contract", () => {
  const stage = setStage();

  const openWallet = (): Promise<Contract> => ethers.deployContract("TestWallet", [stage.sam.address]);

  /** Sam pays, the wallet acts. */
  const sendBy = async (wallet: Contract, name: string, ...args: unknown[]): Promise<void> => {
    const data = stage.ledger.interface.encodeFunctionData(name, args);
    await send(wallet, stage.sam, "send", await stage.ledger.getAddress(), data);
  };

  const eventsOf = async (account: string): Promise<string[]> => {
    const logs = await ethers.provider.getLogs({ address: await stage.ledger.getAddress(), fromBlock: 0 });
    return logs
      .filter((log) => log.topics[1] === ethers.zeroPadValue(account, 32).toLowerCase())
      .map((log) => stage.ledger.interface.parseLog(log)?.name ?? "");
  };

  it("revokes and renounces for itself, and for nobody else", async () => {
    const wallet = await openWallet();
    const address = await wallet.getAddress();
    const own = await granted(stage, { subject: address, name: "own" }, stage.sam);
    await sendBy(wallet, "revoke", own.grantee, own.scope);
    expect(bits(await consentOf(stage, own), 0, 8)).to.equal(2n);
    expect(versionOf(await consentOf(stage, { ...own, subject: stage.sam.address }))).to.equal(0n);

    const received = await granted(stage, { grantee: address, name: "received" });
    await sendBy(wallet, "renounce", received.subject, received.scope);
    expect(bits(await consentOf(stage, received), 0, 8)).to.equal(3n);
    expect(await eventsOf(stage.sam.address)).to.deep.equal([]);
  });

  it("asks, declines and mutes in its own name", async () => {
    const wallet = await openWallet();
    await sendBy(wallet, "request", stage.ana.address, word("note"));
    await sendBy(wallet, "decline", stage.lena.address, word("request"), word("reason"));
    await sendBy(wallet, "mute", stage.lena.address, true);
    expect(await eventsOf(await wallet.getAddress())).to.deep.equal(["Requested", "Declined", "Muted"]);
    expect(await eventsOf(stage.sam.address)).to.deep.equal([]);
  });

  it("publishes its key, re-keys and cancels what it signed, and changes nothing of its owner's", async () => {
    const wallet = await openWallet();
    const address = await wallet.getAddress();
    await sendBy(wallet, "publishKey", word("key"), stage.anaVault.address, "0x");
    await sendBy(wallet, "rekey", address, word("bundle"));
    await sendBy(wallet, "cancelSigned");
    expect(await eventsOf(address)).to.deep.equal(["KeyPublished", "Rekeyed", "SignedCancelled"]);
    expect(await read(stage.ledger, "encryptionKeyOf", address)).to.equal(word("key"));
    expect(await read(stage.ledger, "vaultAccountOf", address)).to.equal(stage.anaVault.address);
    for (const name of ["encryptionKeyOf", "vaultAccountOf", "epochOf", "generationOf"]) {
      expect(BigInt(await read<string>(stage.ledger, name, stage.sam.address)), name).to.equal(0n);
    }
  });

  it("puts another vault account into office only with the one in office, though a contract sends", async () => {
    const wallet = await openWallet();
    const address = await wallet.getAddress();
    await sendBy(wallet, "publishKey", word("key"), stage.anaVault.address, "0x");
    await expect(
      sendBy(wallet, "publishKey", word("next"), stage.stranger.address, "0x"),
    ).to.be.revertedWithCustomError(stage.ledger, "VaultAccountNeedsItself");
    // What is Sam's own is free: Sam has no vault account yet.
    await send(stage.ledger, stage.sam, "publishKey", word("sam's"), stage.stranger.address, "0x");
    expect(await read(stage.ledger, "vaultAccountOf", address)).to.equal(stage.anaVault.address);
  });

  it("takes its own turn with keys and wishes, and not that of the person who pays", async () => {
    const wallet = await openWallet();
    const address = await wallet.getAddress();
    await sendBy(wallet, "publishKey", word("key"), stage.anaVault.address, "0x");
    await sendBy(wallet, "mute", stage.lena.address, true);
    const turns = (account: string): Promise<bigint[]> =>
      Promise.all([
        read(stage.ledger, "keyTurnOf", account),
        read(stage.ledger, "muteTurnOf", account, stage.lena.address),
      ]);
    const now = await time.latest();
    expect(await turns(address)).to.deep.equal([BigInt(now - 1 + HOUR), BigInt(now + HOUR)]);
    expect(await turns(stage.sam.address)).to.deep.equal([0n, 0n]);
  });

  it("re-keys another's account neither as the wallet nor as the person who pays", async () => {
    const wallet = await openWallet();
    await expect(sendBy(wallet, "rekey", stage.sam.address, word("bundle"))).to.be.revertedWithCustomError(
      stage.ledger,
      "NotSubject",
    );
    expect(await read(stage.ledger, "epochOf", stage.sam.address)).to.equal(0n);
  });
});
