// Erasing a document that was taken out of a chart: its seals, its blocks and its pins are destroyed, and it is never
// opened again. Rule: what other records use stays, whatever was left is told, and nothing is certified before it is true.

import { setTimeout as sleep } from "node:timers/promises";
import type { Address, Hex } from "viem";
import {
  decodeErasure,
  encodeErasure,
  ERASURE_STATEMENT,
  MAX_ERASED_VERSIONS,
  signErasure,
} from "#protocol/erasure/index.ts";
import type { ErasureBody, ErasureCertificate } from "#protocol/erasure/index.ts";
import { ledgerAbi } from "#protocol/contracts/ledger.ts";
import { Failure } from "#protocol/failure.ts";
import { unpackDocument } from "#protocol/history/index.ts";
import type { Place } from "#protocol/keys/index.ts";
import type { Foundation } from "../service.ts";
import { listDocuments, listVersions, type Document } from "../store/documents.ts";
import {
  beginErasure,
  deleteSeals,
  finishErasure,
  readErasedVersions,
  readErasure,
  readLastErased,
  writeErasedVersions,
  type ErasedVersion,
} from "../store/erasures.ts";
import { areSealsGone, purgeSeals } from "../store/seals.ts";
import { readCursor } from "../store/sync-state.ts";
import { eraseBlocks } from "./erase-blocks.ts";
import type { GatewayKey } from "./gateway-key.ts";
import type { GatewaySeals } from "./gateway-seals.ts";
import { readUses } from "./read-uses.ts";
import { takeTurns } from "./take-turns.ts";

/** Which document; only its subject may ask, which is for the caller to check. */
export type EraseCall = { subject: Address; document: Hex };

const LIVE = 1;
const WITHDRAWN = 2;
/** Versions that are read at a time. */
const PAGE = 200;
/** So long, in milliseconds, one call works before it says that it goes on when it is asked again. */
const MOST_MS = 15_000;

/** Makes the gateway's act of erasing: it can be asked again at any time, and goes on where it stopped. */
export function createErase(
  foundation: Pick<Foundation, "database" | "chain" | "ipfs" | "metrics" | "now">,
  { key, place, seals, maxLag }: { key: GatewayKey; place: Place; seals: GatewaySeals; maxLag: number },
): (call: EraseCall) => Promise<ErasureCertificate> {
  const { database, chain, metrics, now } = foundation;
  const underWay = new Map<string, Promise<ErasureCertificate>>();
  const purge = takeTurns(async () => {
    if (await purgeSeals(database)) metrics.count("seal_purges");
  });

  /** Throws unless the ledger itself says that the document has ended, and the index knows for good by which act. */
  async function requireEnded({ subject, document }: EraseCall): Promise<Document> {
    const [record, block] = await Promise.all([
      chain.client
        .readContract({
          address: place.ledger,
          abi: ledgerAbi,
          functionName: "documentOf",
          args: [subject, document],
        })
        .then(unpackDocument),
      chain.client.getBlock(),
    ]).catch((cause: unknown) => {
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
    const cursor = await readCursor(database, chain.deployment);
    // A service that is behind does not know yet which other records use the same blocks.
    const isBehind = cursor === null || Number(block.timestamp) - cursor.time > maxLag;
    if (known === undefined || known.status === LIVE || isBehind) {
      throw new Failure(
        "unavailable",
        "This service has not yet read from the ledger that the document ended. Nothing was erased. Try again in a moment.",
        { reason: "not-indexed" },
      );
    }
    if (!known.final) {
      throw new Failure(
        "conflict",
        "The ledger has this document's end, but not yet for good: until it is final it could be undone, and the document would be back without its contents. Nothing was erased. Ask again later: on most ledgers it is final within a quarter of an hour.",
        { reason: "not-final" },
      );
    }
    return known;
  }

  /** Destroys the blocks of every version that was not seen to before. Throws `unavailable` when `isOver` comes first. */
  async function eraseVersions(known: Document, isOver: () => boolean): Promise<void> {
    const { subject, document } = known;
    for (;;) {
      // Anew for each page: a document may have come into somebody's records meanwhile.
      if (!(await readUses(foundation, isOver))) throw unfinished();
      const after = await readLastErased(database, { subject, document });
      const versions = await listVersions(database, { subject, document, after, limit: PAGE });
      const told: ErasedVersion[] = [];
      try {
        for (const version of versions) {
          if (isOver()) throw unfinished();
          told.push(await eraseBlocks(foundation, { known, version }));
        }
      } finally {
        await writeErasedVersions(database, { subject, document, versions: told });
      }
      if (versions.length < PAGE) return;
    }
  }

  /** Waits until the bytes of the seals are gone from the table's file, too. Throws `unavailable` when that takes long. */
  async function purgeAway(call: EraseCall, until: number): Promise<void> {
    if (!(await areSealsGone(database, call))) return;
    const late = new AbortController();
    const wait = sleep(Math.max(1_000, until - performance.now()), true, { signal: late.signal }).catch(() => false);
    const isLate = await Promise.race([purge().then(() => false), wait]).finally(() => late.abort());
    if (isLate) throw unfinished();
  }

  async function erase({ subject, document }: EraseCall): Promise<ErasureCertificate> {
    const before = await readErasure(database, { subject, document });
    if (before?.certificate) return decodeErasure(before.certificate);
    const until = performance.now() + MOST_MS;
    const known = await requireEnded({ subject, document });
    await database.transaction((tx) => beginErasure(tx, { subject, document, at: now() }));
    seals.forget({ subject, document });
    await eraseVersions(known, () => performance.now() > until);
    // None came in since it began; what a read was just opening then is forgotten now.
    await database.transaction((tx) => deleteSeals(tx, { subject, document }));
    seals.forget({ subject, document });
    await purgeAway({ subject, document }, until);
    const body = await tell(known);
    const certificate = encodeErasure(await signErasure(key.account, body));
    await finishErasure(database, { subject, document, at: body.erasedAt, certificate });
    metrics.count("erasures");
    // Another process may have been first: there is one certificate.
    const done = await readErasure(database, { subject, document });
    return decodeErasure(done?.certificate ?? certificate);
  }

  async function tell(known: Document): Promise<ErasureBody> {
    const { subject, document } = known;
    const begun = await readErasure(database, { subject, document });
    const { first, others } = await readErasedVersions(database, { subject, document, limit: MAX_ERASED_VERSIONS });
    const { count, ...blocks } = others;
    const block = await chain.client.getBlock();
    return {
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
      versions: first.map(({ version, manifest, ...each }) => ({ version, manifest, blocks: each })),
      ...(count === 0 ? {} : { more: { versions: count, blocks } }),
      seals: begun?.seals ?? 0,
      requestedAt: begun?.requestedAt ?? now(),
      erasedAt: now(),
      recentBlock: { number: Number(block.number), hash: block.hash },
      statement: ERASURE_STATEMENT,
    };
  }

  // Who asks while it is being done gets the same answer.
  return (call) => {
    const name = `${call.subject} ${call.document}`;
    const running = underWay.get(name) ?? erase(call).finally(() => underWay.delete(name));
    underWay.set(name, running);
    return running;
  };
}

function unfinished(): Failure {
  return new Failure(
    "unavailable",
    "The erasure was begun and is not finished: nobody can open this document any more. Ask again, and it goes on.",
    { reason: "erasure-unfinished" },
  );
}
