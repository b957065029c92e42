// The people and contracts that every test of the ledger begins with, and the rule that holds after each of them: the
// heads and the roll that the contracts store equal the fold of their logs.

import type { HardhatEthersSigner } from "@nomicfoundation/hardhat-ethers/types";
import type { Contract, ContractTransactionReceipt, HDNodeWallet, InterfaceAbi, Signer } from "ethers";
import { network } from "hardhat";
import { ledgerAbi } from "#protocol/contracts/index.ts";
import { holdClock } from "./clock.ts";
import { expectWholeHistory } from "./history.ts";

/** One simulated chain for all tests; every test starts from a snapshot of it. */
export const connection = await network.create();
holdClock(connection.provider);
export const { ethers } = connection;
export const { time, loadFixture } = connection.networkHelpers;

/** The time at which every test begins: fixed, so that gas is the same in every run. */
export const START = 2_000_000_000;
export const HOUR = 3_600;
export const DAY = 86_400;

/** Who takes part. All but the vault account have ether. */
export type People = Record<
  | "rosa" // registrar and owner
  | "gateway"
  | "ana" // patient
  | "ben" // patient
  | "lena" // doctor
  | "tomas" // doctor
  | "noor" // laboratory
  | "clinic" // organisation
  | "ines" // auditor
  | "sam" // patient without anything
  | "maya" // doctor, not verified
  | "relayer"
  | "stranger",
  HardhatEthersSigner
>;

export type Stage = People & {
  ledger: Contract;
  registry: Contract;
  /** A key that becomes Ana's vault account; it owns no ether. */
  anaVault: HDNodeWallet;
};

async function buildStage(): Promise<Stage> {
  await time.setNextBlockTimestamp(START);
  const signers = await ethers.getSigners();
  const take = (index: number): HardhatEthersSigner => {
    const signer = signers[index];
    if (signer === undefined) throw new Error("The simulated chain has too few accounts.");
    return signer;
  };
  const registry = await ethers.deployContract("ProviderRegistry", [], take(0));
  const deployed = await ethers.deployContract("Ledger", [await registry.getAddress()], take(0));
  const ledger = new ethers.Contract(await deployed.getAddress(), ledgerAbi as unknown as InterfaceAbi, take(0));
  return {
    rosa: take(0),
    gateway: take(1),
    ana: take(2),
    ben: take(3),
    lena: take(4),
    tomas: take(5),
    noor: take(6),
    clinic: take(7),
    ines: take(8),
    sam: take(9),
    maya: take(10),
    relayer: take(11),
    stranger: take(12),
    ledger,
    registry,
    anaVault: ethers.HDNodeWallet.fromPhrase("test test test test test test test test test test test junk", "", "m/1"),
  };
}

/** A fresh stage outside of a test: what a measurement begins with. */
export async function startStage(): Promise<Stage> {
  return loadFixture(buildStage);
}

/** Gives each test of a suite a fresh stage, and checks the whole history after it. */
export function setStage(): Stage {
  const stage = {} as Stage;
  beforeEach(async () => {
    Object.assign(stage, await loadFixture(buildStage));
  });
  afterEach(async () => {
    await expectWholeHistory(stage.ledger);
    await expectWholeHistory(stage.registry);
  });
  return stage;
}

/** Sends an act and waits until it is mined. */
export async function send(
  contract: Contract,
  sender: Signer,
  name: string,
  ...args: unknown[]
): Promise<ContractTransactionReceipt> {
  const sent = await contract
    .connect(sender)
    .getFunction(name)
    .send(...args);
  const receipt = await sent.wait();
  if (receipt === null) throw new Error("The transaction was not mined.");
  return receipt;
}

/** Reads a view; a single result comes as it is, several as an array. */
export async function read<Result = bigint>(contract: Contract, name: string, ...args: unknown[]): Promise<Result> {
  return (await contract.getFunction(name).staticCall(...args)) as Result;
}

/** A 32-byte word that is the same in every run. */
export function word(text: string): string {
  return ethers.id(text);
}

/** Runs what follows in a block of exactly this time. */
export async function at(timestamp: number): Promise<void> {
  await time.setNextBlockTimestamp(timestamp);
}

/** Mines a block of exactly this time, so that views see it. */
export async function goTo(timestamp: number): Promise<void> {
  await time.increaseTo(timestamp);
}
