// A wallet that is a contract (ERC-1271), compiled here from the contract tests' own source.

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { createWalletClient, encodeDeployData, http } from "viem";
import type { Abi, Address, Hex } from "viem";
import type { Person, TestChain } from "./chain.ts";

type Output = { contracts: Record<string, Record<string, { abi: Abi; evm: { bytecode: { object: string } } }>> };
type Compiler = { compile(input: string, options: { import(path: string): { contents: string } }): string };

const file = "test/contracts/solidity/TestWallet.sol";
const root = new URL("../../../", import.meta.url);

/** Puts a contract wallet on the chain, owned by `owner`, and gives its address. */
export async function deployContractWallet(chain: TestChain, owner: Person): Promise<Address> {
  const solc = createRequire(import.meta.url)("solc") as Compiler;
  const input = {
    language: "Solidity",
    sources: { [file]: { content: readFileSync(new URL(file, root), "utf8") } },
    settings: { outputSelection: { "*": { TestWallet: ["abi", "evm.bytecode.object"] } } },
  };
  const readImport = (path: string) => ({ contents: readFileSync(new URL(`node_modules/${path}`, root), "utf8") });
  const output = JSON.parse(solc.compile(JSON.stringify(input), { import: readImport })) as Output;
  const compiled = output.contracts[file]?.["TestWallet"];
  if (compiled === undefined) throw new Error(`TestWallet did not compile: ${JSON.stringify(output)}`);
  const bytecode: Hex = `0x${compiled.evm.bytecode.object}`;
  const wallet = createWalletClient({ account: owner, transport: http(chain.rpcUrl) });
  const hash = await wallet.sendTransaction({
    data: encodeDeployData({ abi: compiled.abi, bytecode, args: [owner.address] }),
    chain: null,
  });
  const receipt = await chain.client.waitForTransactionReceipt({ hash });
  if (receipt.contractAddress === null || receipt.contractAddress === undefined)
    throw new Error("The wallet was not deployed.");
  return receipt.contractAddress;
}
