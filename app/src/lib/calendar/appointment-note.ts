// What an appointment is about: a note to both parties. The ledger knows only its digest.
import { rawCid } from "#protocol/documents/index.ts";
import { Failure } from "#protocol/failure.ts";
import { readLedgerKey } from "#app/people/index.ts";
import { putBlock } from "#app/service/index.ts";
import { t } from "#app/ui/index.ts";
import { wrapNote } from "#app/vault/index.ts";
import type { Address, Hex } from "viem";

/** Wraps and stores the note of an appointment; gives its digest. Throws Failure("not-found") when a key is missing. */
export async function storeAppointmentNote(about: {
  patient: Address;
  provider: Address;
  id: Hex;
  reason: string;
  details: string;
}): Promise<Hex> {
  const [patient, provider] = await Promise.all([readLedgerKey(about.patient), readLedgerKey(about.provider)]);
  if (!patient || !provider) throw new Failure("not-found", t("calendar.noKey"));
  const sealed = await wrapNote({
    kind: "appointment",
    subject: about.patient,
    ref: about.id,
    recipients: [patient, provider].map(({ address, key }) => ({ address, key })),
    note: { reason: about.reason, details: about.details },
  });
  await putBlock(rawCid(sealed.digest), sealed.bytes);
  return sealed.digest;
}
