// Making and checking openings. Rule: an opening is used only after `checkOpening`: known names, canonical order, the
// sentence recomputed, and the hash equal to the scope on the ledger.

import type { Hex } from "viem";
import { z } from "zod";
import { categoryIds, isCategoryId, isPurposeCode, purposeCodes, purposeCovers } from "../codes/index.ts";
import { Failure } from "../failure.ts";
import { scopeOf, type Opening } from "./scope.ts";
import { renderSentence } from "./sentence.ts";
import { formatTerms, parseTerms, type Terms } from "./terms.ts";

const word = z
  .string()
  .regex(/^0x[0-9a-f]{64}$/)
  .transform((text) => text as Hex);

/** The shape of an opening and nothing more; `checkOpening` is what makes one trustworthy. */
export const openingSchema = z.strictObject({
  sentence: z.string().max(8000),
  language: z.string().max(35),
  categories: z.array(z.string().max(40)).max(32),
  purposes: z.array(z.string().max(40)).max(64),
  documents: z.array(word).max(500),
  terms: z.array(z.string().max(400)).max(16),
  salt: word,
});

function refuse(what: string, reason: string): Failure {
  return new Failure(
    "bad-input",
    `The words of this consent ${what}. The consent was not used, and nothing was changed. Ask for it to be granted again.`,
    { reason },
  );
}

function isOrdered(values: readonly string[], order: readonly string[]): boolean {
  return values.every((value, at) => at === 0 || order.indexOf(value) > order.indexOf(values[at - 1] ?? ""));
}

/** Makes an opening: canonical order, the sentence rendered. `salt` is 32 fresh random bytes. Throws Failure("bad-input"). */
export function createOpening(wish: {
  readonly categories?: readonly string[];
  readonly purposes: readonly string[];
  readonly documents?: readonly string[];
  readonly terms?: Terms;
  readonly salt: Hex;
  readonly language?: string;
}): Opening {
  const sortBy = (values: readonly string[], order: readonly string[]) =>
    [...new Set(values)].sort((a, b) => order.indexOf(a) - order.indexOf(b));
  const fields = {
    language: wish.language ?? "en",
    categories: sortBy(wish.categories ?? [], categoryIds),
    purposes: sortBy(wish.purposes, purposeCodes),
    documents: [...new Set((wish.documents ?? []).map((id) => id.toLowerCase() as Hex))].sort(),
    terms: formatTerms(wish.terms ?? {}),
  };
  return checkOpening({ sentence: renderSentence(fields), ...fields, salt: wish.salt.toLowerCase() });
}

/**
 * Checks everything that can be checked about an opening, and that it hashes to `scope` if one is given. Throws
 * Failure("bad-input") for what is malformed or unknown, Failure("tampered") when sentence or scope differ.
 */
export function checkOpening(candidate: unknown, options: { readonly scope?: Hex } = {}): Opening {
  const parsed = openingSchema.safeParse(candidate);
  if (!parsed.success) throw refuse("are not in the form that consents have", "malformed");
  const opening: Opening = parsed.data;
  const { categories, purposes, documents } = opening;
  if (!categories.every(isCategoryId)) throw refuse("name a kind of record that is not known", "unknown-category");
  if (!purposes.every(isPurposeCode)) throw refuse("name a purpose that is not known", "unknown-purpose");
  if (purposes.length === 0) throw refuse("name no purpose", "no-purpose");
  if (categories.length + documents.length === 0) throw refuse("cover nothing", "empty");
  const sortedDocuments = documents.every((id, at) => at === 0 || id > (documents[at - 1] ?? ""));
  if (!isOrdered(categories, categoryIds) || !isOrdered(purposes, purposeCodes) || !sortedDocuments) {
    throw refuse("are not in canonical order", "disorder");
  }
  if (renderSentence(opening) !== opening.sentence) {
    throw new Failure("tampered", "The sentence of this consent does not say what its fields say. It was not used.", {
      reason: "sentence-differs",
    });
  }
  if (options.scope !== undefined && scopeOf(opening) !== options.scope.toLowerCase()) {
    throw new Failure("tampered", "These words are not the ones that were signed. The consent was not used.", {
      reason: "scope-differs",
    });
  }
  return opening;
}

/** Why an opening does not cover something. */
export type NotCovered = "category-not-covered" | "purpose-not-covered" | "document-not-covered";

/**
 * Whether an opening covers a use: the purpose by is-a, and the document by name or its category by name. A document
 * whose day (`recordedOn`, "YYYY-MM-DD") lies outside records-from and records-until is not covered; where the consent
 * has such a term, the day must be given.
 */
export function covers(
  opening: Opening,
  use: {
    readonly category: string;
    readonly purpose: string;
    readonly document?: string;
    readonly recordedOn?: string;
  },
): { readonly ok: true } | { readonly ok: false; readonly reason: NotCovered } {
  if (!purposeCovers(opening.purposes, use.purpose)) return { ok: false, reason: "purpose-not-covered" };
  const named = opening.documents.some((id) => id === use.document?.toLowerCase());
  if (!named && !opening.categories.includes(use.category)) {
    const onlyDocuments = opening.categories.length === 0 && use.document !== undefined;
    return { ok: false, reason: onlyDocuments ? "document-not-covered" : "category-not-covered" };
  }
  const { recordsFrom, recordsUntil } = parseTerms(opening.terms);
  if (recordsFrom !== undefined || recordsUntil !== undefined) {
    // A date range that cannot be checked is not kept: without the day the answer is no, for a document.
    const day = use.recordedOn;
    const outside =
      use.document !== undefined &&
      (day === undefined ||
        (recordsFrom !== undefined && day < recordsFrom) ||
        (recordsUntil !== undefined && day > recordsUntil));
    if (outside) return { ok: false, reason: "document-not-covered" };
  }
  return { ok: true };
}
