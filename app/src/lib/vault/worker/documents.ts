// Documents in and out. Rule: plaintext and DEK stay in this worker; what leaves it for the service is ciphertext, and
// what leaves it for the page is the one document that a person asked to see.
import type { Address, Hex } from "viem";
import { fetchBlock } from "#app/service/index.ts";
import type { CallContext, Handlers } from "#app/workers/index.ts";
import { fromHex, letGo, toBase64Url, wipe, type Bytes } from "#protocol/bytes.ts";
import {
  decodeManifest,
  encryptDocument,
  makeSeal,
  manifestDigest,
  openBody,
  openDocument,
  openOwner,
  openRelease,
  readBody,
  type Body,
  type Manifest,
  type OpenDocument,
} from "#protocol/documents/index.ts";
import { Failure } from "#protocol/failure.ts";
import { keyForRelease } from "#protocol/keys/index.ts";
import type { AddProgress, NewRecord, SealOrder, VaultCalls, Via, Where } from "../calls.ts";
import { checkStored } from "./check-stored.ts";
import { capsuleName, openRing, wipeContent, withEachKey } from "./keyring.ts";
import { openKeys } from "./open-keys.ts";
import { createBlockSender } from "./send-blocks.ts";
import { startDigesting } from "./threads.ts";
import {
  beginUpload,
  dropUpload,
  holdUpload,
  listUploads,
  RESUMABLE_FROM,
  resumeUpload,
  type OpenUpload,
} from "./uploads.ts";

function ownDek(manifest: Manifest, place: Where): Bytes {
  const { subject, document, version, owner } = manifest;
  return withEachKey((secretKey) => openOwner({ place, subject, document, version }, { secretKey, owner }));
}

function capsuleOf(consent: { subject: Address; grantee: Address; scope: Hex }) {
  const content = openRing().capsules.get(capsuleName(consent));
  if (!content) {
    throw new Failure(
      "wrong-key",
      "The keys of this consent have not been opened here yet. Nothing was lost. Reload the page and try again.",
      { reason: "no-capsule" },
    );
  }
  return content;
}

function dekOf(manifest: Manifest, options: { place: Where; via: Via }): Bytes {
  const { place, via } = options;
  if (via === "owner") return ownDek(manifest, place);
  const { subject } = manifest;
  const { scope, grantee, release } = via;
  if (release.document !== manifest.document || release.version !== manifest.version) {
    throw new Failure("tampered", "The gateway released another document than the one asked for. It was not opened.");
  }
  const key = keyForRelease(capsuleOf({ subject, grantee, scope }), release);
  if (!key) throw new Failure("wrong-key", "This consent holds no key for that document. Nothing was opened.");
  return openRelease({ place, subject }, { release, key });
}

function open(manifestBytes: Uint8Array, options: { place: Where; via: Via }): OpenDocument {
  const manifest = decodeManifest(manifestBytes);
  checkPlace(manifest, options.place);
  const dek = dekOf(manifest, options);
  try {
    return openDocument(manifest, dek);
  } finally {
    wipe(dek);
  }
}

function bodyOf(manifestBytes: Uint8Array, options: { place: Where; via: Via }): Body {
  const { via } = options;
  // A release is for one consent: what one opened is not given out under another.
  const name = `${manifestDigest(manifestBytes)}|${via === "owner" ? via : via.scope}`;
  const ring = openRing();
  if (ring.lastBody?.name !== name) {
    const body = openBody(open(manifestBytes, options), { fetchBlock: (cid) => fetchBlock(cid), owned: true });
    ring.lastBody = { name, body };
  }
  return ring.lastBody.body;
}

function checkPlace(manifest: Manifest, place: Where): void {
  if (manifest.chainId !== place.chainId || manifest.ledger.toLowerCase() !== place.ledger.toLowerCase()) {
    throw new Failure("tampered", "This document was filed on another ledger. It was not opened.");
  }
}

/**
 * The DEK for a seal, from what was just added or from the manifest. Rule: the manifest must be that of the very version
 * to be sealed, and its description must name the category. The lists that orders are made from are the service's word:
 * without this check, a service that pairs one document with another's manifest would get the other one's DEK sealed for
 * whoever may read the first.
 */
function dekForSeal(order: SealOrder, place: Where): Bytes {
  const { subject, document, version, category, manifestBytes } = order;
  const known = openRing().deks.get(`${document}|${version}`);
  if (known) return known;
  if (manifestBytes === undefined) {
    throw new Failure("bad-input", "This document's key is not at hand. Nothing was sealed.");
  }
  const manifest = decodeManifest(manifestBytes);
  checkPlace(manifest, place);
  const same =
    manifest.document === document.toLowerCase() &&
    manifest.version === version &&
    manifest.subject.toLowerCase() === subject.toLowerCase();
  if (!same) throw otherDocument();
  const dek = ownDek(manifest, place);
  if (openDocument(manifest, dek).metadata.category !== category) throw otherDocument();
  return dek;
}

function otherDocument(): Failure {
  return new Failure(
    "tampered",
    "The service paired a document with the contents of another one. Nothing was sealed, and nobody was given a key. Tell the service's operator.",
    { reason: "other-document" },
  );
}

/** The key that a seal is made under: from our own root, or from what the ledger names as the keys of a consent. */
async function sealingKey(order: SealOrder, place: Where): Promise<Bytes> {
  const { subject, document, category, epoch, keyedBy = "category", consent } = order;
  if (consent) {
    const { grantee, scope, from } = consent;
    const content = await openKeys({ place, subject, grantee, scope }, from);
    const key = content && keyForRelease(content, { keyedBy, category, document, epoch });
    if (content) wipeContent(content);
    if (!key) throw new Failure("wrong-key", "This consent holds no key for that category. Nothing was sealed.");
    return key;
  }
  const { compartments } = openRing();
  return keyedBy === "category" ? compartments.keyOf(category, epoch) : compartments.documentKeyOf(document, epoch);
}

async function beginOrResume(record: NewRecord & { place: Where }): Promise<OpenUpload | undefined> {
  if (record.upload !== undefined) return resumeUpload(record.upload, record);
  return record.file.size >= RESUMABLE_FROM ? beginUpload(record, record.place) : undefined;
}

/** Encrypts, stores and checks. An upload that broke off asks first what is there. */
async function addDocument(
  record: NewRecord & { place: Where },
  options: { begun: OpenUpload | undefined } & CallContext<AddProgress>,
): Promise<VaultCalls["addDocument"]["result"]> {
  const { place, file, subject, subjectKey, author } = record;
  const { begun, progress, signal } = options;
  const ring = openRing();
  const { document, version } = begun ?? record;
  const metadata = begun?.metadata ?? record.metadata;
  const standing = { stored: 0, total: file.size, checked: 0, toCheck: 0, upload: begun?.document };
  const sender = createBlockSender({
    mayBeThere: record.upload !== undefined,
    onSent(bytes) {
      standing.stored = Math.min(file.size, standing.stored + bytes);
      progress({ ...standing });
    },
    signal,
  });
  progress({ ...standing });
  const digesting = file.size >= RESUMABLE_FROM ? await startDigesting() : undefined;
  const made = await encryptDocument({
    place,
    subject,
    author,
    subjectKey: fromHex(subjectKey, 32),
    source: file,
    metadata,
    ...(document === undefined ? {} : { document }),
    ...(version === undefined ? {} : { version }),
    ...(begun === undefined ? {} : { resumable: { dek: begun.dek, guard: begun.guard } }),
    ...(digesting === undefined ? {} : { digester: digesting.digester }),
    signal,
    onBlock: sender.add,
  }).finally(() => digesting?.stop());
  await sender.end();
  standing.stored = file.size;
  await checkStored(made, {
    file,
    onChecked: (checked, toCheck) => progress({ ...standing, checked, toCheck }),
    signal,
  });
  const { manifest, manifestBytes, digest, dek } = made;
  ring.deks.set(`${manifest.document}|${manifest.version}`, dek);
  return { document: manifest.document, version: manifest.version, digest, manifestBytes, metadata };
}

/** The calls about documents. */
export const documentCalls: Pick<
  Handlers<VaultCalls>,
  "addDocument" | "listUploads" | "dropUpload" | "openManifests" | "readDocument" | "readRange" | "makeSeals"
> = {
  async addDocument(record, { progress, signal }) {
    const begun = await beginOrResume(record);
    const add = () => addDocument(record, { begun, progress, signal });
    return begun === undefined ? add() : holdUpload(begun.document, add);
  },

  listUploads: ({ place }) => listUploads(place),

  async dropUpload({ upload }) {
    await dropUpload(upload);
    return undefined;
  },

  async readRange({ place, manifestBytes, via, start, end }) {
    return bodyOf(manifestBytes, { place, via }).read(start, end);
  },

  openManifests({ place, items }) {
    return items.map(({ manifestBytes, via = "owner" }) => {
      try {
        const { manifest, metadata } = open(manifestBytes, { place, via });
        return { ok: true as const, manifest, metadata };
      } catch (error) {
        const failure =
          error instanceof Failure ? error : new Failure("internal", "This document could not be opened. It was kept.");
        if (failure.code === "locked") throw failure;
        return { ok: false as const, code: failure.code, message: failure.message };
      }
    });
  },

  async readDocument({ place, manifestBytes, via, blocks }, { progress, signal }) {
    const opened = open(manifestBytes, { place, via });
    const { metadata, manifest } = opened;
    const parts: Blob[] = [];
    let done = 0;
    // A copy: what is given out is let go of once it is decrypted.
    const fetchOne = async (cid: string) => blocks?.get(cid)?.slice() ?? fetchBlock(cid, { signal });
    const body = readBody(opened, { fetchBlock: fetchOne, owned: true });
    for await (const chunk of body as unknown as AsyncIterable<Bytes>) {
      if (signal.aborted) throw new DOMException("stopped", "AbortError");
      parts.push(new Blob([chunk]));
      done += chunk.length;
      letGo(chunk); // the Blob has a copy
      progress({ done, total: metadata.size });
    }
    return { blob: new Blob(parts, { type: metadata.mediaType }), metadata, manifest };
  },

  async makeSeals({ place, orders, gateways }) {
    const made: VaultCalls["makeSeals"]["result"] = [];
    for (const order of orders) {
      const { subject, document, version, category, epoch, keyedBy = "category" } = order;
      const key = await sealingKey(order, place);
      const dek = dekForSeal(order, place);
      const seals = gateways.map((gateway) => ({
        document,
        version,
        gateway: gateway.address,
        seal: toBase64Url(
          makeSeal(
            { place, subject, document, gateway: gateway.address },
            { version, category, epoch, keyedBy, key, dek, gatewayKey: fromHex(gateway.key, 32) },
          ),
        ),
      }));
      made.push(...seals);
    }
    return made;
  },
};
