// What an audit found, and on whose word each statement rests. Rule: a statement never claims more than its basis.

import type { Address, Hex } from "viem";
import type { LedgerAct } from "./decode.ts";
import type { Fault, FaultContract } from "./fault.ts";
import type { LedgerState } from "./state.ts";

/** Where the contracts are; deployment.json holds it. */
export type DeploymentFacts = {
  readonly chainId: number;
  readonly genesisHash: Hex;
  readonly ledger: Address;
  readonly providerRegistry: Address;
  /** No act is older than this block. */
  readonly deployedAtBlock: number;
  /** Code hashes that the deployment names. */
  readonly buildHashes?:
    { readonly ledger: Hex; readonly ledgerExtension?: Hex | undefined; readonly providerRegistry: Hex } | undefined;
};

/** What a statement rests on. */
export type Basis =
  | "trusted block" // proven against the block hash that the auditor gave
  | "node" // as the node tells it
  | "deployment file"
  | "published build"
  | "service"
  | "signatures"
  | "openings"; // words given by the subject, each checked against its scope

/** One thing that the audit states. */
export type Statement = { readonly text: string; readonly restsOn: Basis; readonly holds: boolean };

/** One contract's part. */
export type ContractReport = {
  readonly name: FaultContract;
  readonly address: Address;
  readonly codeHash: Hex;
  /** True when the code, and that of the extension, is the published build of this deployment. */
  readonly codeMatches: boolean;
  /** Where the second half of the ledger's code is; null for the registry, which has none. */
  readonly extension: { readonly address: Address; readonly codeHash: Hex } | null;
  readonly accounts: number;
  readonly acts: number;
  readonly roll: Hex;
  /** How roll and heads were read. */
  readonly read: "proof" | "call";
};

/** One account's history on one contract. */
export type AccountReport = {
  readonly contract: FaultContract;
  readonly account: Address;
  readonly acts: number;
  readonly head: Hex;
  readonly genuine: boolean;
};

/** All that an audit of the ledger found. */
export type AuditReport = {
  /** True when every act is there, unaltered, in order and in time, and the contracts are the right ones. */
  readonly genuine: boolean;
  readonly chainId: number;
  readonly block: { readonly number: number; readonly hash: Hex; readonly time: number; readonly trusted: boolean };
  readonly contracts: readonly ContractReport[];
  readonly accounts: readonly AccountReport[];
  readonly faults: readonly Fault[];
  readonly statements: readonly Statement[];
  readonly acts: readonly LedgerAct[];
  readonly state: LedgerState;
};
