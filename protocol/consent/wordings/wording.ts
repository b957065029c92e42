// What a wording must be able to say. Rule: a wording, once published, never changes: old signatures hang on its
// letters. Whoever wants other words adds a version.

import type { ConsentRecord } from "../record.ts";
import type { FullTerms } from "../terms.ts";

/** What a sentence is made from: the fields of an opening, already checked. */
export type SentenceFields = {
  readonly categories: readonly string[];
  readonly purposes: readonly string[];
  /** How many single documents. */
  readonly documents: number;
  readonly terms: FullTerms;
};

/** A piece of a sentence; strong pieces are the ones that a reader must not miss. */
export type Part = { readonly text: string; readonly weight: "strong" | "plain" };

/** What the full sentence adds: who, which ops, which window. */
export type FullFields = SentenceFields &
  Pick<ConsentRecord, "ops" | "notBefore" | "expiresAt"> & {
    readonly granteeName: string;
    readonly timeZone: string;
    readonly tense: "may" | "could";
    /** Unix seconds; a beginning that lies before it is not mentioned. */
    readonly now: number;
  };

/** One language in one version. */
export type Wording = {
  /** The sentence that is signed: what and for what, never who or when. */
  readonly sentence: (fields: SentenceFields) => string;
  /** The full sentence that a person reads: who may do what, for what, until when. */
  readonly full: (fields: FullFields) => readonly Part[];
  /** One plain sentence for each term and each op that is a duty. */
  readonly notes: (fields: SentenceFields & { readonly ops: number }) => readonly string[];
};
