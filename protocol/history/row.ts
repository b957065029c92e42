// One row of the trail as everybody shows it: service, app, audit command. Rule: a row is made from an act by this
// function alone, so that a row which differs was changed.

import type { Address, Hex } from "viem";
import type { LedgerAct } from "./decode.ts";
import type { FaultContract } from "./fault.ts";
import { authorOf, sidesOf } from "./in-record.ts";

/** An argument in JSON: bigints as decimal strings, addresses checksummed, hex in lower case. */
export type RowValue = string | number | boolean;

/** A row of the trail. */
export type TrailRow = {
  readonly contract: FaultContract;
  readonly address: Address;
  readonly block: number;
  readonly blockHash: Hex;
  /** The block's time, Unix seconds. */
  readonly time: number;
  readonly tx: Hex;
  readonly logIndex: number;
  readonly account: Address;
  /** The act's place in the account's history on this contract, from 0. */
  readonly index: number;
  /** The event's name; "Unknown" when this version does not know it. */
  readonly act: string;
  readonly args: Readonly<Record<string, RowValue>>;
  readonly headBefore: Hex;
  readonly headAfter: Hex;
  readonly topics: readonly Hex[];
  readonly data: Hex;
};

/** Arguments as JSON, without stamp and head, which the row carries itself. */
export function argsToJson(args: object): Record<string, RowValue> {
  const json: Record<string, RowValue> = {};
  const named = args as Record<string, unknown>;
  for (const name in named) {
    if (name === "stamp" || name === "head") continue;
    const value = named[name];
    if (typeof value === "bigint") json[name] = value.toString();
    else if (typeof value === "string" || typeof value === "number" || typeof value === "boolean") json[name] = value;
  }
  return json;
}

/**
 * Adds who is named by the record alone, so that a row tells everybody whom its act concerns. A record that no ledger of ours
 * writes names nobody: a row is made of every act, whatever it says.
 */
function addInRecord(json: Record<string, RowValue>, act: LedgerAct): Record<string, RowValue> {
  try {
    if (act.event === "Filed") json["author"] = authorOf(act.args);
    else if (act.event === "AppointmentConfirmed") Object.assign(json, sidesOf(act.args));
  } catch {
    // As said above.
  }
  return json;
}

/** The row of an act. */
export function actRow(act: LedgerAct): TrailRow {
  return {
    contract: act.contract,
    address: act.address,
    block: act.block,
    blockHash: act.blockHash,
    time: act.stamp.time,
    tx: act.tx,
    logIndex: act.logIndex,
    account: act.account,
    index: act.index,
    act: act.event,
    args: addInRecord(argsToJson(act.args), act),
    headBefore: act.headBefore,
    headAfter: act.headAfter,
    topics: act.log.topics,
    data: act.log.data,
  };
}
