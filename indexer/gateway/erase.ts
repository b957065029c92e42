// Erasing a document that was taken out of a chart: its seals, its blocks and its pins are destroyed, and it is never
// opened again. Rule: what somebody else put on this node stays there, and whatever was left is told in the certificate.

import type { Address, Hex } from "viem";
import { decodeManifest, manifestCid, parseCid, readRoot, type Manifest } from "#protocol/documents/index.ts";
import {
  decodeErasure,
  encodeErasure,
  ERASURE_STATEMENT,
  MAX_ERASED_VERSIONS,
  signErasure,
} from "#protocol/erasure/index.ts";
import type { ErasureBody, ErasureCertificate } from "#protocol/erasure/index.ts";
import { ledgerAbi } from "#protocol/contracts/ledger.ts";
import { Failure, isFailure } from "#protocol/failure.ts";
import { unpackDocument } from "#protocol/history/index.ts";
import type { Place } from "#protocol/keys/index.ts";
import type { Foundation } from "../service.ts";
import { listDocuments, listVersions, type Document, type DocumentVersion } from "../store/documents.ts";
import {
  beginErasure,
  deleteSeals,
  finishErasure,
  forgetHolders,
  readErasure,
  readHolders,
} from "../store/erasures.ts";
import type { GatewayKey } from "./gateway-key.ts";
import type { GatewaySeals } from "./gateway-seals.ts";

/** Which document; only its subject may ask, which is for the caller to check. */
export type EraseCall = { subject: Address; document: Hex };

const LIVE = 1;
const WITHDRAWN = 2;

/** Makes the gateway's act of erasing: it can be asked again at any time, and goes on where it stopped. */
export function createErase(
  foundation: Pick<Foundation, "database" | "chain" | "ipfs" | "metrics" | "now">,
  { key, place, seals }: { key: GatewayKey; place: Place; seals: GatewaySeals },
): (call: EraseCall) => Promise<ErasureCertificate> {
  const { database, chain, ipfs, metrics, now } = foundation;

  /** Throws unless the ledger itself says that the document has ended, and the index knows by which act. */
  async function requireEnded({ subject, document }: EraseCall): Promise<Document> {
    const record = await chain.client
      .readContract({
        address: place.ledger,
        abi: ledgerAbi,
        functionName: "documentOf",
        args: [subject, document],
      })
      .then(unpackDocument, (cause: unknown) => {
        throw new Failure("unavailable", "The ledger cannot be asked right now. Nothing was erased. Try again.", {
          cause,
        });
      });
    if (record.status === 0) throw new Failure("not-found", "There is no such document of yours. Nothing was erased.");
    if (record.status === LIVE) {
      throw new Failure("conflict", "This document is part of your records. Nothing was erased. Withdraw it first.", {
        reason: "not-withdrawn",
      });
    }
    const wanted = { subject, author: null, documents: [document], after: null, limit: 1 };
    const [known] = await listDocuments(database, wanted);
    if (known === undefined || known.status === LIVE) {
      throw new Failure(
        "unavailable",
        "This service has not yet read from the ledger that the document ended. Nothing was erased. Try again in a moment.",
        { reason: "not-indexed" },
      );
    }
    return known;
  }

  /** Destroys one version's blocks: leaves, root, manifest in this order, so that who begins again still finds the way. */
  async function destroyBlocks(known: Document, version: DocumentVersion): Promise<ErasureBody["versions"][number]> {
    const blocks = { destroyed: 0, absent: 0, kept: 0 };
    const told = { version: version.version, manifest: version.manifest, blocks };
    const cid = manifestCid(version.manifest);
    const manifest = await readManifest(known, version);
    if (manifest === null) {
      // Not there, or no manifest of this document: then nobody knows whose it is.
      if (await ipfs.has(cid)) blocks.kept += 1;
      else blocks.absent += 1;
      return told;
    }
    const owners = new Set([known.subject, version.author]);
    // Who put a manifest that names this body counts on all of it: the new account of a person who moved, for example.
    const shared = await isOthers(manifest.body.cid, owners);
    for (const leaf of [...(await leavesOf(manifest)), manifest.body.cid]) {
      if (!(await ipfs.has(leaf))) blocks.absent += 1;
      else if (shared || (await isOthers(leaf, owners))) blocks.kept += 1;
      else {
        await destroy(leaf);
        blocks.destroyed += 1;
      }
    }
    // The manifest names its subject and is the one on their ledger: it is theirs, whoever else put it here.
    await destroy(cid);
    blocks.destroyed += 1;
    return told;
  }

  /** The manifest, where this node has it and it speaks of this very document. */
  async function readManifest(known: Document, version: DocumentVersion): Promise<Manifest | null> {
    try {
      const bytes = await ipfs.get(manifestCid(version.manifest));
      const { subject, document } = known;
      return decodeManifest(bytes, { ...version, digest: version.manifest, subject, document });
    } catch (error) {
      if (isFailure(error, "unavailable")) throw error;
      return null;
    }
  }

  async function leavesOf({ body }: Manifest): Promise<string[]> {
    try {
      const bytes = await ipfs.get(body.cid);
      const leafSize = Math.min(body.chunkSize, 1_048_576);
      return [...new Set((await readRoot(body.cid, { bytes, leafSize })).leaves.map(({ cid }) => cid))];
    } catch (error) {
      if (isFailure(error, "unavailable")) throw error;
      return [];
    }
  }

  /** Whether somebody else put this block here. One that nobody is known to have put is theirs, too. */
  async function isOthers(cid: string, owners: ReadonlySet<Address>): Promise<boolean> {
    const holders = await readHolders(database, cid);
    return holders.length === 0 || holders.some((holder) => !owners.has(holder));
  }

  async function destroy(cid: string): Promise<void> {
    parseCid(cid);
    await ipfs.unpin(cid);
    await forgetHolders(database, cid);
  }

  const purge = takeTurns(() => database.purgeDeleted("seals"));

  return async ({ subject, document }) => {
    const before = await readErasure(database, { subject, document });
    if (before?.certificate) return decodeErasure(before.certificate);
    const known = await requireEnded({ subject, document });
    const versions = await listVersions(database, { subject, document, limit: MAX_ERASED_VERSIONS });
    await database.transaction((tx) => beginErasure(tx, { subject, document, at: now() }));
    seals.forget({ subject, document });
    const told: ErasureBody["versions"] = [];
    for (const version of versions) told.push(await destroyBlocks(known, version));
    // One that came in while the list was being written is gone with these.
    await database.transaction((tx) => deleteSeals(tx, { subject, document }));
    await purge();
    const begun = await readErasure(database, { subject, document });
    const block = await chain.client.getBlock();
    const body: ErasureBody = {
      format: "placet-erasure",
      formatVersion: 1,
      ...place,
      gateway: key.account.address,
      subject,
      document,
      ended: {
        act: known.status === WITHDRAWN ? "withdraw" : "reject",
        by: known.endedBy ?? subject,
        time: known.changedAt,
        tx: known.tx,
      },
      versions: told,
      seals: begun?.seals ?? 0,
      requestedAt: begun?.requestedAt ?? now(),
      erasedAt: now(),
      recentBlock: { number: Number(block.number), hash: block.hash },
      statement: ERASURE_STATEMENT,
    };
    const certificate = await signErasure(key.account, body);
    const bytes = encodeErasure(certificate);
    await finishErasure(database, { subject, document, at: body.erasedAt, certificate: bytes });
    metrics.count("erasures");
    return certificate;
  };
}

/** One run at a time; whoever asks during a run shares the next one: it writes a whole table. */
function takeTurns(run: () => Promise<void>): () => Promise<void> {
  let running: Promise<void> = Promise.resolve();
  let next: Promise<void> | null = null;
  return () => {
    next ??= running
      .catch(() => undefined)
      .then(() => {
        next = null;
        return (running = run());
      });
    return next;
  };
}
