// One document as its subject sees it: what the ledger holds of it, and what this device could open of its manifest.
import type { Metadata } from "#protocol/documents/index.ts";
import { findCategory } from "#protocol/codes/index.ts";
import type { Bytes } from "#protocol/bytes.ts";
import type { Address, Hex } from "viem";
import type { RecordErasure } from "./erasures.ts";

/** Why a record's description is not there. */
export type RecordProblem = "missing" | "cannot-open";

/** A seal that the service's gateway holds: of which version, and under which key. */
export type HeldSeal = { version: number; keyedBy: "category" | "document" };

/** A document of the subject. Times in unix seconds. */
export type ChartRecord = {
  document: Hex;
  version: number;
  /** Digest of the manifest that the ledger holds. */
  manifest: Hex;
  manifestBytes: Bytes | undefined;
  author: Address;
  subject: Address;
  /** 1 live, 2 withdrawn, 3 rejected. */
  status: number;
  at: number;
  metadata: Metadata | undefined;
  problem: RecordProblem | undefined;
  /** True when a seal made by the subject is held: for a filed document, that it was accepted. */
  sealedByOwner: boolean;
  /** True when a seal for consents to this very document is held. */
  sealedSingly: boolean;
  /** Every seal that the service holds of it, older versions' and an author's too. */
  seals: readonly HeldSeal[];
  /** What became of its erasure; undefined where none was asked for. */
  erasure?: RecordErasure | undefined;
};

/** True while the document is part of the chart. */
export function isLive(record: ChartRecord): boolean {
  return record.status === 1;
}

/** Filed by somebody else and not accepted yet. */
export function isNew(record: ChartRecord): boolean {
  return isLive(record) && record.author !== record.subject && !record.sealedByOwner;
}

/** The title, or a word for what could not be opened. */
export function titleOf(record: ChartRecord, unknown: string): string {
  return record.metadata?.title ?? unknown;
}

/** The category's label in the language of the table. */
export function categoryLabel(id: string): string {
  return findCategory(id)?.label ?? id;
}

/** What a person may filter by. Empty strings mean any. */
export type RecordFilter = { text: string; category: string; tag: string; from: string; until: string };

/** Records that fit the filter; words are looked for in title, file name and tags. */
export function filterRecords(records: readonly ChartRecord[], filter: RecordFilter): ChartRecord[] {
  const words = filter.text
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== "");
  return records.filter(({ metadata }) => {
    if (!metadata) return words.length === 0 && !filter.category && !filter.tag && !filter.from && !filter.until;
    const hay = [metadata.title, metadata.fileName, ...metadata.tags].join(" ").toLowerCase();
    return (
      words.every((word) => hay.includes(word)) &&
      (filter.category === "" || metadata.category === filter.category) &&
      (filter.tag === "" || metadata.tags.includes(filter.tag)) &&
      (filter.from === "" || metadata.recordedOn >= filter.from) &&
      (filter.until === "" || metadata.recordedOn <= filter.until)
    );
  });
}

/** The tags in use, in alphabetical order. */
export function tagsOf(records: readonly ChartRecord[]): string[] {
  return [...new Set(records.flatMap((record) => record.metadata?.tags ?? []))].sort((a, b) => a.localeCompare(b));
}

/** The record's day as unix seconds (noon of that day in the device's zone), for showing it as a date. */
export function recordedAt(record: ChartRecord): number {
  const day = record.metadata?.recordedOn;
  return day ? Math.floor(new Date(`${day}T12:00:00`).getTime() / 1000) : record.at;
}
