// What the peers' acts cost, sent to their own code on the chain that the ledger is measured on. Each act is measured as
// it costs from the second time on, as ours are: counters and first nonces are warmed by an act before.

import { Contract, ContractFactory, type ContractTransactionReceipt, type Signer } from "ethers";
import { Failure } from "#protocol/failure.ts";
import { ethers, START, word, type Stage } from "../../../test/contracts/support/stage.ts";
import type { Compiled } from "./compile.ts";

type Peers = Record<string, Compiled>;

/** Gas by act. */
export type Costs = Record<string, number>;

const none = `0x${"00".repeat(32)}`;
const day = 86_400;

/** Sends an act and says what it cost. */
async function cost(contract: Contract, name: string, ...args: unknown[]): Promise<number> {
  return Number((await send(contract, name, ...args)).gasUsed);
}

async function send(contract: Contract, name: string, ...args: unknown[]): Promise<ContractTransactionReceipt> {
  const receipt = await (await contract.getFunction(name).send(...args)).wait();
  if (receipt === null) throw new Failure("internal", `The chain did not mine ${name}.`);
  return receipt;
}

async function deploy(peers: Peers, name: string, signer: Signer, ...args: unknown[]): Promise<Contract> {
  const peer = peers[name];
  if (peer === undefined) throw new Failure("internal", `${name} was not compiled.`);
  const contract = await new ContractFactory(peer.abi, peer.bytecode, signer).deploy(...args);
  await contract.waitForDeployment();
  return new Contract(await contract.getAddress(), peer.abi, signer);
}

/**
 * EAS: an attestation without resolver that says what a grant says, in as few words as it can: scope, capsule, and one
 * word with ops and the time from when. Until when and whose are EAS's own fields.
 */
export async function measureEas(peers: Peers, stage: Stage): Promise<Costs> {
  const { ana, lena, relayer } = stage;
  const registry = await deploy(peers, "SchemaRegistry", relayer);
  const eas = await deploy(peers, "EAS", ana, await registry.getAddress());
  const fields = "bytes32 scope,uint72 opsAndNotBefore,bytes32 capsule";
  const registered = await send(registry, "register", fields, ethers.ZeroAddress, true);
  const schema = registered.logs[0]?.topics[1];
  const attestation = (name: string): unknown[] => [
    lena.address,
    START + 30 * day,
    true,
    none,
    ethers.AbiCoder.defaultAbiCoder().encode(
      ["bytes32", "uint72", "bytes32"],
      [word(`scope of ${name}`), (1n << 40n) | BigInt(START), word(`capsule of ${name}`)],
    ),
    0,
  ];
  const uidOf = ({ logs }: ContractTransactionReceipt): string => logs[0]?.data ?? none;
  const ten = (name: string): unknown[] => Array.from({ length: 10 }, (_, index) => attestation(`${name} ${index}`));

  await send(eas, "attest", [schema, attestation("zero")]);
  const attested = await send(eas, "attest", [schema, attestation("one")]);
  const costs: Costs = { attest: Number(attested.gasUsed) };
  costs["revoke"] = await cost(eas, "revoke", [schema, [uidOf(attested), 0]]);
  costs["multiAttest10"] = await cost(eas, "multiAttest", [[schema, ten("many")]]);

  const domain = {
    name: "EAS",
    version: "1.4.0",
    chainId: (await ethers.provider.getNetwork()).chainId,
    verifyingContract: await eas.getAddress(),
  };
  const named = (text: string): { type: string; name: string }[] =>
    text.split(",").map((field) => ({ type: field.split(" ")[0] ?? "", name: field.split(" ")[1] ?? "" }));
  const attestType = named(
    "address attester,bytes32 schema,address recipient,uint64 expirationTime,bool revocable,bytes32 refUID,bytes data,uint256 value,uint256 nonce,uint64 deadline",
  );
  const revokeType = named("address revoker,bytes32 schema,bytes32 uid,uint256 value,uint256 nonce,uint64 deadline");
  const deadline = START + 30 * day;
  const byRelayer = eas.connect(relayer) as Contract;
  const sign = async (
    type: Record<string, { type: string; name: string }[]>,
    values: unknown[],
  ): Promise<unknown[]> => {
    const [[primary, list] = ["", []]] = Object.entries(type);
    const message = Object.fromEntries(list.map(({ name }, index) => [name, values[index]]));
    const { v, r, s } = ethers.Signature.from(await ana.signTypedData(domain, { [primary]: list }, message));
    return [v, r, s];
  };
  const attestSigned = async (name: string, nonce: number): Promise<ContractTransactionReceipt> => {
    const data = attestation(name);
    const signature = await sign({ Attest: attestType }, [ana.address, schema, ...data, nonce, deadline]);
    return send(byRelayer, "attestByDelegation", [schema, data, signature, ana.address, deadline]);
  };
  await attestSigned("signed zero", 0);
  const signed = await attestSigned("signed one", 1);
  costs["attestByDelegation"] = Number(signed.gasUsed);
  const signature = await sign({ Revoke: revokeType }, [ana.address, schema, uidOf(signed), 0, 2, deadline]);
  costs["revokeByDelegation"] = await cost(byRelayer, "revokeByDelegation", [
    schema,
    [uidOf(signed), 0],
    signature,
    ana.address,
    deadline,
  ]);
  return costs;
}

/** Solady's TimedRoles: a role with a window in one slot and one log, by the owner only. */
export async function measureSolady(peers: Peers, { ana, lena }: Stage): Promise<Costs> {
  const roles = await deploy(peers, "RolesOfTimedRoles", ana);
  const role = BigInt(word("role"));
  return {
    setTimedRole: await cost(roles, "setTimedRole", lena.address, role, START, START + 30 * day),
    changeTimedRole: await cost(roles, "setTimedRole", lena.address, role, START, START + 60 * day),
    clearTimedRole: await cost(roles, "setTimedRole", lena.address, role, 0, 0),
  };
}

/** OpenZeppelin's AccessManager (roles with a delay, by an admin) and AccessControl (roles without time). */
export async function measureOpenZeppelin(peers: Peers, { ana, lena }: Stage): Promise<Costs> {
  const manager = await deploy(peers, "RolesOfAccessManager", ana);
  const control = await deploy(peers, "RolesOfAccessControl", ana);
  return {
    accessManagerGrantRole: await cost(manager, "grantRole", 7, lena.address, 0),
    accessManagerRevokeRole: await cost(manager, "revokeRole", 7, lena.address),
    accessControlGrantRole: await cost(control, "grantRole", word("role"), lena.address),
    accessControlRevokeRole: await cost(control, "revokeRole", word("role"), lena.address),
  };
}

/** The floor: one new word and one log of a grant's size; and the same where the word was there before. */
export async function measureFloor(peers: Peers, { ana }: Stage): Promise<Costs> {
  const floor = await deploy(peers, "Floor", ana);
  const to = await floor.getAddress();
  const call = async (value: string): Promise<number> => {
    const words = [word("slot"), value, word("Granted"), ana.address, to, word("scope")];
    const data = ethers.concat(words.map((one) => ethers.zeroPadValue(one, 32)));
    return Number((await (await ana.sendTransaction({ to, data })).wait())?.gasUsed);
  };
  return { newSlotAndLog: await call(word("first")), changedSlotAndLog: await call(word("second")) };
}
