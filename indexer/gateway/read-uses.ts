// Which blocks the documents in people's records use: read from their manifests and bodies on this node. Rule: before
// blocks are destroyed, every manifest of such a document that is here has been read, whoever put it and whichever way.

import type { Hex } from "viem";
import { decodeManifest, manifestCid, readRoot, type Manifest } from "#protocol/documents/index.ts";
import { isFailure } from "#protocol/failure.ts";
import type { Foundation } from "../service.ts";
import { listIncomplete, listUnread, writeReading, type ManifestReading } from "../store/block-uses.ts";

const AT_A_TIME = 200;
/** What is not here may come by a way that this service does not see, such as another IPFS node. */
const LOOK_AGAIN_SECONDS = 600;
const MAX_LEAF = 1_048_576;

type Parts = Pick<Foundation, "database" | "ipfs" | "now">;

/** Reads manifests that were never read; false when `isOver` said so before all of them were. It goes on at the next call. */
export async function readUses(parts: Parts, isOver: () => boolean): Promise<boolean> {
  const { database, now } = parts;
  for (;;) {
    const unread = await listUnread(database, AT_A_TIME);
    if (unread.length === 0) break;
    for (const manifest of unread) {
      if (isOver()) return false;
      await keep(parts, manifest);
    }
  }
  const waiting = await listIncomplete(database, { until: now() - LOOK_AGAIN_SECONDS, limit: AT_A_TIME });
  for (const manifest of waiting) if (!isOver()) await keep(parts, manifest);
  return true;
}

async function keep({ database, ipfs, now }: Parts, manifest: Hex): Promise<void> {
  const reading = await read(ipfs, manifest);
  const at = now();
  await database.transaction((tx) => writeReading(tx, { ...reading, at }));
}

async function read(ipfs: Foundation["ipfs"], manifest: Hex): Promise<ManifestReading> {
  const bytes = await fetchHeld(ipfs, manifestCid(manifest));
  if (bytes === null) return { manifest, body: null, leaves: [], complete: false };
  let named: Manifest;
  try {
    named = decodeManifest(bytes);
  } catch {
    // No manifest at all: it uses nothing, and never will.
    return { manifest, body: null, leaves: [], complete: true };
  }
  const leaves = await leavesOf(ipfs, named);
  return { manifest, body: named.body.cid, leaves: leaves ?? [], complete: leaves !== null };
}

/**
 * The leaves of a manifest's body, each once; none where the body is of a kind that nobody can open, null where it is not
 * held here. Throws Failure("unavailable") when the IPFS node does not answer.
 */
export async function leavesOf(ipfs: Foundation["ipfs"], { body }: Manifest): Promise<string[] | null> {
  const bytes = await fetchHeld(ipfs, body.cid);
  if (bytes === null) return null;
  try {
    const { leaves } = await readRoot(body.cid, { bytes, leafSize: Math.min(body.chunkSize, MAX_LEAF) });
    return [...new Set(leaves.map(({ cid }) => cid))];
  } catch {
    return [];
  }
}

async function fetchHeld(ipfs: Foundation["ipfs"], cid: string): Promise<Uint8Array | null> {
  try {
    return await ipfs.get(cid);
  } catch (error) {
    if (isFailure(error, "not-found") || isFailure(error, "tampered")) return null;
    throw error;
  }
}
