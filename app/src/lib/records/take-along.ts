// The records of an account that one moved from, for the one that one has now. The bodies stay where they are: only the
// manifest is written anew, for the new account's key. What has several versions comes as a new document, since the ledger
// counts an account's versions from one.
import type { Uploaded } from "#app/documents/index.ts";
import { putBlock } from "#app/service/index.ts";
import { addDocument, moveManifest, readDocument } from "#app/vault/index.ts";
import { rawCid } from "#protocol/documents/index.ts";
import type { Address, Hex } from "viem";
import { isLive, isNew, type ChartRecord } from "./record.ts";

/** Those that can come along: live, opened, and the person's own or accepted by them. */
export function findMovable(records: readonly ChartRecord[]): ChartRecord[] {
  return records.filter((record) => isLive(record) && !isNew(record) && record.metadata && record.manifestBytes);
}

/** Those among them that are not under the new account yet. */
export function findLeftBehind(old: readonly ChartRecord[], present: readonly ChartRecord[]): ChartRecord[] {
  const ids = new Set(present.map(({ document }) => document));
  const names = new Set(present.map(nameOf));
  return findMovable(old).filter((one) => !ids.has(one.document) && !(one.version > 1 && names.has(nameOf(one))));
}

/** A record by what it says of itself: it has another id under the new account where it had several versions. */
function nameOf({ metadata }: ChartRecord): string {
  const { title, fileName, size, recordedOn, addedAt } = metadata ?? {};
  return JSON.stringify([title, fileName, size, recordedOn, addedAt]);
}

/** Writes each for the new account and stores it: anchoring is next. `subjectKey` is the new account's. */
export async function takeAlong(
  records: readonly ChartRecord[],
  options: { from: Address; to: Address; subjectKey: Hex; onDone: (count: number) => void },
): Promise<Uploaded[]> {
  const { from, to, onDone } = options;
  const uploads: Uploaded[] = [];
  for (const record of records) {
    uploads.push(await (record.version === 1 ? rewrite(record, { from, to }) : copy(record, options)));
    onDone(uploads.length);
  }
  return uploads;
}

async function rewrite(record: ChartRecord, { from, to }: { from: Address; to: Address }): Promise<Uploaded> {
  const manifestBytes = record.manifestBytes ?? new Uint8Array();
  const moved = await moveManifest({ manifestBytes, from, to });
  await putBlock(rawCid(moved.digest), moved.manifestBytes);
  return moved;
}

async function copy(record: ChartRecord, options: { to: Address; subjectKey: Hex }): Promise<Uploaded> {
  const { to, subjectKey } = options;
  const manifestBytes = record.manifestBytes ?? new Uint8Array();
  const { blob: file, metadata } = await readDocument({ manifestBytes, via: "owner" });
  return addDocument({ file, metadata, subject: to, subjectKey, author: to });
}
