// Who granted a consent, and under which mandate, only the index knows: the ledger's record does not say. Rule: a row that
// is not of the record on the ledger says nothing about it, and what nobody says is not taken for the patient's own grant.

import { setTimeout as sleep } from "node:timers/promises";
import type { ConsentRecord } from "#protocol/consent/index.ts";
import { readConsent, type Consent } from "../store/consents.ts";
import type { Queryable } from "../store/database.ts";
import type { ConsentOf } from "./gateway-openings.ts";

const LOOK_EVERY_MS = 50;

/** Whether the index's row is of this very record: every act on a consent gives it another version. */
export function isIndexed(row: Consent | null, record: ConsentRecord): boolean {
  return row !== null && row.version === record.version && row.changedAt === record.changedAt;
}

/** Looks at the row until it is as new as `record`, or until `until` (milliseconds of the monotonic clock). */
export async function awaitIndexed(
  db: Queryable,
  { consent, record, until }: { consent: ConsentOf; record: ConsentRecord; until: number },
): Promise<void> {
  do await sleep(LOOK_EVERY_MS);
  while (performance.now() < until && !isIndexed(await readConsent(db, consent), record));
}
