// Where the contracts keep heads and roll, and reading them with or without proof. Rule: the slots repeat the compiler's
// storage layout of contracts/modules/History.sol (a test holds them equal); a proven word needs nobody's word.

import type { Address, Hex } from "viem";
import { encodeAbiParameters, encodeFunctionData, keccak256, pad, toHex } from "viem/utils";
import { ledgerAbi } from "../contracts/index.ts";
import { Failure, isFailure } from "../failure.ts";
import type { Header } from "./header.ts";
import type { ChainReader } from "./reader.ts";
import { proveAccount, proveSlot } from "./trie.ts";

/** Slot of `mapping(address => bytes32) _heads`; the same in both contracts. */
export const HEADS_SLOT = 0n;
/** Slot of `roll`. */
export const ROLL_SLOT = 1n;

const rollSlot = toHex(ROLL_SLOT, { size: 32 });

/** The storage slot of an account's head. */
export function headSlot(account: Address): Hex {
  return keccak256(encodeAbiParameters([{ type: "address" }, { type: "uint256" }], [account, HEADS_SLOT]));
}

/** What a contract stores at a block. */
export type Stored = {
  readonly roll: Hex;
  readonly heads: ReadonlyMap<Address, Hex>;
  /** keccak256 of the code; null when it was not proven. */
  readonly codeHash: Hex | null;
  /** "proof": checked against the block's state root. "call": the node's word. */
  readonly how: "proof" | "call";
};

const slotsPerProof = 64;

async function readProven(
  reader: ChainReader,
  at: { readonly contract: Address; readonly header: Header; readonly accounts: readonly Address[] },
): Promise<Stored> {
  const heads = new Map<Address, Hex>();
  let roll: Hex = pad("0x", { size: 32 });
  let codeHash: Hex | null = null;
  for (let from = 0; from === 0 || from < at.accounts.length; from += slotsPerProof) {
    const accounts = at.accounts.slice(from, from + slotsPerProof);
    const slots = [rollSlot, ...accounts.map(headSlot)];
    const raw = await reader.getProof(at.contract, slots, Number(at.header.number));
    const account = proveAccount({ stateRoot: at.header.stateRoot, address: at.contract, proof: raw.accountProof });
    if (account === null) {
      throw new Failure(
        "not-found",
        `There is no contract at ${at.contract} in block ${at.header.number}. Check the deployment file.`,
        {
          reason: "no-contract",
        },
      );
    }
    codeHash = account.codeHash;
    const words = slots.map((slot, index) =>
      proveSlot({ storageRoot: account.storageRoot, slot, proof: raw.storageProof[index]?.proof ?? [] }),
    );
    roll = words[0] ?? roll;
    accounts.forEach((name, index) => heads.set(name, words[index + 1] ?? pad("0x", { size: 32 })));
  }
  return { roll, heads, codeHash, how: "proof" };
}

async function readCalled(
  reader: ChainReader,
  at: { readonly contract: Address; readonly block: number; readonly accounts: readonly Address[] },
): Promise<Stored> {
  const roll = await reader.call(
    { to: at.contract, data: encodeFunctionData({ abi: ledgerAbi, functionName: "roll" }) },
    at.block,
  );
  const heads = new Map<Address, Hex>();
  for (const account of at.accounts) {
    const data = encodeFunctionData({ abi: ledgerAbi, functionName: "headOf", args: [account] });
    heads.set(account, await reader.call({ to: at.contract, data }, at.block));
  }
  return { roll, heads, codeHash: null, how: "call" };
}

/**
 * Roll and heads as a contract stores them at a block: by proof where the node gives proofs, otherwise by asking. Throws
 * Failure("tampered") when a proof does not hold.
 */
export async function readStored(
  reader: ChainReader,
  at: { readonly contract: Address; readonly header: Header; readonly accounts: readonly Address[] },
): Promise<Stored> {
  try {
    return await readProven(reader, at);
  } catch (error) {
    if (!isFailure(error, "unavailable")) throw error;
    return readCalled(reader, { ...at, block: Number(at.header.number) });
  }
}

/** Roll and one head at an earlier block, by the node's word; null when the node no longer has that state. */
export async function readEarlier(
  reader: ChainReader,
  at: { readonly contract: Address; readonly block: number; readonly account: Address | null },
): Promise<{ readonly roll: Hex; readonly head: Hex | null } | null> {
  try {
    const stored = await readCalled(reader, { ...at, accounts: at.account === null ? [] : [at.account] });
    return { roll: stored.roll, head: at.account === null ? null : (stored.heads.get(at.account) ?? null) };
  } catch (error) {
    if (isFailure(error)) return null;
    throw error;
  }
}
