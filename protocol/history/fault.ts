// What can be wrong with a history, and the sentence that says so and where. Rule: a fault names account, index, block
// and transaction as far as they are known, and claims no more than what was proven.

import type { Address, Hex } from "viem";
import type { RawLog } from "./log.ts";

/** Which of the two contracts a history belongs to. */
export type FaultContract = "ledger" | "providerRegistry";

/** The kinds of faults. */
export type FaultKind =
  | "altered" // an act's words do not lead to its head: it was changed, or the act before it is missing
  | "missing" // acts that the contract has are not among those shown
  | "added" // an act that the account's history goes past
  | "reordered" // an act stands at another place than where it happened
  | "re-timed" // an act is shown in another block than the one that it names
  | "unreadable" // a log that cannot be an act
  | "missing-account" // an account that acted is not shown at all
  | "head-differs" // the account's acts do not lead to the head that the contract stores
  | "roll-differs" // the accounts do not lead to the roll that the contract stores
  | "wrong-code" // the contract's code is not the one that was published
  | "wrong-chain"; // not the chain that the deployment names

/** One thing that is wrong. */
export type Fault = {
  readonly kind: FaultKind;
  readonly contract: FaultContract;
  readonly account: Address | null;
  /** The act's place in the account's history, from 0. */
  readonly index: number | null;
  readonly block: number | null;
  readonly tx: Hex | null;
  readonly logIndex: number | null;
  /** A sentence for the person who reads the report. */
  readonly message: string;
};

const sentences: Record<FaultKind, string> = {
  altered:
    "does not follow from what is shown before it: it was altered, or the act before it was altered or is missing",
  missing: "is missing",
  added: "never happened: the account's history goes past it",
  reordered: "stands at another place than where it happened",
  "re-timed": "is shown in another block than the one that it happened in",
  unreadable: "cannot be read as an act",
  "missing-account": "is missing with all its acts",
  "head-differs": "do not lead to the head that the contract stores: acts are missing, added or altered",
  "roll-differs": "do not lead to the roll that the contract stores: an account is missing, added or out of order",
  "wrong-code": "does not have the code that was published",
  "wrong-chain": "is not on the chain that the deployment names",
};

const names: Record<FaultContract, string> = { ledger: "the ledger", providerRegistry: "the provider registry" };

/** Makes a fault, with its sentence. */
export function faultAt(found: {
  readonly kind: FaultKind;
  readonly contract: FaultContract;
  readonly account?: Address;
  readonly index?: number;
  readonly log?: RawLog;
  readonly block?: number;
  /** Added to the sentence. */
  readonly detail?: string;
}): Fault {
  const { kind, contract, account, index, log } = found;
  const block = found.block ?? (log === undefined ? undefined : Number(log.blockNumber));
  const where = names[contract];
  const what =
    kind === "wrong-code" || kind === "wrong-chain"
      ? where
      : kind === "roll-differs"
        ? `The accounts of ${where}`
        : kind === "head-differs"
          ? `The acts of ${account ?? "an account"} on ${where}`
          : kind === "missing-account"
            ? `${account ?? "An account"} on ${where}`
            : `Act ${index ?? "?"} of ${account ?? "an unknown account"} on ${where}`;
  const place =
    block === undefined
      ? ""
      : log === undefined
        ? ` (block ${block})`
        : ` (block ${block}, transaction ${log.transactionHash}, log ${log.logIndex})`;
  const sentence = `${what} ${sentences[kind]}${place}.`;
  return {
    kind,
    contract,
    account: account ?? null,
    index: index ?? null,
    block: block ?? null,
    tx: log?.transactionHash ?? null,
    logIndex: log?.logIndex ?? null,
    message: `${sentence.charAt(0).toUpperCase()}${sentence.slice(1)}${found.detail === undefined ? "" : ` ${found.detail}`}`,
  };
}
