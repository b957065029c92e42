// What an event leaves to its record to say: who filed a document, and which side of an appointment is which. Rule: it is
// read out of the record that the ledger logged, never from elsewhere.

import type { Address } from "viem";
import { unpackAppointment } from "../appointments/index.ts";
import { unpackDocument } from "./document-record.ts";

/** Who filed the document: the record's author. */
export function authorOf(args: { readonly record: bigint }): Address {
  return unpackDocument(args.record).author;
}

/** Patient and provider of an appointment that was confirmed: whoever did not ask confirms. */
export function sidesOf(args: { readonly account: Address; readonly other: Address; readonly record: bigint }): {
  readonly patient: Address;
  readonly provider: Address;
} {
  const { account, other, record } = args;
  const byProvider = unpackAppointment(record).askedBy === "patient";
  return byProvider ? { patient: other, provider: account } : { patient: account, provider: other };
}
