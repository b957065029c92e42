// A provider's question: who asks whom stands on the ledger, what is asked and why only in a note that this device opened.
import type { Note } from "#protocol/keys/index.ts";
import type { Address, Hex } from "viem";

/** What the note says: categories, purposes, ops, days, reason, name. */
export type RequestNote = Note<"request">;

/** One request to the subject. `at` in unix seconds. */
export type AccessRequest = {
  /** The asking account's head after it asked: names the request for ever. */
  id: Hex;
  grantee: Address;
  subject: Address;
  at: number;
  state: "open" | "granted" | "declined";
  muted: boolean;
  note: RequestNote | undefined;
  /** Why the note is not there. */
  problem: "missing" | "cannot-open" | undefined;
};
