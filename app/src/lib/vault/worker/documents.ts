// Documents in and out. Rule: plaintext and DEK stay in this worker; what leaves it for the service is ciphertext, and
// what leaves it for the page is the one document that a person asked to see.
import type { Address, Hex } from "viem";
import { fetchBlock, hasBlock, putBlockPatiently } from "#app/service/index.ts";
import type { Handlers } from "#app/workers/index.ts";
import { fromHex, toBase64Url, wipe, type Bytes } from "#protocol/bytes.ts";
import {
  decodeManifest,
  encryptDocument,
  makeSeal,
  openDocument,
  openOwner,
  openRelease,
  readBody,
  type Manifest,
  type OpenDocument,
} from "#protocol/documents/index.ts";
import { Failure } from "#protocol/failure.ts";
import { keyForRelease } from "#protocol/keys/index.ts";
import type { SealOrder, VaultCalls, Via, Where } from "../calls.ts";
import { capsuleName, openRing, withEachKey } from "./keyring.ts";

/** Blocks on their way at the same time: enough to keep the line busy, few enough to bound memory. */
const IN_FLIGHT = 4;

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

/** The key that a seal is made under: from our own root, or from a capsule that lets us contribute. */
function sealingKey(order: SealOrder): Bytes {
  const { subject, document, category, epoch, keyedBy = "category", consent } = order;
  if (consent) {
    const key = keyForRelease(capsuleOf({ subject, ...consent }), { keyedBy, category, document, epoch });
    if (!key) throw new Failure("wrong-key", "This consent holds no key for that category. Nothing was sealed.");
    return key;
  }
  const { compartments } = openRing();
  return keyedBy === "category" ? compartments.keyOf(category, epoch) : compartments.documentKeyOf(document, epoch);
}

/** The calls about documents. */
export const documentCalls: Pick<
  Handlers<VaultCalls>,
  "addDocument" | "openManifests" | "readDocument" | "makeSeals"
> = {
  async addDocument(record, { progress, signal }) {
    const { place, file, metadata, subject, subjectKey, author, document, version } = record;
    const ring = openRing();
    const total = file.size;
    let encrypted = 0;
    let uploaded = 0;
    const flying = new Set<Promise<void>>();
    let broken: unknown;

    const source = file.stream().pipeThrough(
      new TransformStream<Uint8Array, Uint8Array>({
        transform(chunk, controller) {
          encrypted += chunk.length;
          progress({ encrypted, uploaded, total });
          controller.enqueue(chunk);
        },
      }),
    );
    const result = await encryptDocument({
      place,
      subject,
      author,
      subjectKey: fromHex(subjectKey, 32),
      source,
      metadata,
      ...(document === undefined ? {} : { document }),
      ...(version === undefined ? {} : { version }),
      signal,
      async onBlock({ cid, bytes }) {
        if (broken !== undefined) throw broken;
        const upload = (async () => {
          if (!(await hasBlock(cid, { signal }))) await putBlockPatiently(cid, bytes, { signal });
          uploaded = Math.min(total, uploaded + bytes.length);
          progress({ encrypted, uploaded, total });
        })()
          .catch((error: unknown) => (broken = error))
          .finally(() => flying.delete(upload)) as Promise<void>;
        flying.add(upload);
        if (flying.size >= IN_FLIGHT) await Promise.race(flying);
      },
    });
    await Promise.all(flying);
    if (broken !== undefined) throw broken;
    const { manifest, manifestBytes, digest, dek } = result;
    ring.deks.set(`${manifest.document}|${manifest.version}`, dek);
    progress({ encrypted: total, uploaded: total, total });
    return { document: manifest.document, version: manifest.version, digest, manifestBytes };
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

  async readDocument({ place, manifestBytes, via }, { progress, signal }) {
    const opened = open(manifestBytes, { place, via });
    const { metadata, manifest } = opened;
    const parts: Blob[] = [];
    let done = 0;
    const body = readBody(opened, { fetchBlock: (cid) => fetchBlock(cid, { signal }) });
    for await (const chunk of body as unknown as AsyncIterable<Bytes>) {
      if (signal.aborted) throw new DOMException("stopped", "AbortError");
      parts.push(new Blob([chunk]));
      done += chunk.length;
      progress({ done, total: metadata.size });
    }
    return { blob: new Blob(parts, { type: metadata.mediaType }), metadata, manifest };
  },

  makeSeals({ place, orders, gateways }) {
    return orders.flatMap((order) => {
      const { subject, document, version, category, epoch, keyedBy = "category" } = order;
      const dek = dekForSeal(order, place);
      const key = sealingKey(order);
      return gateways.map((gateway) => ({
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
    });
  },
};
