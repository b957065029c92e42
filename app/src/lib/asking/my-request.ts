// A request that the signed-in person made: who was asked stands on the ledger, what was asked and why in a note that
// both parties can open, and so does the reason of a no.
import type { Note } from "#protocol/keys/index.ts";
import type { Address, Hex } from "viem";

/** One request of one's own. `at` in unix seconds. */
export type MyRequest = {
  /** The asking account's head after it asked: names the request for ever. */
  id: Hex;
  subject: Address;
  at: number;
  state: "open" | "granted" | "declined";
  /** What was asked; undefined when the note cannot be had or opened. */
  note: Note<"request"> | undefined;
  /** Why it was declined, in the patient's words; undefined when they gave none. */
  reason: string | undefined;
};
