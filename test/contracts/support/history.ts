// The fold of DESIGN in its plainest form, written for the tests alone: the contract's own code and protocol/history
// are both held against it.

import { expect } from "chai";
import type { Contract, Log } from "ethers";
import { concat, dataLength, dataSlice, getAddress, keccak256, zeroPadValue, ZeroHash } from "ethers";

/** What a fold of logs ends in. */
export type Folded = { heads: Map<string, string>; roll: string };

/** Folds logs in the order of the chain: head' = keccak256(head ‖ topics ‖ data without its last word). */
export function foldLogs(logs: readonly Pick<Log, "topics" | "data">[]): Folded {
  const heads = new Map<string, string>();
  let roll = ZeroHash;
  for (const log of logs) {
    if (dataLength(log.data) === 0) continue; // OpenZeppelin's own events of ownership are no acts
    const account = getAddress(dataSlice(log.topics[1] ?? "0x", 12));
    const before = heads.get(account);
    if (before === undefined) roll = keccak256(concat([roll, zeroPadValue(account, 32)]));
    const head = keccak256(concat([before ?? ZeroHash, ...log.topics, dataSlice(log.data, 0, -32)]));
    expect(dataSlice(log.data, -32), "the head in the log").to.equal(head);
    heads.set(account, head);
  }
  return { heads, roll };
}

/** All logs of a contract, in order. */
export async function logsOf(contract: Contract): Promise<Log[]> {
  const provider = contract.runner?.provider;
  if (!provider) throw new Error("The contract is not connected to a chain.");
  return provider.getLogs({ address: await contract.getAddress(), fromBlock: 0 });
}

/**
 * Every log folds to the head and the roll that the contract stores, decodes by the contract's own interface to exactly
 * its bytes, and carries the time and number of its block.
 */
export async function expectWholeHistory(contract: Contract): Promise<void> {
  const logs = await logsOf(contract);
  const { heads, roll } = foldLogs(logs);
  for (const [account, head] of heads) {
    expect(await contract.getFunction("headOf").staticCall(account)).to.equal(head);
  }
  expect(await contract.getFunction("roll").staticCall()).to.equal(roll);
  for (const log of logs) {
    const event = contract.interface.parseLog(log);
    if (event === null) throw new Error(`An event of topic ${log.topics[0]} is not in the interface.`);
    const again = contract.interface.encodeEventLog(event.fragment, [...event.args]);
    expect({ topics: again.topics, data: again.data }).to.deep.equal({ topics: [...log.topics], data: log.data });
    if (dataLength(log.data) === 0) continue;
    const block = await log.getBlock();
    expect(event.args.getValue("stamp")).to.equal((BigInt(block.timestamp) << 64n) | BigInt(block.number));
  }
}
