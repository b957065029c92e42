// Nobody: sends ether here that stays, stops or changes the ledger, or touches what belongs to another.

import { readFile } from "node:fs/promises";
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

  it("owns, pauses or upgrades the ledger: it has no such function, and runs no code but its own two halves", async () => {
    const names: string[] = [];
    stage.ledger.interface.forEachFunction(({ name }) => names.push(name));
    expect(names).to.include("revoke").and.to.include("relayEach");
    for (const name of names) expect(name).to.not.match(/owner|pause|upgrade|admin|initialize|destroy|set[A-Z]/i);
    // One delegatecall each: the ledger's to its extension, which is written into its code, and the extension's to the
    // address that it works for, which is the ledger (relayEach).
    for (const name of ["Ledger", "LedgerExtension"]) {
      const opcodes = opcodesOf((await artifacts.readArtifact(name)).deployedBytecode);
      expect(opcodes.filter((opcode) => opcode === "delegatecall").length, name).to.equal(1);
      for (const opcode of ["call", "callcode", "selfdestruct", "create", "create2"]) {
        expect(opcodes.includes(opcode), `${name}: ${opcode}`).to.equal(false);
      }
      expect(opcodes.includes("staticcall"), "the wallets' and the registry's answers").to.equal(true);
    }
  });

  it("reaches the ledger's storage by calling its extension directly", async () => {
    const extension = await read<string>(stage.ledger, "extension");
    const direct = stage.ledger.attach(extension) as typeof stage.ledger;
    const draft = await granted(stage);
    const before = [await read(stage.ledger, "roll"), await consentOf(stage, draft)];
    await send(direct, stage.ana, "rekey", stage.ana.address, word("bundle"));
    await send(direct, stage.ana, "anchorMany", [[word("document"), word("manifest"), 1]]);
    expect([await read(stage.ledger, "roll"), await consentOf(stage, draft)]).to.deep.equal(before);
    expect(await read(stage.ledger, "documentOf", stage.ana.address, word("document"))).to.equal(0n);
    expect(await read(stage.ledger, "epochOf", stage.ana.address)).to.equal(0n);
  });

  it("finds the two halves of the ledger's code at odds about where things are kept", async () => {
    const layouts = await Promise.all(["Ledger", "LedgerExtension"].map(layoutOf));
    expect(layouts[0]?.length).to.be.greaterThan(5);
    expect(layouts[1]).to.deep.equal(layouts[0]);
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

/** Every variable of a contract with its place in storage, as the compiler tells it. */
async function layoutOf(contract: string): Promise<string[]> {
  const id = await artifacts.getBuildInfoId(contract);
  const path = id === undefined ? undefined : await artifacts.getBuildInfoOutputPath(id);
  if (path === undefined) throw new Error(`${contract} has not been compiled.`);
  type Output = {
    output: {
      contracts: Record<
        string,
        Record<string, { storageLayout: { storage: { label: string; slot: string; offset: number; type: string }[] } }>
      >;
    };
  };
  const { output } = JSON.parse(await readFile(path, "utf8")) as Output;
  const found = Object.entries(output.contracts).find(([source]) => source.endsWith(`contracts/${contract}.sol`));
  const { storage } = found?.[1][contract]?.storageLayout ?? { storage: [] };
  return storage.map(({ label, slot, offset, type }) => `${label} ${slot} ${offset} ${type.replace(/\)\d+_/g, ")_")}`);
}

/** The opcodes of runtime code, without the data of pushes and without the metadata at its end. */
function opcodesOf(code: string): string[] {
  const bytes = Buffer.from(code.slice(2), "hex");
  const end = bytes.length - 2 - bytes.readUInt16BE(bytes.length - 2);
  const names: Record<number, string> = {
    0xf0: "create",
    0xf1: "call",
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
