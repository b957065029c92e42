// Opens one record of a patient: the gateway's release and the capsule's key together, then the bytes, on this device.
// Rule: a term that only the opened record can show (its day) is kept here, before anybody sees it.
import { covers } from "#protocol/consent/index.ts";
import { decodeManifest, type Metadata } from "#protocol/documents/index.ts";
import { Failure } from "#protocol/failure.ts";
import type { Receipt, RefusalReason } from "#protocol/receipts/index.ts";
import { fetchManifest } from "#app/documents/index.ts";
import { t } from "#app/ui/index.ts";
import { readDocument } from "#app/vault/index.ts";
import type { ChartEntry } from "./chart-entry.ts";
import { askElsewhere, fetchBodyBy, fetchManifestBy, isAway, type Elsewhere } from "./elsewhere/index.ts";
import type { Use } from "./held-consent.ts";
import { freshenKeys } from "./read-held-consents.ts";
import { askRelease } from "./release.ts";

/**
 * What came of it: the record, or why not. `receipt`: another gateway's, which the reader's own service knows nothing of; null
 * where that service handed it over, and keeps the receipt.
 */
export type OpenedEntry =
  | { ok: true; blob: Blob; metadata: Metadata; receipt: Receipt | null }
  | { ok: false; reason: RefusalReason; detail: string };

/**
 * Asks for the record and opens it; `by`: another gateway that the patient trusts, instead of this service's own. Throws
 * Failure where something failed that is no refusal.
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
  const signal = options.signal ? { signal: options.signal } : {};
  const { blob, metadata } = await readDocument(sealed, signal).catch(async (error: unknown) => {
    if (by && isAway(error)) return readDocument({ ...sealed, blocks: await fetchBodyBy(by, manifest) }, signal);
    throw error;
  });
  const { category } = answer.release;
  const kept =
    consent.opening && covers(consent.opening, { category, purpose, document, recordedOn: metadata.recordedOn });
  if (!kept?.ok) return { ok: false, reason: "records-date-not-covered", detail: "" };
  return { ok: true, blob, metadata, receipt };
}
