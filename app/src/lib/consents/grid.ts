// "Who can see what now", worked out from consents whose openings were checked on this device.
import { categoryIds } from "#protocol/codes/index.ts";
import type { GridCell } from "#app/ui/index.ts";
import { beginOf, consentId, emergencyOf, isOpen, type Consent } from "./consent.ts";

/** The filled cells. `categoryOf` tells the category of a single document that a consent names. */
export function gridCells(
  consents: readonly Consent[],
  options: { now: number; categoryOf: (document: string) => string | undefined },
): GridCell[] {
  const cells = new Map<string, GridCell>();
  for (const consent of consents) {
    if (!consent.opening || (consent.ops & 1) === 0 || !isOpen(consent, options.now)) continue;
    // Armed opens nothing yet: who can see what now is not who could in an emergency.
    if (consent.status !== 1 && emergencyOf(consent, options.now) !== "open") continue;
    const single = countByCategory(consent.opening.documents, options.categoryOf);
    for (const category of categoryIds) {
      const whole = consent.opening.categories.includes(category);
      const documents = single.get(category) ?? 0;
      if (!whole && documents === 0) continue;
      const key = `${consent.grantee}-${category}`;
      cells.set(key, mergeCell(cells.get(key), consent, { category, documents: whole ? 0 : documents }));
    }
  }
  return [...cells.values()];
}

function mergeCell(
  before: GridCell | undefined,
  consent: Consent,
  cell: { category: string; documents: number },
): GridCell {
  const mine = {
    address: consent.grantee,
    category: cell.category,
    from: beginOf(consent),
    until: consent.expiresAt,
    consents: [consentId(consent)],
    ...(cell.documents > 0 ? { documents: cell.documents } : {}),
  };
  if (!before) return mine;
  // Two consents fill one cell: it stays open for as long as either does, and a whole category outweighs documents.
  const whole = before.documents === undefined || cell.documents === 0;
  const { documents: _, ...rest } = before;
  return {
    ...rest,
    from: Math.min(before.from, mine.from),
    until: Math.max(before.until, mine.until),
    consents: [...before.consents, ...mine.consents],
    ...(whole ? {} : { documents: (before.documents ?? 0) + cell.documents }),
  };
}

function countByCategory(
  documents: readonly string[],
  categoryOf: (document: string) => string | undefined,
): Map<string, number> {
  const counts = new Map<string, number>();
  for (const document of documents) {
    const category = categoryOf(document);
    if (category !== undefined) counts.set(category, (counts.get(category) ?? 0) + 1);
  }
  return counts;
}
