// Asking a patient for access. Rule: the ledger learns only who asks whom; what and why go in a note for the patient's
// published key and one's own, and nothing is prepared for somebody who has published none.
import { rawCid } from "#protocol/documents/index.ts";
import { Failure } from "#protocol/failure.ts";
import { requestRef, type Note } from "#protocol/keys/index.ts";
import { readLedgerKey } from "#app/people/index.ts";
import { putBlock } from "#app/service/index.ts";
import { perform, type Performed } from "#app/transactions/index.ts";
import { t } from "#app/ui/index.ts";
import { wrapNote } from "#app/vault/index.ts";
import type { Address } from "viem";

/** Wraps the note, stores it, and asks for the signature. Throws Failure before anything is signed. */
export async function askForAccess(
  note: Note<"request">,
  options: { self: Address; subject: Address; name: string },
): Promise<Performed> {
  const { self, subject, name } = options;
  const [own, theirs] = await Promise.all([readLedgerKey(self), readLedgerKey(subject)]);
  if (!theirs) throw new Failure("not-found", t("provider.ask.noKey"));
  if (!own) throw new Failure("not-found", t("provider.ask.noOwnKey"));
  const sealed = await wrapNote({
    kind: "request",
    subject,
    ref: requestRef(self),
    recipients: [
      { address: subject, key: theirs.key },
      { address: self, key: own.key },
    ],
    note,
  });
  await putBlock(rawCid(sealed.digest), sealed.bytes);
  return perform({
    act: { name: "request", args: { grantee: self, subject, note: sealed.digest, deadline: 0 } },
    title: t("provider.act.request", { name }),
    context: { kind: "request", subject },
  });
}
