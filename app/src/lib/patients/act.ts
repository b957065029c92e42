// The grantee's acts on a patient's consent: giving it up, opening it in an emergency, and filing a record under it. Rule: what is filed is the
// patient's from the first byte: encrypted for their key as the ledger has it.
import { hasOp, READ } from "#protocol/codes/index.ts";
import { rawCid } from "#protocol/documents/index.ts";
import { Failure, isFailure } from "#protocol/failure.ts";
import { sealDocuments, type Uploaded } from "#app/documents/index.ts";
import { readLedgerKey } from "#app/people/index.ts";
import { putBlock } from "#app/service/index.ts";
import { session } from "#app/session/index.ts";
import { perform, type Performed } from "#app/transactions/index.ts";
import { t } from "#app/ui/index.ts";
import { wrapNote } from "#app/vault/index.ts";
import type { HeldConsent } from "./held-consent.ts";
import { findNewestKeys } from "./newest-keys.ts";

/** Gives a consent back. There is no way back from it but a new grant. */
export function renounceConsent(consent: HeldConsent, name: string): Performed {
  const { subject, grantee, scope } = consent;
  return perform({
    act: { name: "renounce", args: { subject, grantee, scope } },
    title: t("provider.act.renounce", { name }),
    context: { kind: "renounce", subject, scope },
  });
}

/** Opens a consent that was armed for emergencies, with the reason for the patient's eyes. Throws Failure before it is signed. */
export async function breakGlass(
  consent: HeldConsent,
  { reason, name }: { reason: string; name: string },
): Promise<Performed> {
  const { subject, grantee, scope } = consent;
  const self = session.account;
  const [theirs, own] = await Promise.all([readLedgerKey(subject), readLedgerKey(self)]);
  if (!theirs || !own) throw new Failure("not-found", t("emergency.error.noKey"));
  const sealed = await wrapNote({
    kind: "break-glass",
    subject,
    ref: scope,
    recipients: [
      { address: subject, key: theirs.key },
      { address: self, key: own.key },
    ],
    note: { reason },
  });
  await putBlock(rawCid(sealed.digest), sealed.bytes);
  return perform({
    act: { name: "breakGlass", args: { by: self, subject, grantee, scope, note: sealed.digest } },
    title: t("emergency.act.break", { name }),
    context: { kind: "break-glass", subject, scope },
  });
}

/** Where a filed record stands afterwards: open to its author and other readers at once, or first to the patient. */
export type FiledState = "sealed" | "unsorted";

/**
 * Files a stored document under a consent, then seals it where the consent's keys by the ledger's word have the category's.
 * Throws Failure("tampered") where the views of the ledger differ: it is filed then, and sealed for nobody.
 */
export async function fileRecord(
  uploaded: Uploaded,
  options: { consent: HeldConsent; name: string },
): Promise<FiledState> {
  const { consent, name } = options;
  const { subject, grantee, scope } = consent;
  const { document, version, digest: manifest, metadata, manifestBytes } = uploaded;
  await perform({
    act: { name: "file", args: { author: session.account, subject, grantee, scope, document, manifest, version } },
    title: t("provider.act.file", { title: metadata.title, name }),
    context: { kind: "file", subject, document },
  }).done;
  const { category } = metadata;
  if (!hasOp(consent.ops, READ) || !consent.opening?.categories.includes(category)) return "unsorted";
  const keys = await findNewestKeys(consent, { byProxyToo: true }).catch((error: unknown) => {
    // It is filed: where no node can say which keys are the newest, the patient's own app seals it.
    if (isFailure(error, "unavailable")) return undefined;
    throw error;
  });
  if (!keys) return "unsorted";
  const { from, epoch } = keys;
  await sealDocuments([
    { subject, document, version, category, epoch, manifestBytes, consent: { grantee, scope, from } },
  ]);
  return "sealed";
}
