// Consents of the demonstration: granted with a capsule, used, revoked, and what follows a revoke.

import type { Address, Hex } from "viem";
import { z } from "zod";
import { READ } from "#protocol/codes/index.ts";
import {
  createOpening,
  scopeOf,
  unpackConsent,
  type ConsentRecord,
  type Opening,
  type Terms,
} from "#protocol/consent/index.ts";
import { decodeManifest, manifestCid, openDocument, openRelease, releaseSchema } from "#protocol/documents/index.ts";
import { Failure } from "#protocol/failure.ts";
import {
  findInBundle,
  keyForRelease,
  makeBundle,
  makeCapsule,
  openCapsule,
  type CapsuleContent,
  type ConsentName,
} from "#protocol/keys/index.ts";
import { newRequestId, signRequest } from "#protocol/receipts/index.ts";
import { ownId, relayActs, type Enrolled, type Participant } from "./participant.ts";
import type { Stage } from "./stage.ts";

const HOUR = 3_600;

/** A consent as the patient wishes it. Times in Unix seconds. */
export type Wish = {
  /** Names it among this patient's, for ever. */
  readonly key: string;
  readonly grantee: Address;
  readonly ops: number;
  readonly categories: readonly string[];
  readonly documents?: readonly Hex[];
  readonly purposes: readonly string[];
  readonly terms?: Terms;
  readonly expiresAt: number;
};

/** A consent that is on the ledger. */
export type Given = {
  readonly subject: Address;
  readonly grantee: Address;
  readonly scope: Hex;
  readonly opening: Opening;
  readonly ops: number;
};

/** What the wish says in the words that are signed. Its salt comes from the patient's root: nobody else can guess it. */
export function openingOf(subject: Enrolled, wish: Wish): Opening {
  const { categories, documents = [], purposes, terms = {} } = wish;
  return createOpening({ categories, documents, purposes, terms, salt: ownId(subject, `salt ${wish.key}`) });
}

/** The consent's record on the ledger now. */
export async function readRecord(
  stage: Stage,
  { subject, grantee, scope }: Omit<Given, "opening" | "ops">,
): Promise<ConsentRecord> {
  return unpackConsent(
    z.bigint().parse(await stage.readLedger({ functionName: "consentOf", args: [subject, grantee, scope] })),
  );
}

function contentOf(
  { compartments }: Enrolled,
  { opening, ops, epoch }: { opening: Opening; ops: number; epoch: number },
): CapsuleContent {
  // Who may only add gets the words and no key.
  const reads = (ops & READ) !== 0;
  return {
    epoch,
    categories: reads
      ? opening.categories.map((category) => ({ category, key: compartments.keyOf(category, epoch) }))
      : [],
    documents: reads
      ? opening.documents.map((document) => ({ document, key: compartments.documentKeyOf(document, epoch) }))
      : [],
    opening,
  };
}

/** Grants what is not granted yet, and gives all of it. */
export async function grantAll(stage: Stage, subject: Enrolled, wishes: readonly Wish[]): Promise<Given[]> {
  const epoch = z.number().parse(await stage.readLedger({ functionName: "epochOf", args: [subject.address] }));
  const given = wishes.map((wish) => ({ wish, opening: openingOf(subject, wish) }));
  const acts = await Promise.all(
    given.map(async ({ wish, opening }) => {
      const { grantee, ops, expiresAt } = wish;
      const consent = { subject: subject.address, grantee, scope: scopeOf(opening) };
      if ((await readRecord(stage, consent)).version > 0) return [];
      const { bytes, digest } = makeCapsule(
        { place: stage.place, subject: subject.address, scope: consent.scope },
        {
          grantee: { address: grantee, key: await stage.readKey(grantee) },
          subjectKey: subject.key.publicKey,
          gateways: [stage.gateway],
          content: contentOf(subject, { opening, ops, epoch }),
        },
      );
      await subject.call.putBlock({ cid: manifestCid(digest), bytes });
      const args = { ...consent, ops, notBefore: stage.now, expiresAt, capsule: digest, deadline: stage.now + HOUR };
      return [{ act: { name: "grant" as const, args }, opening }];
    }),
  );
  await relayActs(stage, subject, acts.flat());
  return given.map(({ wish, opening }) => ({
    subject: subject.address,
    grantee: wish.grantee,
    scope: scopeOf(opening),
    opening,
    ops: wish.ops,
  }));
}

const answerSchema = z.object({
  results: z.array(
    z.discriminatedUnion("status", [
      z.object({ status: z.literal("released"), document: z.string(), release: releaseSchema }),
      z.object({ status: z.literal("refused"), document: z.string(), reason: z.string() }),
    ]),
  ),
});

/** Reads documents under a consent; gives the titles of those that opened, and the reasons of the others. */
export async function readDocuments(
  stage: Stage,
  reader: Participant & { readonly secretKey: Uint8Array },
  { consent, documents, purpose }: { consent: Given; documents: readonly Hex[]; purpose: string },
): Promise<{ titles: string[]; reasons: string[] }> {
  const { subject, grantee, scope } = consent;
  const signed = await signRequest(reader.sessionKey, {
    requestId: newRequestId(),
    chainId: stage.place.chainId,
    ledger: stage.place.ledger,
    gateway: stage.gateway.address,
    subject,
    grantee,
    scope,
    reader: reader.address,
    op: READ,
    purpose,
    documents: documents.map((document) => ({ document, version: 1 })),
    recentBlock: await stage.readBlock(),
    time: Math.floor(Date.now() / 1000),
  });
  const { results } = await reader.call.send("POST", "/api/releases", signed, answerSchema);
  const listSchema = z.object({ items: z.array(z.object({ scope: z.string(), capsule: z.string().nullable() })) });
  const held = await reader.call.get("/api/consents?as=grantee&limit=200", listSchema);
  const capsule = held.items.find((item) => item.scope === scope)?.capsule;
  const titles: string[] = [];
  const reasons: string[] = [];
  for (const result of results) {
    if (result.status === "refused") reasons.push(result.reason);
    else
      titles.push(
        await openReleased(stage, reader, { consent, capsule: capsule as Hex | undefined, release: result.release }),
      );
  }
  return { titles, reasons };
}

const documentsSchema = z.object({ items: z.array(z.object({ document: z.string(), manifest: z.string() })) });

/** Both halves together, as the app does it: the capsule's key opens the release, and that the document. */
async function openReleased(
  stage: Stage,
  reader: Participant & { readonly secretKey: Uint8Array },
  { consent, capsule, release }: { consent: Given; capsule: Hex | undefined; release: z.output<typeof releaseSchema> },
): Promise<string> {
  const { subject, grantee, scope } = consent;
  const listed = await reader.call.get(`/api/documents?subject=${subject}&limit=200`, documentsSchema);
  const digest = listed.items.find(({ document }) => document === release.document)?.manifest;
  if (capsule === undefined || digest === undefined)
    throw new Failure("not-found", "A document of the demonstration is not listed for its reader.");
  const name = { place: stage.place, subject, grantee, scope };
  const { secretKey } = reader;
  const given = openCapsule(name, { secretKey, bytes: await reader.call.getBlock(manifestCid(capsule)) });
  const content = given.epoch < release.epoch ? await openFresh(reader, name) : given;
  const key = keyForRelease(content, release);
  if (key === null)
    throw new Failure("wrong-key", "A capsule of the demonstration lacks the key of a document that it covers.");
  const dek = openRelease({ place: stage.place, subject }, { release, key });
  const manifest = decodeManifest(await reader.call.getBlock(manifestCid(digest as Hex)));
  return openDocument(manifest, dek).metadata.title;
}

const accountSchema = z.object({ bundle: z.string() });

/** The capsule that the patient's newest re-keying made for this reader. */
async function openFresh(
  reader: Participant & { readonly secretKey: Uint8Array },
  name: ConsentName,
): Promise<CapsuleContent> {
  const { bundle } = await reader.call.get(`/api/accounts/${name.subject}`, accountSchema);
  const content = await findInBundle(name, {
    secretKey: reader.secretKey,
    index: await reader.call.getBlock(manifestCid(bundle as Hex)),
    fetchPart: (digest) => reader.call.getBlock(manifestCid(digest)),
  });
  if (content === null) throw new Failure("wrong-key", "A re-keying of the demonstration left a reader out.");
  return content;
}

/** Revokes a consent by a signed act, as the app does. */
export async function revoke(stage: Stage, subject: Enrolled, { grantee, scope }: Given): Promise<void> {
  const { version } = await readRecord(stage, { subject: subject.address, grantee, scope });
  await relayActs(stage, subject, [
    { act: { name: "revoke", args: { subject: subject.address, grantee, scope, ceiling: version } } },
  ]);
}

/** After an end: fresh capsules for all who remain, in one bundle and one act, signed by the vault account. */
export async function rekey(stage: Stage, subject: Enrolled, remaining: readonly Given[]): Promise<void> {
  const epoch = z.number().parse(await stage.readLedger({ functionName: "epochOf", args: [subject.address] }));
  const readers = remaining.filter(({ ops }) => (ops & READ) !== 0);
  const fresh = await Promise.all(
    readers.map(async ({ grantee, scope, opening, ops }) => ({
      consent: { place: stage.place, subject: subject.address, grantee, scope },
      granteeKey: await stage.readKey(grantee),
      content: contentOf(subject, { opening, ops, epoch: epoch + 1 }),
    })),
  );
  const { index, parts } = makeBundle(fresh);
  for (const { bytes, digest } of [...parts, index]) await subject.call.putBlock({ cid: manifestCid(digest), bytes });
  await relayActs(stage, subject, [
    { act: { name: "rekey", args: { subject: subject.address, bundle: index.digest, epoch } }, by: "vault" },
  ]);
}
