// What granting needs to know of a document. The page that composes the screens fills it in from the records.
import type { Hex } from "viem";

/** A document that a consent can open. */
export type GrantableDocument = {
  document: Hex;
  title: string;
  category: string;
  categoryLabel: string;
  /** "YYYY-MM-DD". */
  recordedOn: string;
  /** The date in words. */
  when: string;
};
