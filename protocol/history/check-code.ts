// Whether the code at a deployment's addresses is the one that was published: of the ledger, of its extension, of the
// registry. Rule: code counts only as far as the state proves its hash, and where it does not, the report says so.

import type { Address, Hex } from "viem";
import { keccak256 } from "viem/utils";
import { isFailure } from "../failure.ts";
import { extensionOf, immutablesOf, isBuild, type Builds } from "./code.ts";
import { faultAt, type Fault, type FaultContract } from "./fault.ts";
import type { Header } from "./header.ts";
import type { ChainReader } from "./reader.ts";
import type { DeploymentFacts, Statement } from "./report.ts";
import { proveAccount } from "./trie.ts";

type Options = {
  readonly reader: ChainReader;
  readonly deployment: DeploymentFacts;
  readonly header: Header;
  readonly builds: Builds;
  /** True when the header is of a block that the auditor trusts. */
  readonly trusted: boolean;
};

/** What was found of one contract's code. */
export type CodeCheck = {
  readonly codeHash: Hex;
  readonly extension: { readonly address: Address; readonly codeHash: Hex } | null;
  readonly matches: boolean;
  readonly faults: readonly Fault[];
  readonly statements: readonly Statement[];
};

/** The hash of an account's code as the state proves it: null where the node gives no proofs, "none" without an account. */
async function proveCode({ reader, header }: Options, address: Address): Promise<Hex | "none" | null> {
  try {
    const { accountProof } = await reader.getProof(address, [], Number(header.number));
    return proveAccount({ stateRoot: header.stateRoot, address, proof: accountProof })?.codeHash ?? "none";
  } catch (error) {
    if (isFailure(error, "unavailable")) return null;
    throw error;
  }
}

/**
 * Compares the code of a contract, and that of the ledger's extension, with the published build. `proven` is the
 * contract's code hash as the state proves it; null when it was not proven. Throws Failure("tampered") when a proof does
 * not hold.
 */
export async function checkCode(
  options: Options,
  found: { readonly contract: FaultContract; readonly address: Address; readonly proven: Hex | null },
): Promise<CodeCheck> {
  const { reader, deployment, header, builds, trusted } = options;
  const { contract } = found;
  const faults: Fault[] = [];
  const statements: Statement[] = [];
  const name = contract === "ledger" ? "ledger" : "provider registry";
  const judge = (holds: boolean, text: string, restsOn: Statement["restsOn"], detail: string) => {
    statements.push({ text, restsOn, holds });
    if (!holds) faults.push(faultAt({ kind: "wrong-code", contract, detail }));
  };

  /** Judges one piece of code; hands back its hash. */
  const check = async (
    piece: keyof Builds,
    at: { readonly address: Address; readonly proven: Hex | "none" | null; readonly whose: string },
  ): Promise<Hex> => {
    const code = await reader.getCode(at.address, Number(header.number));
    const codeHash = keccak256(code);
    if (at.proven !== null && at.proven !== codeHash) {
      const detail = `The node gave other code for ${at.address} than its own state proves.`;
      judge(false, `${at.whose} code is the one that the block’s state names.`, "node", detail);
    }
    judge(
      isBuild(code, builds[piece], immutablesOf(piece, deployment)),
      `${at.whose} code is the published build, with this deployment’s own addresses.`,
      trusted && at.proven !== null ? "published build" : "node",
      piece === "ledgerExtension"
        ? `The ledger’s extension at ${at.address} is not the published build.`
        : "It is not the published build.",
    );
    return codeHash;
  };

  const codeHash = await check(contract, { ...found, whose: `The ${name}’s` });
  let extension: CodeCheck["extension"] = null;
  if (contract === "ledger") {
    const address = extensionOf(found.address);
    const proven = found.proven === null ? null : await proveCode(options, address);
    extension = {
      address,
      codeHash: await check("ledgerExtension", { address, proven, whose: "The ledger’s extension’s" }),
    };
  }
  const compareNamed = (piece: keyof Builds, whose: string, hash: Hex) => {
    const named = deployment.buildHashes?.[piece];
    if (named === undefined) return;
    judge(
      named.toLowerCase() === hash,
      `${whose} code is the one that the deployment file names.`,
      "deployment file",
      `The deployment file names ${named}; the chain has ${hash}.`,
    );
  };
  compareNamed(contract, `The ${name}’s`, codeHash);
  if (extension !== null) compareNamed("ledgerExtension", "The ledger’s extension’s", extension.codeHash);
  return { codeHash, extension, matches: statements.every(({ holds }) => holds), faults, statements };
}
