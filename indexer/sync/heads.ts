// The heads of many accounts in one question to the node: a program that is run but never deployed asks the contract for
// each. One eth_call an account would take longer than everything else that a batch needs.

import type { Address, Hex } from "viem";
import { pad, toFunctionSelector } from "viem/utils";
import { Failure } from "#protocol/failure.ts";

/** A JSON-RPC call. */
export type RpcCall = { method: string; params: readonly unknown[] };

/** How many accounts one call asks for: what the program returns must stay below the limit of deployed code (EIP-170). */
const AT_ONCE = 700;

const selector = toFunctionSelector("function headOf(address)").slice(2);

/**
 * Loops over the words behind itself: the contract, then the accounts. PUSH0 and all else here is older than what the
 * contracts themselves need.
 *
 *   00 mstore(0, headOf)            0a codecopy(0x40, 0x43, 32)      11 contract = mload(0x40); at = 0x63
 *   16 while (at < codesize)        1e codecopy(4, at, 32)           24 staticcall(contract, 0, 36) -> memory[at..at+32]
 *   2d or revert (3f)               31 at += 32                      37 return(0x43, at - 0x43)
 *
 * What it returns begins with 32 bytes to skip (zeros first, as a program may not begin with 0xef, EIP-3541).
 */
const program =
  `63${selector}60e01b5f526020604360403960405160635b3881101560375760208160043960208160245f855afa15603f57` +
  "602001601656" +
  "5b604390036043f3" +
  "5b5f5ffd";

/** The call that asks for the heads of up to 700 accounts, as they were at `block` (a number in hex, or a hash as EIP-1898 has it). */
function headsCall({
  contract,
  accounts,
  block,
}: {
  contract: Address;
  accounts: readonly Address[];
  block: Hex | { blockHash: Hex };
}): RpcCall {
  const data = `0x${program}${[contract, ...accounts].map((account) => pad(account).slice(2)).join("")}`;
  return { method: "eth_call", params: [{ data }, block] };
}

/**
 * What `contract` says are the heads of `accounts` at a block, in their order. `request` runs a call and gives its result.
 * @throws {Failure} "unavailable" when the node answers with anything but one word an account
 */
export async function readHeadsAtOnce(
  request: (call: RpcCall) => Promise<unknown>,
  { contract, accounts, block }: { contract: Address; accounts: readonly Address[]; block: Hex | { blockHash: Hex } },
): Promise<Hex[]> {
  const chunks: (readonly Address[])[] = [];
  for (let at = 0; at < accounts.length; at += AT_ONCE) chunks.push(accounts.slice(at, at + AT_ONCE));
  const answers = await Promise.all(
    chunks.map(async (chunk) =>
      readWords(await request(headsCall({ contract, accounts: chunk, block })), chunk.length),
    ),
  );
  return answers.flat();
}

function readWords(answer: unknown, count: number): Hex[] {
  if (typeof answer !== "string" || answer.length !== 2 + 64 * (count + 1) || !/^0x[0-9a-f]*$/i.test(answer)) {
    throw new Failure(
      "unavailable",
      "The node did not tell the heads of accounts. Nothing was stored; it is asked again.",
      {
        reason: "inconsistent-node",
      },
    );
  }
  const words = answer.toLowerCase();
  return Array.from({ length: count }, (_, at): Hex => `0x${words.slice(66 + 64 * at, 130 + 64 * at)}`);
}
