// The check between storing and the ledger. Rule: nothing is anchored of which a block is not there. The service reads and
// hashes each block again; a document of up to 64 MiB is read back whole, decrypted and compared with the file, and of a
// larger one a sample that nobody can foresee.
import { fetchBlock, missingBlocks } from "#app/service/index.ts";
import { equalBytes, letGo } from "#protocol/bytes.ts";
import {
  layoutOf,
  leafSizeOf,
  openBody,
  openDocument,
  rawCid,
  readRoot,
  type EncryptedDocument,
} from "#protocol/documents/index.ts";
import { Failure } from "#protocol/failure.ts";

/** Up to this many bytes everything is read back. */
const READ_BACK = 64 * 1_048_576;
/** Chunks that are read back of a larger document. A host that lost one in fifty is found out in half of all uploads. */
const SAMPLE = 32;
const ASKED = 64;

function notThere(): Failure {
  return new Failure("unavailable", "Part of the file did not arrive. Nothing was added to your records. Try again.", {
    reason: "not-stored",
  });
}

/** The chunks to read back: all, or the first, the last and others at random. */
function chooseChunks(chunks: number, size: number): number[] {
  if (size <= READ_BACK) return Array.from({ length: chunks }, (_, index) => index);
  const chosen = new Set([0, chunks - 1]);
  while (chosen.size < Math.min(SAMPLE, chunks)) {
    chosen.add((crypto.getRandomValues(new Uint32Array(1))[0] ?? 0) % chunks);
  }
  return [...chosen].sort((a, b) => a - b);
}

/** Throws Failure("unavailable", reason "not-stored") where a block is missing, "tampered" where one is not the file's. */
export async function checkStored(
  made: EncryptedDocument,
  options: { file: Blob; onChecked(done: number, total: number): void; signal: AbortSignal },
): Promise<void> {
  const { manifest, digest, dek } = made;
  const { file, onChecked, signal } = options;
  const { cid, chunkSize } = manifest.body;
  const fetch = (wanted: string) => fetchBlock(wanted, { signal });
  const { leaves } = await readRoot(cid, { bytes: await fetch(cid), leafSize: leafSizeOf(chunkSize) });
  const layout = layoutOf(file.size, chunkSize);
  const chosen = chooseChunks(layout.chunks, file.size);
  const total = leaves.length + chosen.length;
  let done = 0;

  const cids = [rawCid(digest), cid, ...leaves.map((leaf) => leaf.cid)];
  for (let at = 0; at < cids.length; at += ASKED) {
    const missing = await missingBlocks(cids.slice(at, at + ASKED), { check: true, signal });
    if (missing.size > 0) throw notThere();
    onChecked((done = Math.min(leaves.length, at + ASKED)), total);
  }

  const body = openBody(openDocument(manifest, dek), { fetchBlock: fetch, owned: true });
  for (const index of chosen) {
    signal.throwIfAborted();
    const start = Math.min(file.size, index * layout.plainChunk);
    const end = Math.min(file.size, start + layout.plainChunk);
    const [stored, sent] = await Promise.all([body.read(start, end), file.slice(start, end).arrayBuffer()]);
    if (!equalBytes(stored, new Uint8Array(sent))) {
      throw new Failure(
        "tampered",
        "What was stored is not the file that you chose. Nothing was added to your records. Try again.",
        { reason: "differs" },
      );
    }
    letGo(stored);
    letGo(new Uint8Array(sent));
    onChecked((done += 1), total);
  }
}
