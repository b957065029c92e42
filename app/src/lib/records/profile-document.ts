// The profile is a document like any other, of category "profile": a FHIR bundle, encrypted, versioned, consented to.
import { profileFromFhir, profileToFhir, type Profile } from "#protocol/profile/index.ts";
import { addDocument } from "#app/vault/index.ts";
import { place } from "#app/service/index.ts";
import { t } from "#app/ui/index.ts";
import type { Uploaded } from "#app/documents/index.ts";
import type { Address, Hex } from "viem";
import { readableRecord } from "./open-record.ts";
import type { ChartRecord } from "./record.ts";

/** Reads the profile out of its document. Throws Failure. */
export async function readProfile(record: ChartRecord): Promise<Profile> {
  const text = await (await readableRecord(record).readWhole()).text();
  return profileFromFhir(JSON.parse(text));
}

/** Encrypts and stores a profile as a new document or a new version of the present one; anchoring is next. */
export async function storeProfile(
  profile: Profile,
  options: { subject: Address; subjectKey: Hex; before: ChartRecord | undefined },
): Promise<Uploaded> {
  const { subject, subjectKey, before } = options;
  const now = Math.floor(Date.now() / 1000);
  const { chainId } = await place();
  const bundle = JSON.stringify(profileToFhir(profile, { subject, chainId, recordedAt: now }));
  const file = new Blob([bundle], { type: "application/fhir+json" });
  const metadata = {
    category: "profile",
    title: t("patient.profile.documentTitle"),
    fileName: "profile.json",
    mediaType: "application/fhir+json",
    size: file.size,
    recordedOn: new Date(now * 1000).toISOString().slice(0, 10),
    addedAt: now,
    tags: [],
  };
  const added = await addDocument({
    file,
    metadata,
    subject,
    subjectKey,
    author: subject,
    ...(before ? { document: before.document, version: before.version + 1 } : {}),
  });
  return {
    document: added.document,
    version: added.version,
    digest: added.digest,
    manifestBytes: added.manifestBytes,
    metadata,
  };
}
