// What several records are called. Titles are encrypted as the records are, so learning them is opening them: one signed
// request for each consent, a receipt that names every record.
import { covers } from "#protocol/consent/index.ts";
import { decodeManifest, type Metadata } from "#protocol/documents/index.ts";
import { fetchManifests } from "#app/documents/index.ts";
import { openManifests } from "#app/vault/index.ts";
import type { ChartEntry } from "./chart-entry.ts";
import {
  askElsewhere,
  countsUses,
  findTrustedGateways,
  isAway,
  recallSignIn,
  type ReleaseAnswer,
} from "./elsewhere/index.ts";
import type { Use } from "./held-consent.ts";
import { freshenKeys } from "./read-held-consents.ts";
import { askRelease } from "./release.ts";

/** A record whose title was learnt. */
export type Titled = { entry: ChartEntry; metadata: Metadata };

/**
 * By this service's gateway, or, where that is away, by another one that the patient trusts and that one is signed in to:
 * no wallet window opens for titles.
 */
async function askAnyone(use: Use, documents: readonly ChartEntry[]): Promise<ReleaseAnswer[]> {
  try {
    return await askRelease(use, documents);
  } catch (error) {
    if (!isAway(error) || countsUses(use.consent)) throw error;
    for (const gateway of await findTrustedGateways(use.consent)) {
      const held = await recallSignIn(gateway);
      if (held) return (await askElsewhere(use, { documents, by: { gateway, held } })).results;
    }
    throw error;
  }
}

/** Opens the descriptions of records, all under one consent and for one purpose; what is refused is left out. */
export async function openTitles(entries: readonly ChartEntry[], use: Use): Promise<Titled[]> {
  const { consent, purpose } = use;
  const answers = await askAnyone(use, entries);
  const released = entries.flatMap((entry) => {
    const answer = answers.find((one) => one.document === entry.document && one.version === entry.version);
    return answer?.status === "released" ? [{ entry, release: answer.release }] : [];
  });
  await freshenKeys(consent, Math.max(0, ...released.map(({ release }) => release.epoch)));
  const manifests = await fetchManifests(released.map(({ entry }) => entry.manifest));
  const items = released.flatMap(({ entry, release }, at) => {
    const manifestBytes = manifests[at];
    if (!manifestBytes) return [];
    const { document, version, subject, author, manifest: digest } = entry;
    decodeManifest(manifestBytes, { digest, document, version, subject, author });
    return [{ entry, item: { manifestBytes, via: { scope: consent.scope, grantee: consent.grantee, release } } }];
  });
  const opened = await openManifests(items.map(({ item }) => item));
  return items.flatMap(({ entry }, at): Titled[] => {
    const one = opened[at];
    if (!one?.ok || !consent.opening) return [];
    const { metadata } = one;
    const { category, recordedOn } = metadata;
    const kept = covers(consent.opening, { category, purpose, document: entry.document, recordedOn });
    return kept.ok ? [{ entry, metadata }] : [];
  });
}
