// Re-keying after the end of a consent: fresh capsules for all who remain, one act, signed by the vault account without a
// wallet window. Rule: it comes before anything new is sealed, so that who lost access can open nothing new even with a
// gateway's help.
import { hasOp, READ } from "#protocol/codes/index.ts";
import { rawCid } from "#protocol/documents/index.ts";
import { readLedgerEpoch, readLedgerKey } from "#app/people/index.ts";
import { putBlock, readPage } from "#app/service/index.ts";
import { perform } from "#app/transactions/index.ts";
import { t } from "#app/ui/index.ts";
import { makeBundle } from "#app/vault/index.ts";
import type { Address } from "viem";
import { z } from "zod";
import { isKeyConfirmed } from "./confirmed-keys.ts";
import { isOpen, type Consent } from "./consent.ts";
import { readLedgerRecord } from "./read-consents.ts";

/** What came of it: not needed, done, or done without those whose key changed and was not confirmed. */
export type RekeyOutcome = { done: boolean; leftOut: Address[] };

/** Re-keys when a consent to read ended since the last time. `lastEnd` and `now` in unix seconds. */
export async function rekeyAfterEnd(options: {
  subject: Address;
  consents: readonly Consent[];
  lastEnd: number;
  now: number;
}): Promise<RekeyOutcome> {
  if (options.lastEnd === 0 || options.lastEnd <= (await lastRekeyAt(options.subject)))
    return { done: false, leftOut: [] };
  const { subject } = options;
  const epoch = await readLedgerEpoch(subject);
  const leftOut: Address[] = [];
  const remaining = [];
  for (const consent of options.consents) {
    if (!isOpen(consent, options.now) || !consent.opening) continue;
    // Asked again, and nothing goes on without an answer: a row that the service made up would get the keys of everything.
    const record = await readLedgerRecord(consent);
    if (!isOpen({ ...consent, ...record }, options.now) || !hasOp(record.ops, READ)) continue;
    const key = await readLedgerKey(consent.grantee);
    if (!key || !(await isKeyConfirmed(consent.grantee, key.key))) {
      leftOut.push(consent.grantee);
      continue;
    }
    remaining.push({
      scope: consent.scope,
      grantee: { address: consent.grantee, key: key.key },
      opening: consent.opening,
    });
  }
  const { index, parts } = await makeBundle({ subject, consents: remaining, epoch: epoch + 1 });
  for (const part of [...parts, index]) await putBlock(rawCid(part.digest), part.bytes);
  await perform({
    act: { name: "rekey", args: { subject, bundle: index.digest, epoch } },
    by: "vault",
    title: t("patient.act.rekey"),
    context: { kind: "rekey" },
  }).done;
  return { done: true, leftOut };
}

/** When the subject last re-keyed, unix seconds; 0 when never. */
async function lastRekeyAt(subject: Address): Promise<number> {
  const page = await readPage("/api/trail", {
    query: { account: subject, act: "Rekeyed", order: "newest" },
    limit: 1,
    schema: z.object({ time: z.number() }),
  });
  return page.items[0]?.time ?? 0;
}
