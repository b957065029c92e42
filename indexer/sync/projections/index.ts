// All projections: from acts to the rows that the API reads.

import type { ProjectionTable } from "../../store/rows.ts";
import { appointmentChanges } from "./appointments.ts";
import type { Change, KnownAct } from "./change.ts";
import { consentChanges } from "./consents.ts";
import { documentChanges } from "./documents.ts";
import { keyChanges } from "./keys.ts";
import { receiptChanges } from "./receipts.ts";
import { registryChanges } from "./registry.ts";

export type { Change, KnownAct } from "./change.ts";

/** Everything that an act changes. */
export function changesOf(act: KnownAct): Change[] {
  return act.contract === "providerRegistry"
    ? registryChanges(act)
    : [
        ...consentChanges(act),
        ...keyChanges(act),
        ...documentChanges(act),
        ...appointmentChanges(act),
        ...receiptChanges(act),
      ];
}

/** The tables that are folded from acts by `changesOf` (heads are folded apart, as they need no ABI). */
export const projectionTables: readonly ProjectionTable[] = [
  "accounts",
  "consents",
  "requests",
  "mutes",
  "documents",
  "document_versions",
  "appointments",
  "availability",
  "anchors",
  "credentials",
  "members",
  "auditors",
  "registrars",
];
