// One appointment as the ledger stores it, in one word (contracts/types/AppointmentRecord.sol draws the layout).

import { Failure } from "../failure.ts";
import { QUARTER, timeOf } from "./slots.ts";

/** An appointment's record. */
export type AppointmentRecord = {
  /** 0 none, 1 requested, 2 confirmed, 3 cancelled, 4 completed, 5 missed. */
  readonly status: number;
  /** Who asked for the time that stands; the other one confirms. */
  readonly askedBy: "patient" | "provider";
  /** UTC day since 1970. */
  readonly day: number;
  readonly slot: number;
  /** In quarter-hours. */
  readonly length: number;
  readonly version: number;
  /** Unix seconds. */
  readonly changedAt: number;
};

function refuse(): Failure {
  return new Failure("bad-input", "This is not an appointment as the ledger stores it. Nothing was changed.");
}

/** Reads the word that the ledger stores. Throws Failure("bad-input"). */
export function unpackAppointment(word: bigint): AppointmentRecord {
  const read = (at: bigint, size: bigint) => Number((word >> at) & ((1n << size) - 1n));
  const askedBy = read(8n, 8n);
  if (word < 0n || word >> 136n !== 0n || askedBy > 2) throw refuse();
  return {
    status: read(0n, 8n),
    askedBy: askedBy === 2 ? "provider" : "patient",
    day: read(16n, 32n),
    slot: read(48n, 8n),
    length: read(56n, 8n),
    version: read(64n, 32n),
    changedAt: read(96n, 40n),
  };
}

/** The word that the ledger would store for this record. Throws Failure("bad-input") when a field does not fit. */
export function packAppointment(record: AppointmentRecord): bigint {
  const fields: readonly (readonly [number, bigint, bigint])[] = [
    [record.status, 0n, 8n],
    [record.askedBy === "patient" ? 1 : 2, 8n, 8n],
    [record.day, 16n, 32n],
    [record.slot, 48n, 8n],
    [record.length, 56n, 8n],
    [record.version, 64n, 32n],
    [record.changedAt, 96n, 40n],
  ];
  return fields.reduce((word, [value, at, size]) => {
    if (!Number.isSafeInteger(value) || value < 0 || BigInt(value) >> size !== 0n) throw refuse();
    return word | (BigInt(value) << at);
  }, 0n);
}

/** When an appointment begins and ends (Unix seconds; the end is the first second after it). */
export function appointmentTimes(time: { readonly day: number; readonly slot: number; readonly length: number }): {
  start: number;
  end: number;
} {
  const start = timeOf(time.day, time.slot);
  return { start, end: start + time.length * QUARTER };
}
