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

/**
 * Everything that an act changes. An act whose words make no sense to a projection (no such act can come from the
 * contracts that this version knows) changes nothing: it stays in the trail as it was logged, and stops nobody else's.
 * `onFault` hears of it.
 */
export function changesOf(act: KnownAct, onFault: (error: unknown) => void = () => undefined): Change[] {
  try {
    return allChangesOf(act).map(({ next, ...change }) => ({
      ...change,
      next(before) {
        try {
          return next(before);
        } catch (error) {
          onFault(error);
          return before;
        }
      },
    }));
  } catch (error) {
    onFault(error);
    return [];
  }
}

function allChangesOf(act: KnownAct): Change[] {
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
