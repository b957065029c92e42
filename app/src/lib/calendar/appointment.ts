// One appointment as both parties see it: the ledger's record, and the note that only the two parties can open.
import type { Note } from "#protocol/keys/index.ts";
import type { Address, Hex } from "viem";

/** An appointment. Times in unix seconds. `askedBy`: who asked for the time that stands; the other confirms. */
export type Appointment = {
  id: Hex;
  patient: Address;
  provider: Address;
  status: "requested" | "confirmed" | "cancelled" | "completed" | "missed";
  askedBy: "patient" | "provider";
  start: number;
  end: number;
  /** In quarter-hours. */
  length: number;
  version: number;
  changedAt: number;
  note: Note<"appointment"> | undefined;
};

/** Still to come, or under way. */
export function isAhead(appointment: Appointment, now: number): boolean {
  return (appointment.status === "requested" || appointment.status === "confirmed") && appointment.end > now;
}

/** Waits for the yes of one side, because the other asked for the time that stands. */
export function isProposal(appointment: Appointment, side: "patient" | "provider", now: number): boolean {
  return appointment.status === "requested" && appointment.askedBy !== side && appointment.start > now;
}

/** A request whose time passed without an answer. */
export function isStale(appointment: Appointment, now: number): boolean {
  return appointment.status === "requested" && appointment.start <= now;
}
