// Nobody: sends ether here that stays, stops or changes the ledger, or touches what belongs to another.

import { expect } from "chai";
import { artifacts } from "hardhat";
import { consentOf, granted } from "./support/consents.ts";
import { ethers, read, send, setStage, word } from "./support/stage.ts";

describe("Nobody", () => {
  const stage = setStage();

  it("can send ether to either contract, in any call", async () => {
    for (const contract of [stage.ledger, stage.registry]) {
      const to = await contract.getAddress();
      await expect(stage.stranger.sendTransaction({ to, value: 1n })).to.revert(ethers);
      await expect(stage.stranger.sendTransaction({ to, value: 1n, data: "0x12345678" })).to.revert(ethers);
      for (const fragment of contract.interface.fragments) {
        expect((fragment as { payable?: boolean }).payable ?? false).to.equal(false);
      }
    }
  });

  it("owns, pauses or upgrades the ledger: it has no such function, no delegatecall and no selfdestruct", async () => {
    const names: string[] = [];
    stage.ledger.interface.forEachFunction(({ name }) => names.push(name));
    expect(names).to.include("revoke");
    for (const name of names) expect(name).to.not.match(/owner|pause|upgrade|admin|initialize|destroy/i);
    const { deployedBytecode } = await artifacts.readArtifact("Ledger");
    const opcodes = new Set(opcodesOf(deployedBytecode));
    for (const opcode of ["delegatecall", "callcode", "selfdestruct", "create", "create2"]) {
      expect(opcodes.has(opcode), opcode).to.equal(false);
    }
    expect(opcodes.has("staticcall"), "the wallets' and the registry's answers").to.equal(true);
  });

  it("stops a revocation through the registry: revoking asks it nothing, even when it is gone", async () => {
    const draft = await granted(stage, { grantee: stage.clinic.address });
    await ethers.provider.send("hardhat_setCode", [await stage.registry.getAddress(), "0xfe"]);
    await send(stage.ledger, stage.ana, "revoke", draft.grantee, draft.scope);
    expect((await consentOf(stage, draft)) & 0xffn).to.equal(2n);
    await ethers.provider.send("hardhat_setCode", [
      await stage.registry.getAddress(),
      (await artifacts.readArtifact("ProviderRegistry")).deployedBytecode,
    ]);
  });

  it("touches a patient's record, key, document or day by acts of their own", async () => {
    const draft = await granted(stage);
    await send(stage.ledger, stage.ana, "publishKey", word("key"), stage.anaVault.address, "0x");
    await send(stage.ledger, stage.ana, "anchor", word("document"), word("manifest"), 1);
    const see = async (): Promise<unknown[]> => [
      await consentOf(stage, draft),
      await read(stage.ledger, "headOf", stage.ana.address),
      await read(stage.ledger, "encryptionKeyOf", stage.ana.address),
      await read(stage.ledger, "vaultAccountOf", stage.ana.address),
      await read(stage.ledger, "generationOf", stage.ana.address),
      await read(stage.ledger, "epochOf", stage.ana.address),
      await read(stage.ledger, "documentOf", stage.ana.address, word("document")),
    ];
    const before = await see();
    const { stranger, ledger } = stage;
    await send(ledger, stranger, "request", stage.ana.address, word("note"));
    await send(ledger, stranger, "revoke", draft.grantee, draft.scope);
    await send(ledger, stranger, "cancelSigned");
    await send(ledger, stranger, "decline", stage.ana.address, word("request"), word("note"));
    await send(ledger, stranger, "mute", stage.ana.address, true);
    await send(ledger, stranger, "publishKey", word("other"), stage.anaVault.address, "0x");
    await send(ledger, stranger, "rekey", stranger.address, word("bundle"));
    await send(ledger, stranger, "anchor", word("document"), word("other"), 1);
    await send(ledger, stranger, "withdraw", stranger.address, word("document"));
    await send(ledger, stranger, "publishAvailability", 1, 1);
    const booking = [stage.ana.address, stranger.address, word("id"), 30_000, 0, 1, word("details")];
    await send(ledger, stranger, "requestAppointment", booking);
    await send(ledger, stranger, "anchorReceipts", word("root"), 1, 1);
    expect(await see()).to.deep.equal(before);
  });
});

/** The opcodes of runtime code, without the data of pushes and without the metadata at its end. */
function opcodesOf(code: string): string[] {
  const bytes = Buffer.from(code.slice(2), "hex");
  const end = bytes.length - 2 - bytes.readUInt16BE(bytes.length - 2);
  const names: Record<number, string> = {
    0xf0: "create",
    0xf2: "callcode",
    0xf4: "delegatecall",
    0xf5: "create2",
    0xff: "selfdestruct",
    0xfa: "staticcall",
  };
  const found: string[] = [];
  for (let at = 0; at < end; at++) {
    const opcode = bytes[at] ?? 0;
    if (opcode >= 0x60 && opcode <= 0x7f) at += opcode - 0x5f;
    else found.push(names[opcode] ?? "other");
  }
  return found;
}
