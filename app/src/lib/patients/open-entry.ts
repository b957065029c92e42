// Opens one record of a patient: the gateway's release and the capsule's key together, then the bytes, on this device: of a
// large one as far as somebody looks, by the same one release.
// Rule: a term that only the opened record can show (its day) is kept here, before anybody sees it.
import { covers } from "#protocol/consent/index.ts";
import { decodeManifest, type Manifest, type Metadata } from "#protocol/documents/index.ts";
import type { Bytes } from "#protocol/bytes.ts";
import { Failure } from "#protocol/failure.ts";
import type { Receipt, RefusalReason } from "#protocol/receipts/index.ts";
import { fetchManifest, makeReadable } from "#app/documents/index.ts";
import { t } from "#app/ui/index.ts";
import { openManifests, readDocument, type Via } from "#app/vault/index.ts";
import { readToShow, type Readable, type ToShow } from "#app/viewer/index.ts";
import type { ChartEntry } from "./chart-entry.ts";
import { askElsewhere, fetchBodyBy, fetchManifestBy, isAway, type Elsewhere } from "./elsewhere/index.ts";
import type { Use } from "./held-consent.ts";
import { freshenKeys } from "./read-held-consents.ts";
import { askRelease } from "./release.ts";

/**
 * What came of it: the record, open to be read, or why not. `receipt`: another gateway's, which the reader's own service
 * knows nothing of; null where that service handed it over, and keeps the receipt.
 */
export type OpenedEntry =
  | { ok: true; document: Readable; shown: ToShow; metadata: Metadata; receipt: Receipt | null }
  | { ok: false; reason: RefusalReason; detail: string };

/**
 * Asks for the record and opens it, until `signal` closes it; `by`: another gateway that the patient trusts, instead of this
 * service's own. Throws Failure where something failed that is no refusal.
 */
export async function openEntry(
  entry: ChartEntry,
  use: Use,
  options: { signal?: AbortSignal; by?: Elsewhere | undefined } = {},
): Promise<OpenedEntry> {
  const { subject, document, version, author, manifest: digest } = entry;
  const documents = [{ document, version }];
  const { by } = options;
  const { results, receipt } = by
    ? await askElsewhere(use, { documents, by })
    : { results: await askRelease(use, documents), receipt: null };
  const [answer] = results;
  if (answer?.document !== document || answer.version !== version) {
    throw new Failure("tampered", t("provider.open.otherAnswer"));
  }
  if (answer.status === "refused") return { ok: false, reason: answer.reason, detail: answer.detail };
  const { consent, purpose } = use;
  if (!(await freshenKeys(consent, answer.release.epoch))) throw new Failure("not-found", t("provider.open.noKeys"));
  // The bytes come from wherever they are: this service first, then whoever handed over the key.
  const manifestBytes = await fetchManifest(digest).catch((error: unknown) => {
    if (by && isAway(error)) return fetchManifestBy(by, digest);
    throw error;
  });
  const manifest = decodeManifest(manifestBytes, { digest, document, version, subject, author });
  const sealed = { manifestBytes, via: { scope: consent.scope, grantee: consent.grantee, release: answer.release } };
  const [opened] = await openManifests([sealed]);
  if (!opened?.ok) throw new Failure(opened?.code ?? "internal", opened?.message ?? t("provider.open.otherAnswer"));
  const { metadata } = opened;
  const { category } = answer.release;
  const kept =
    consent.opening && covers(consent.opening, { category, purpose, document, recordedOn: metadata.recordedOn });
  if (!kept?.ok) return { ok: false, reason: "records-date-not-covered", detail: "" };
  const here = makeReadable(sealed, metadata);
  const readable = by ? readableBy(by, { here, sealed, manifest }) : here;
  const shown = await readToShow(readable, options.signal ? { signal: options.signal } : {});
  return { ok: true, document: readable, shown, metadata, receipt };
}

/** The same, from the gateway that handed over the key where this service does not have the bytes: all at once, or not. */
function readableBy(
  by: Elsewhere,
  of: { here: Readable; sealed: { manifestBytes: Bytes; via: Via }; manifest: Manifest },
): Readable {
  const { here, sealed, manifest } = of;
  return {
    ...here,
    readWhole: (options = {}) =>
      here.readWhole(options).catch(async (error: unknown) => {
        if (!isAway(error)) throw error;
        return (await readDocument({ ...sealed, blocks: await fetchBodyBy(by, manifest) }, options)).blob;
      }),
    readPart: (start, end) =>
      here.readPart(start, end).catch((error: unknown) => {
        throw isAway(error) ? new Failure("too-large", t("provider.elsewhere.large")) : error;
      }),
  };
}
