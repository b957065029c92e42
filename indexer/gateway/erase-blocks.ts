// Destroying the blocks of one version of an ended document. Rule: only blocks that its own people put here first, and that
// no other document in anybody's records uses; what is left is counted.

import type { Address } from "viem";
import { decodeManifest, manifestCid, parseCid, type Manifest } from "#protocol/documents/index.ts";
import { isFailure } from "#protocol/failure.ts";
import type { Foundation } from "../service.ts";
import { listMoves } from "../store/accounts.ts";
import { forgetHolders, isNamedSince, listPutFirst, listUsedElsewhere } from "../store/block-uses.ts";
import type { Document, DocumentVersion } from "../store/documents.ts";
import type { ErasedVersion } from "../store/erasures.ts";
import { leavesOf } from "./read-uses.ts";

type Parts = Pick<Foundation, "database" | "ipfs" | "now">;

const AT_A_TIME = 500;
/** So long, in seconds, the blocks of a record wait for a person who takes it along to a new account to put it on the ledger. */
const TAKEN_ALONG_SECONDS = 86_400;

/**
 * Destroys one version's blocks: leaves, root, manifest in this order, so that who begins again still finds the way. All
 * manifests of documents in people's records have to be read before. Throws Failure("unavailable").
 */
export async function eraseBlocks(
  { database, ipfs, now }: Parts,
  { known, version }: { known: Document; version: DocumentVersion },
): Promise<ErasedVersion> {
  const { subject, document } = known;
  const told = { version: version.version, manifest: version.manifest, destroyed: 0, absent: 0, kept: 0 };
  const cid = manifestCid(version.manifest);
  const manifest = await readManifest(ipfs, { known, version });
  if (manifest === null) {
    // Not there, or no manifest of this document: then nobody knows whose it is.
    if (await ipfs.has(cid)) told.kept += 1;
    else told.absent += 1;
    return told;
  }
  const { former, later } = await listMoves(database, subject);
  const since = now() - TAKEN_ALONG_SECONDS;
  const taken = await isNamedSince(database, { cid: manifest.body.cid, accounts: later, since });
  const cids = [...((await leavesOf(ipfs, manifest)) ?? []), manifest.body.cid];
  for (let at = 0; at < cids.length; at += AT_A_TIME) {
    const some = cids.slice(at, at + AT_A_TIME);
    const free = taken ? new Set<string>() : await listFree(some, [subject, version.author, ...former]);
    for (const one of some) await end(one, free.has(one));
  }
  // The manifest names its subject and is the one on their ledger: it is theirs, whoever else put it here.
  const used = await listUsedElsewhere(database, { blocks: [named(cid)], subject, document });
  await end(cid, !used.has(cid));
  return told;

  async function listFree(some: readonly string[], accounts: readonly Address[]): Promise<Set<string>> {
    const own = await listPutFirst(database, { cids: some, accounts });
    const used = await listUsedElsewhere(database, { blocks: some.map(named), subject, document });
    return new Set([...own].filter((one) => !used.has(one)));
  }

  async function end(block: string, isFree: boolean): Promise<void> {
    if (!(await ipfs.has(block))) told.absent += 1;
    else if (!isFree) told.kept += 1;
    else {
      await ipfs.unpin(block).catch(async (error: unknown) => {
        // Another process that erases the same was quicker.
        if (await ipfs.has(block)) throw error;
      });
      await forgetHolders(database, block);
      told.destroyed += 1;
    }
  }
}

const named = (cid: string) => ({ cid, digest: parseCid(cid).digest });

/** The manifest, where this node has it and it speaks of this very document. */
async function readManifest(
  ipfs: Foundation["ipfs"],
  { known: { subject, document }, version }: { known: Document; version: DocumentVersion },
): Promise<Manifest | null> {
  try {
    const bytes = await ipfs.get(manifestCid(version.manifest));
    return decodeManifest(bytes, { ...version, digest: version.manifest, subject, document });
  } catch (error) {
    if (isFailure(error, "unavailable")) throw error;
    return null;
  }
}
