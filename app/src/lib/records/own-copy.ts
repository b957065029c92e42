// The patient's own copy: every record's ciphertext and manifest in one file, so that there is a second holder besides the
// service. Rules: nothing in it is opened; each block is checked on its way out and in; what was erased is not brought back.
import { fetchBlock, missingBlocks, putBlockPatiently } from "#app/service/index.ts";
import { readSettings, saveSettings } from "#app/vault/index.ts";
import { toBytes } from "#protocol/bytes.ts";
import {
  carHeader,
  carPrefix,
  decodeManifest,
  leafSizeOf,
  manifestCid,
  readCar,
  readRoot,
  type Block,
  type Manifest,
} from "#protocol/documents/index.ts";
import { isFailure } from "#protocol/failure.ts";
import { z } from "zod";
import type { ChartRecord } from "./record.ts";
import { readVersions } from "./versions.ts";

const SETTING = "ownCopy";
const keptSchema = z.object({ until: z.number(), at: z.number() });
const AT_ONCE = 64;

/** What the newest copy holds: records that reached the ledger up to `until`, saved `at`. Unix seconds. */
export type KeptCopy = z.infer<typeof keptSchema>;

/** What this vault knows of its owner's copy. */
export function keptCopy(): KeptCopy | undefined {
  return keptSchema.safeParse(readSettings()[SETTING]).data;
}

/** Remembers a copy, on all devices of this vault. */
export async function rememberCopy(copy: KeptCopy): Promise<void> {
  await saveSettings((settings) => ({ ...settings, [SETTING]: copy }));
}

/** A finished copy: the file, what it holds, and how many records could not be had. */
export type OwnCopy = { file: Blob; until: number; lacking: number };

/** Fetches and checks every version of these records. `onDone` is told after each record. Throws Failure. */
export async function makeCopy(
  records: readonly ChartRecord[],
  options: { onDone: (count: number) => void; signal: AbortSignal },
): Promise<OwnCopy> {
  const { onDone, signal } = options;
  const parts: BlobPart[] = [];
  const roots: string[] = [];
  let lacking = 0;
  for (const [at, record] of records.entries()) {
    signal.throwIfAborted();
    const versions = record.version > 1 ? await readVersions(record) : [record];
    try {
      for (const version of versions) {
        const sections = await sectionsOf(version, signal);
        parts.push(...sections);
        roots.push(manifestCid(version.manifest));
      }
    } catch (error) {
      if (!isFailure(error, "not-found")) throw error;
      lacking += 1;
    }
    onDone(at + 1);
  }
  const file = new Blob(roots.length === 0 ? [] : [carHeader(roots), ...parts], { type: "application/vnd.ipld.car" });
  const until = lacking > 0 ? 0 : Math.max(0, ...records.map((record) => record.at));
  return { file, until, lacking };
}

/** A version's blocks as the file has them: the manifest first, so that who reads knows what follows. */
async function sectionsOf(record: ChartRecord, signal: AbortSignal): Promise<BlobPart[]> {
  const cid = manifestCid(record.manifest);
  const manifestBytes = record.manifestBytes ?? toBytes(await fetchBlock(cid, { signal }));
  const { body } = decodeManifest(manifestBytes);
  const sections = [section(cid, manifestBytes)];
  const root = await fetchBlock(body.cid, { signal });
  const { leaves } = await readRoot(body.cid, { bytes: root, leafSize: leafSizeOf(body.chunkSize) });
  sections.push(section(body.cid, root));
  // A blob's bytes may lie on the disk: a large record does not have to fit into the page's memory.
  for (const leaf of leaves) sections.push(section(leaf.cid, await fetchBlock(leaf.cid, { signal })));
  return sections;
}

function section(cid: string, bytes: Uint8Array): Blob {
  return new Blob([carPrefix(cid, bytes.length), toBytes(bytes)]);
}

/** Puts back what the service lacks of a copy. Gives the number of blocks. Throws Failure; what was put stays. */
export async function bringBack(
  file: Blob,
  options: { live: ReadonlySet<string>; onRead: (bytes: number) => void; signal: AbortSignal },
): Promise<number> {
  const { live, onRead, signal } = options;
  const source = {
    size: file.size,
    read: async (start: number, end: number) => new Uint8Array(await file.slice(start, end).arrayBuffer()),
  };
  let wanted = false;
  let put = 0;
  let read = 0;
  let waiting: Block[] = [];
  const putWaiting = async (): Promise<void> => {
    const some = waiting;
    waiting = [];
    if (some.length === 0) return;
    const missing = await missingBlocks(
      some.map(({ cid }) => cid),
      { signal },
    );
    for (const { cid, bytes } of some.filter((block) => missing.has(block.cid))) {
      await putBlockPatiently(cid, toBytes(bytes), { signal });
      put += 1;
    }
  };
  for await (const block of readCar(source)) {
    signal.throwIfAborted();
    const manifest = manifestIn(block);
    if (manifest) wanted = live.has(manifest.document);
    if (wanted) waiting.push(block);
    read += block.bytes.length;
    onRead(read);
    if (waiting.length >= AT_ONCE) await putWaiting();
  }
  await putWaiting();
  return put;
}

function manifestIn({ bytes }: Block): Manifest | undefined {
  // Manifests begin with a brace; of ciphertext one block in 256 does, and then is no JSON.
  if (bytes[0] !== 0x7b) return undefined;
  try {
    return decodeManifest(bytes);
  } catch {
    return undefined;
  }
}
