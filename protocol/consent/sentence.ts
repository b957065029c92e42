// The one function that turns a consent's fields into the words that are signed. Rule: gateway, app and auditor
// recompute it and refuse a sentence that differs by a letter; an unknown language or wording is refused.

import { Failure } from "../failure.ts";
import type { ConsentRecord } from "./record.ts";
import type { Opening } from "./scope.ts";
import { parseTerms, type FullTerms } from "./terms.ts";
import { en1 } from "./wordings/en-1.ts";
import type { Part, Wording } from "./wordings/wording.ts";

const wordings = new Map<string, ReadonlyMap<number, Wording>>([["en", new Map([[1, en1]])]]);

/** The languages that a consent can be worded in. */
export const consentLanguages: readonly string[] = [...wordings.keys()];

function findWording(language: string, terms: FullTerms): Wording {
  const wording = wordings.get(language)?.get(terms.wording);
  if (wording === undefined) {
    throw new Failure(
      "bad-input",
      `This consent is worded in a language or version that is not known here (${language.slice(0, 20)}, ${terms.wording}). It was not used, and nothing was changed. Ask for it to be granted again.`,
      { reason: "unknown-wording" },
    );
  }
  return wording;
}

/** The sentence that belongs to these fields. Throws Failure("bad-input") for unknown terms, languages and wordings. */
export function renderSentence(fields: Omit<Opening, "sentence" | "salt">): string {
  const terms = parseTerms(fields.terms);
  return findWording(fields.language, terms).sentence({ ...fields, documents: fields.documents.length, terms });
}

/** The full sentence that a person reads, its parts with their weight, and one sentence for each term and duty. */
export type ConsentDescription = {
  readonly text: string;
  readonly parts: readonly Part[];
  readonly notes: readonly string[];
};

/**
 * Says a consent to a person: "Dr Lena Lindqvist may read your lab results and imaging, for treatment, until 25
 * December 2026, 18:00." A beginning is mentioned when it lies after `now` (Unix seconds).
 */
export function describeConsent(
  consent: {
    readonly opening: Omit<Opening, "sentence" | "salt">;
    readonly granteeName: string;
    readonly timeZone: string;
    readonly tense?: "may" | "could";
    readonly now?: number;
  } & Pick<ConsentRecord, "ops" | "notBefore" | "expiresAt">,
): ConsentDescription {
  const { opening } = consent;
  const terms = parseTerms(opening.terms);
  const wording = findWording(opening.language, terms);
  const fields = {
    categories: opening.categories,
    purposes: opening.purposes,
    documents: opening.documents.length,
    terms,
    ops: consent.ops,
    notBefore: consent.notBefore,
    expiresAt: consent.expiresAt,
    granteeName: consent.granteeName,
    timeZone: consent.timeZone,
    tense: consent.tense ?? "may",
    now: consent.now ?? 0,
  } as const;
  const parts = wording.full(fields);
  return { text: parts.map((part) => part.text).join(""), parts, notes: wording.notes(fields) };
}
