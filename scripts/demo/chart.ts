// Documents on their way into a chart: encrypted, stored as blocks, anchored, and sealed to the gateway.

import type { Hex } from "viem";
import { z } from "zod";
import { toBase64Url } from "#protocol/bytes.ts";
import { decodeManifest, encryptDocument, makeSeal, manifestCid, openOwner } from "#protocol/documents/index.ts";
import { createDates, type DemoRecord } from "./record.ts";
import { ownId, relayActs, type Enrolled, type ToSign } from "./participant.ts";
import type { Stage } from "./stage.ts";

const HOUR = 3_600;
const VERSION_1 = 1;
const EPOCH_0 = 0;

/** Who writes, into whose chart. */
export type Writer = { author: Enrolled; subject: Enrolled["address"] };

/** Encrypts a record and stores its blocks; gives its id and the digest of its manifest. */
export async function storeRecord(
  stage: Stage,
  { author, subject }: Writer,
  record: DemoRecord,
): Promise<{ document: Hex; manifest: Hex }> {
  const document = ownId(author, `document ${record.key}`);
  const dates = createDates(stage.now);
  const bytes = record.make(dates);
  const { category, title, fileName, mediaType, daysAgo, tags } = record;
  const { digest } = await encryptDocument({
    place: stage.place,
    subject,
    author: author.address,
    subjectKey: await stage.readKey(subject),
    source: new Blob([new Uint8Array(bytes)]).stream(),
    metadata: {
      category,
      title,
      fileName,
      mediaType,
      size: bytes.length,
      recordedOn: dates.iso(daysAgo),
      addedAt: stage.now,
      tags: [...tags],
    },
    document,
    version: VERSION_1,
    onBlock: author.call.putBlock,
  });
  return { document, manifest: digest };
}

async function isAnchored(stage: Stage, subject: string, document: Hex): Promise<boolean> {
  return z.bigint().parse(await stage.readLedger({ functionName: "documentOf", args: [subject, document] })) !== 0n;
}

/** Adds what is missing of a person's own chart. */
export async function fillChart(stage: Stage, subject: Enrolled, records: readonly DemoRecord[]): Promise<void> {
  const acts = await Promise.all(
    records.map(async (record): Promise<ToSign[]> => {
      const document = ownId(subject, `document ${record.key}`);
      if (await isAnchored(stage, subject.address, document)) return [];
      const { manifest } = await storeRecord(stage, { author: subject, subject: subject.address }, record);
      const args = { subject: subject.address, document, manifest, version: VERSION_1, deadline: stage.now + HOUR };
      return [{ act: { name: "anchor", args } }];
    }),
  );
  await relayActs(stage, subject, acts.flat());
}

/** Files a record in somebody's chart under a consent that lets the author add. */
export async function fileRecord(
  stage: Stage,
  { author, subject, scope }: Writer & { scope: Hex },
  record: DemoRecord,
): Promise<void> {
  const document = ownId(author, `document ${record.key}`);
  if (await isAnchored(stage, subject, document)) return;
  const { manifest } = await storeRecord(stage, { author, subject }, record);
  const args = {
    author: author.address,
    subject,
    grantee: author.address,
    scope,
    document,
    manifest,
    version: VERSION_1,
    deadline: stage.now + HOUR,
  };
  await relayActs(stage, author, [{ act: { name: "file", args } }]);
}

const heldSchema = z.object({
  items: z.array(z.object({ document: z.string(), keyedBy: z.string() })),
  next: z.string().nullable(),
});
const documentsSchema = z.object({ items: z.array(z.object({ document: z.string(), manifest: z.string() })) });

/**
 * Hands the gateway the seals that it lacks, made again from the owner's wrap in each manifest: one under the
 * compartment's key, and one under the document's own for those that a consent names.
 */
export async function sealChart(
  stage: Stage,
  subject: Enrolled,
  options: { records: readonly DemoRecord[]; named: readonly Hex[] },
): Promise<void> {
  const held = await subject.call.get("/api/seals?limit=200", heldSchema);
  const listed = await subject.call.get(`/api/documents?subject=${subject.address}&limit=200`, documentsSchema);
  const manifests = new Map(listed.items.map(({ document, manifest }) => [document, manifest]));
  const has = (document: Hex, keyedBy: string): boolean =>
    held.items.some((seal) => seal.document === document && seal.keyedBy === keyedBy);
  const seals: { subject: string; document: Hex; version: number; seal: string }[] = [];
  for (const { key, category } of options.records) {
    const document = ownId(subject, `document ${key}`);
    const wanted = (["category", "document"] as const).filter(
      (by) => !has(document, by) && (by === "category" || options.named.includes(document)),
    );
    const digest = manifests.get(document);
    if (wanted.length === 0 || digest === undefined) continue;
    const { owner } = decodeManifest(await subject.call.getBlock(manifestCid(digest as Hex)));
    const name = { place: stage.place, subject: subject.address, document };
    const dek = openOwner({ ...name, version: VERSION_1 }, { secretKey: subject.key.secretKey, owner });
    for (const keyedBy of wanted) {
      const { compartments } = subject;
      const sealing =
        keyedBy === "category" ? compartments.keyOf(category, EPOCH_0) : compartments.documentKeyOf(document, EPOCH_0);
      const seal = makeSeal(
        { ...name, gateway: stage.gateway.address },
        { version: VERSION_1, category, epoch: EPOCH_0, keyedBy, key: sealing, dek, gatewayKey: stage.gateway.key },
      );
      seals.push({ subject: subject.address, document, version: VERSION_1, seal: toBase64Url(seal) });
    }
  }
  if (seals.length === 0) return;
  const { address: account, sessionKey: key } = subject;
  const signed = { body: { seals }, key, account, gateway: stage.gateway.address };
  await subject.call.sendSigned("PUT", "/api/seals", signed, z.unknown());
}
