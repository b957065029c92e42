// One record of a patient as their provider's list shows it: what the service knows of it (category, date, author). The
// title is encrypted, and is known only once the record was opened.
import type { Metadata } from "#protocol/documents/index.ts";
import type { Address, Hex } from "viem";

/** A document about a patient. Times in unix seconds. */
export type ChartEntry = {
  subject: Address;
  document: Hex;
  version: number;
  manifest: Hex;
  author: Address;
  /** 1 live, 2 withdrawn, 3 rejected. */
  status: number;
  addedAt: number;
  /** Null for one's own filings that no consent of one's covers. */
  category: string | null;
  /** The epoch of its seal. */
  epoch: number | null;
  /** True when the gateway holds a seal of this version: without one it cannot be opened for anybody. */
  sealed: boolean;
  /** The consents that cover it, as the service says. */
  covered: boolean;
};

/** What this device learnt of records by opening them; forgotten when the vault is locked. */
export type KnownTitles = ReadonlyMap<Hex, Metadata>;

/** Names one version of a document. */
export function versionKey(entry: { document: Hex; version: number }): Hex {
  return `${entry.document}${entry.version}` as Hex;
}
