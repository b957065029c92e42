// Uploads that may go on after a break: what each needs is kept on this device, wrapped for the person's own vault.
// Rule: the DEK never stands in clear outside this worker, and which chunks were encrypted under it is on the disk before
// any of their ciphertext leaves.
import type { Address, Hex } from "viem";
import { z } from "zod";
import { forgetAllHere, forgetHere, keepHere, listHere, readHere } from "#app/service/index.ts";
import { fromBase64Url, toBase64Url, wipe, type Bytes } from "#protocol/bytes.ts";
import { canonicalBytes, parseCanonical } from "#protocol/canonical.ts";
import {
  createChunkGuard,
  metadataSchema,
  newDek,
  newDocumentId,
  type ChunkGuard,
  type Metadata,
} from "#protocol/documents/index.ts";
import { Failure } from "#protocol/failure.ts";
import { unwrap, wrap, type WrapContext } from "#protocol/keys/index.ts";
import type { NewRecord, Unfinished, Where } from "../calls.ts";
import { currentPair, openRing, withEachKey } from "./keyring.ts";

/** Files smaller than this begin anew: that is sooner done than asking for the file again. */
export const RESUMABLE_FROM = 16 * 1_048_576;
const INDEX_DIGITS = 8;
const MAX_BYTES = 400_000;

const hex = z.string().regex(/^0x[0-9a-f]{64}$/);
const storedSchema = z.object({ document: hex, box: z.instanceof(Uint8Array) });
const contentSchema = z.strictObject({
  dek: z.string().length(43),
  document: hex,
  version: z.int().min(1),
  subject: z.string().regex(/^0x[0-9a-fA-F]{40}$/),
  metadata: metadataSchema,
  lastModified: z.int(),
});
type Content = z.infer<typeof contentSchema>;

/** What encrypting under a DEK that may be used again needs. */
export type OpenUpload = { document: Hex; version: number; metadata: Metadata; dek: Bytes; guard: ChunkGuard };

const nameOf = (document: string): string => `${openRing().vault.account}|${document}`;

function contextOf(place: Where, document: string): WrapContext {
  const { account } = openRing().vault;
  return { ...place, kind: "upload", subject: account as Address, recipient: account as Address, ref: document as Hex };
}

function open(stored: unknown, place: Where): Content {
  const { document, box } = storedSchema.parse(stored);
  const bytes = withEachKey((secretKey) => unwrap(contextOf(place, document), { secretKey, box }));
  try {
    return parseCanonical(bytes, contentSchema, { maxBytes: MAX_BYTES, what: "upload" });
  } finally {
    wipe(bytes);
  }
}

/** 32 bytes a chunk, zeros where none was recorded: as `createChunkGuard` reads them. */
async function readFingerprints(document: string): Promise<Bytes> {
  const rows = z
    .array(z.object({ index: z.int().min(0).max(1_000_000), fingerprint: z.instanceof(Uint8Array) }))
    .parse(await listHere("upload-chunks", `${nameOf(document)}|`));
  const known = new Uint8Array(32 * (1 + Math.max(-1, ...rows.map(({ index }) => index))));
  for (const { index, fingerprint } of rows) known.set(fingerprint.subarray(0, 32), index * 32);
  return known;
}

async function guardOf(document: string, dek: Bytes): Promise<ChunkGuard> {
  return createChunkGuard({
    dek,
    known: await readFingerprints(document),
    record: (index, fingerprint) =>
      keepHere("upload-chunks", `${nameOf(document)}|${String(index).padStart(INDEX_DIGITS, "0")}`, {
        index,
        fingerprint,
      }),
  });
}

/** Begins an upload that can be gone on with. Throws Failure("unavailable") where this browser keeps nothing. */
export async function beginUpload(record: NewRecord, place: Where): Promise<OpenUpload> {
  const { metadata, subject, document = newDocumentId(), version = 1, file } = record;
  const dek = newDek();
  const lastModified = file instanceof File ? file.lastModified : 0;
  const bytes = canonicalBytes({ dek: toBase64Url(dek), document, version, subject, metadata, lastModified });
  const box = wrap(contextOf(place, document), { recipientKey: currentPair().publicKey, bytes, padTo: 4096 });
  wipe(bytes);
  await keepHere("uploads", nameOf(document), { document, box });
  return { document, version, metadata, dek, guard: await guardOf(document, dek) };
}

/** Goes on with an upload. Throws Failure("not-found"), and "conflict" for a file of another size than the one begun with. */
export async function resumeUpload(
  id: Hex,
  options: { place: Where; file: Blob; subject: Address },
): Promise<OpenUpload> {
  const stored = await readHere("uploads", nameOf(id));
  if (stored === undefined) {
    throw new Failure("not-found", "This upload is not known on this device any more. Choose the file anew.");
  }
  const { dek: text, document, version, metadata, subject } = open(stored, options.place);
  if (subject.toLowerCase() !== options.subject.toLowerCase()) {
    throw new Failure("conflict", "This upload was begun for another person's records. Nothing of it was sent.");
  }
  if (options.file.size !== metadata.size) {
    throw new Failure("conflict", "This is not the file that the upload was begun with. Choose the same file.", {
      reason: "file-changed",
    });
  }
  const dek = fromBase64Url(text, 32);
  return { document: document as Hex, version, metadata, dek, guard: await guardOf(document, dek) };
}

/** Runs what works on an upload, in one tab at a time: two would not see each other's records. Throws Failure("conflict"). */
export async function holdUpload<T>(document: Hex, run: () => Promise<T>): Promise<T> {
  return navigator.locks.request(`placet.upload|${document}`, { ifAvailable: true }, (lock) => {
    if (lock) return run();
    throw new Failure("conflict", "This upload goes on in another tab already. Nothing was lost. Look there.");
  }) as Promise<T>;
}

/** What broke off on this device and could go on, for this person. What no key of theirs opens is not theirs. */
export async function listUploads(place: Where): Promise<Unfinished[]> {
  const found: Unfinished[] = [];
  for (const stored of await listHere("uploads", `${openRing().vault.account}|`)) {
    try {
      const { document, version, subject, metadata, lastModified } = open(stored, place);
      const chunks = (await readFingerprints(document)).length / 32;
      found.push({ upload: document as Hex, version, subject: subject as Address, metadata, lastModified, chunks });
    } catch (error) {
      if (!(error instanceof Failure || error instanceof z.ZodError)) throw error;
    }
  }
  return found;
}

/** Forgets an upload: it is done, or nobody wants it any more. Its DEK is gone, and what was stored is noise. */
export async function dropUpload(document: Hex): Promise<void> {
  const name = nameOf(document);
  await forgetHere("uploads", name);
  await forgetAllHere("upload-chunks", `${name}|`);
}
