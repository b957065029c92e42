// Accounts that act in crowds: Crowd.sol, compiled and put on the chain. A real person sends one act a transaction; a
// chain of 120,000 acts would take an hour to seed that way.

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { decodeFunctionResult, encodeFunctionData, parseAbi } from "viem";
import type { Address, Hex } from "viem";
import { z } from "zod";
import { ask } from "./rpc.ts";

const require = createRequire(import.meta.url);

const abi = parseAbi([
  "struct Step { uint256 who; address target; bytes call; }",
  "function join(uint256 count)",
  "function perform(Step[] steps)",
  "function list(uint256 from, uint256 to) view returns (address[])",
]);

/** One act of one account of the crowd. */
export type Step = { who: number; target: Address; call: Hex };

/** The data of the transaction that lets some accounts of a crowd act. */
export function perform(steps: readonly Step[]): Hex {
  const args = [steps.map(({ who, target, call }) => ({ who: BigInt(who), target, call }))] as const;
  return encodeFunctionData({ abi, functionName: "perform", args });
}

const compiled = z.object({
  contracts: z.object({
    "Crowd.sol": z.object({ Crowd: z.object({ evm: z.object({ bytecode: z.object({ object: z.string() }) }) }) }),
  }),
});

let compiledOnce: Hex | null = null;

/** Compiles Crowd.sol: about two seconds, once in a process. */
function compile(): Hex {
  if (compiledOnce !== null) return compiledOnce;
  const solc = require("solc") as { compile(input: string): string };
  const input = {
    language: "Solidity",
    sources: { "Crowd.sol": { content: readFileSync(new URL("Crowd.sol", import.meta.url), "utf8") } },
    settings: {
      optimizer: { enabled: true, runs: 1_000 },
      outputSelection: { "*": { Crowd: ["evm.bytecode.object"] } },
    },
  };
  const output = compiled.parse(JSON.parse(solc.compile(JSON.stringify(input))));
  compiledOnce = `0x${output.contracts["Crowd.sol"].Crowd.evm.bytecode.object}`;
  return compiledOnce;
}

/** Sends a transaction of anvil's first account and mines it; throws when it fails. */
export async function sendAndMine(
  rpcUrl: string,
  transaction: { to?: Address; data: Hex },
): Promise<{ contractAddress: Address | null }> {
  const [from] = z.array(z.string()).parse(await ask(rpcUrl, "eth_accounts"));
  const hash = await ask(rpcUrl, "eth_sendTransaction", [{ from, gas: "0x77359400", ...transaction }]);
  await ask(rpcUrl, "evm_mine");
  const receipt = z
    .object({ status: z.string(), contractAddress: z.string().nullish() })
    .parse(await ask(rpcUrl, "eth_getTransactionReceipt", [hash]));
  if (receipt.status !== "0x1") {
    await ask(rpcUrl, "eth_call", [{ from, ...transaction }, "latest"]); // throws with the reason
    throw new Error("A transaction of the crowd failed.");
  }
  return { contractAddress: (receipt.contractAddress ?? null) as Address | null };
}

/** Puts a crowd of `size` accounts on the chain and gives its address and theirs. */
export async function makeCrowd(rpcUrl: string, size: number): Promise<{ address: Address; people: Address[] }> {
  const { contractAddress: address } = await sendAndMine(rpcUrl, { data: compile() });
  if (address === null) throw new Error("The crowd has no address.");
  const people: Address[] = [];
  for (let from = 0; from < size; from += 250) {
    const to = Math.min(size, from + 250);
    await sendAndMine(rpcUrl, {
      to: address,
      data: encodeFunctionData({ abi, functionName: "join", args: [BigInt(to - from)] }),
    });
    const data = encodeFunctionData({ abi, functionName: "list", args: [BigInt(from), BigInt(to)] });
    const result = (await ask(rpcUrl, "eth_call", [{ to: address, data }, "latest"])) as Hex;
    people.push(...decodeFunctionResult({ abi, functionName: "list", data: result }));
  }
  return { address, people };
}
