// From a folded log to an act with names: the ABI's part of history. Rule: the fold never depends on this; a log that
// the ABI does not know stays in the history as an unknown act.

import type { Address, ContractEventArgsFromTopics, ContractEventName, Hex } from "viem";
import { decodeEventLog } from "viem/utils";
import { ledgerAbi, providerRegistryAbi } from "../contracts/index.ts";
import { createEventDecoder, type DecodedEvent } from "./event-decoder.ts";
import { foldHead, type Fold, type Step } from "./fold.ts";
import type { FaultContract } from "./fault.ts";
import { splitLog, type RawLog, type Stamp } from "./log.ts";

type LedgerEvent = ContractEventName<typeof ledgerAbi>;
type RegistryEvent = ContractEventName<typeof providerRegistryAbi>;

type Place = {
  readonly contract: FaultContract;
  readonly address: Address;
  readonly account: Address;
  /** Its place in the account's history, from 0. */
  readonly index: number;
  readonly stamp: Stamp;
  readonly block: number;
  readonly blockHash: Hex;
  readonly tx: Hex;
  readonly logIndex: number;
  readonly headBefore: Hex;
  readonly headAfter: Hex;
  readonly log: RawLog;
};

/** An act of the ledger or the registry whose meaning is known. `event` is the Solidity event's name. */
export type KnownAct =
  | {
      [Name in LedgerEvent]: Place & {
        readonly known: true;
        readonly event: Name;
        readonly args: ContractEventArgsFromTopics<typeof ledgerAbi, Name>;
      };
    }[LedgerEvent]
  | {
      [Name in RegistryEvent]: Place & {
        readonly known: true;
        readonly event: Name;
        readonly args: ContractEventArgsFromTopics<typeof providerRegistryAbi, Name>;
      };
    }[RegistryEvent];

/** An act that this version does not know by name: it still counts in the fold. */
export type UnknownAct = Place & {
  readonly known: false;
  readonly event: "Unknown";
  readonly args: Readonly<Record<string, never>>;
};

/** An act on the ledger or the registry. */
export type LedgerAct = KnownAct | UnknownAct;

const abis = { ledger: ledgerAbi, providerRegistry: providerRegistryAbi } as const;
const decoders = {
  ledger: createEventDecoder(ledgerAbi),
  providerRegistry: createEventDecoder(providerRegistryAbi),
} as const;

/** Names the words of a folded step. Never throws: what the ABI does not know comes back with known = false. */
export function decodeAct(step: Step, contract: FaultContract): LedgerAct {
  const { log, account, index, stamp, headBefore, headAfter } = step;
  const decoded = decoders[contract](log) ?? decodeAnyhow(log, contract);
  const act = {
    contract,
    address: log.address,
    account,
    index,
    stamp,
    block: Number(log.blockNumber),
    blockHash: log.blockHash,
    tx: log.transactionHash,
    logIndex: log.logIndex,
    headBefore,
    headAfter,
    log,
    known: decoded !== null,
    event: decoded?.eventName ?? "Unknown",
    args: decoded?.args ?? {},
  } satisfies Place & { known: boolean; event: string; args: object };
  return act as unknown as LedgerAct;
}

/** What the quick decoder leaves to the general one; null when the ABI does not know it. */
function decodeAnyhow(log: RawLog, contract: FaultContract): DecodedEvent | null {
  const [signature, ...others] = log.topics;
  try {
    const topics: [signature: Hex, ...args: Hex[]] = [signature ?? "0x", ...others];
    return decodeEventLog({ abi: abis[contract], topics, data: log.data, strict: true }) as unknown as DecodedEvent;
  } catch {
    return null;
  }
}

/** All acts of a fold. */
export function decodeHistory(fold: Fold): LedgerAct[] {
  return fold.steps.map((step) => decodeAct(step, fold.contract));
}

/**
 * One log on its own, where the account's history so far is known. Throws Failure("tampered") when it cannot be an act.
 * The stated head is taken as it is: compare `foldHead(headBefore, log)` with `headAfter` to check it.
 */
export function decodeLog(
  log: RawLog,
  at: { readonly contract: FaultContract; readonly headBefore: Hex; readonly index: number },
): LedgerAct & { readonly genuine: boolean } {
  const { account, head, stamp } = splitLog(log);
  const step = { log, account, index: at.index, headBefore: at.headBefore, headAfter: head, stamp };
  return { ...decodeAct(step, at.contract), genuine: foldHead(at.headBefore, log) === head };
}
