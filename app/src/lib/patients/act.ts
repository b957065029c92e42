// The grantee's acts on a patient's consent: giving it up, and filing a record under it. Rule: what is filed is the
// patient's from the first byte: encrypted for their key as the ledger has it.
import { hasOp, READ } from "#protocol/codes/index.ts";
import { sealDocuments, type Uploaded } from "#app/documents/index.ts";
import { session } from "#app/session/index.ts";
import { perform, type Performed } from "#app/transactions/index.ts";
import { t } from "#app/ui/index.ts";
import type { HeldConsent } from "./held-consent.ts";
import { epochOf, freshenKeys } from "./read-held-consents.ts";

/** Gives a consent back. There is no way back from it but a new grant. */
export function renounceConsent(consent: HeldConsent, name: string): Performed {
  const { subject, grantee, scope } = consent;
  return perform({
    act: { name: "renounce", args: { subject, grantee, scope } },
    title: t("provider.act.renounce", { name }),
    context: { kind: "renounce", subject, scope },
  });
}

/** Where a filed record stands afterwards: open to its author and other readers at once, or first to the patient. */
export type FiledState = "sealed" | "unsorted";

/** Files a stored document under a consent, then seals it where the capsule has the category's key. */
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
  const epoch = await epochOf(subject);
  if (!(await freshenKeys(consent, epoch))) return "unsorted";
  await sealDocuments([{ subject, document, version, category, epoch, manifestBytes, consent: { grantee, scope } }]);
  return "sealed";
}
