// The conditions of a consent as readable "name: value" lines. Rule: one order, one spelling; whoever meets a line that
// they do not know refuses the whole consent, because a condition that nobody understands is a condition broken.

import { Failure } from "../failure.ts";
import { isCalendarDate } from "./dates.ts";
import { readDuo } from "./duo.ts";
import { findTemplate, type TemplateId } from "./templates.ts";

/** The version of the wordings that new consents use. */
export const LATEST_WORDING = 1;

/** Conditions of a consent. Absent means without that condition. */
export type Terms = {
  /** Only records made on this day or later ("YYYY-MM-DD"). */
  readonly recordsFrom?: string;
  /** Only records made on this day or earlier. */
  readonly recordsUntil?: string;
  /** How many times records may be opened in all. */
  readonly uses?: number;
  /** Look only, or keep copies (a duty). */
  readonly keep?: "view" | "keep";
  /** Copies must be gone by this day (a duty). */
  readonly eraseBy?: string;
  /** GA4GH DUO codes in the table's order (a duty). */
  readonly duo?: readonly string[];
  /** The template whose rules the sentence states. */
  readonly template?: TemplateId;
  /** The version of the wording table that renders the sentence; always present in an opening. */
  readonly wording?: number;
};

/** Terms as an opening holds them: the wording is always named. */
export type FullTerms = Terms & { readonly wording: number };

const order = ["records-from", "records-until", "uses", "keep", "erase-by", "duo", "template", "wording"] as const;
type TermName = (typeof order)[number];

function refuse(line: string, cause?: unknown): Failure {
  return new Failure(
    "bad-input",
    `This consent has a term that is not understood: "${line.slice(0, 80)}". It was not used, and nothing was changed. Ask for it to be granted again.`,
    { reason: "unknown-term", cause },
  );
}

function readDate(value: string, line: string): string {
  if (!isCalendarDate(value)) throw refuse(line);
  return value;
}

function readNumber(value: string, line: string): number {
  if (!/^[1-9]\d{0,5}$/.test(value)) throw refuse(line);
  return Number(value);
}

function readDuoList(value: string, line: string): string[] {
  const entries = value.split(", ");
  const indexes = entries.map((entry) => readDuo(entry)?.index ?? -1);
  const ordered = indexes.every((index, at) => index >= 0 && (at === 0 || index > (indexes[at - 1] ?? -1)));
  if (!ordered) throw refuse(line);
  return entries;
}

function readTerm(name: TermName, value: string, line: string): Terms {
  switch (name) {
    case "records-from":
      return { recordsFrom: readDate(value, line) };
    case "records-until":
      return { recordsUntil: readDate(value, line) };
    case "uses":
      return { uses: readNumber(value, line) };
    case "keep":
      if (value !== "view" && value !== "keep") throw refuse(line);
      return { keep: value };
    case "erase-by":
      return { eraseBy: readDate(value, line) };
    case "duo":
      return { duo: readDuoList(value, line) };
    case "template": {
      const template = findTemplate(value);
      if (template === undefined) throw refuse(line);
      return { template: template.id };
    }
    case "wording":
      return { wording: readNumber(value, line) };
  }
}

/**
 * Reads term lines. Throws Failure("bad-input", reason "unknown-term") for a line that is unknown, misspelt, repeated
 * or out of order, and when the wording is not named.
 */
export function parseTerms(lines: readonly string[]): FullTerms {
  let terms: Terms = {};
  let last = -1;
  for (const line of lines) {
    const at = line.indexOf(": ");
    const name = order.find((known) => known === line.slice(0, at));
    if (at < 0 || name === undefined || order.indexOf(name) <= last) throw refuse(line);
    last = order.indexOf(name);
    terms = { ...terms, ...readTerm(name, line.slice(at + 2), line) };
  }
  const { wording, recordsFrom, recordsUntil } = terms;
  if (wording === undefined) throw refuse("(no wording)");
  if (recordsFrom !== undefined && recordsUntil !== undefined && recordsUntil < recordsFrom) {
    throw refuse(`records-until: ${recordsUntil}`);
  }
  return { ...terms, wording };
}

/** Term lines in canonical order; names the latest wording where none is named. Throws Failure("bad-input"). */
export function formatTerms(terms: Terms): string[] {
  const duo = [...(terms.duo ?? [])].sort((a, b) => (readDuo(a)?.index ?? 0) - (readDuo(b)?.index ?? 0));
  const values: Record<TermName, string | number | undefined> = {
    "records-from": terms.recordsFrom,
    "records-until": terms.recordsUntil,
    uses: terms.uses,
    keep: terms.keep,
    "erase-by": terms.eraseBy,
    duo: duo.length === 0 ? undefined : duo.join(", "),
    template: terms.template,
    wording: terms.wording ?? LATEST_WORDING,
  };
  const lines = order.flatMap((name) => (values[name] === undefined ? [] : [`${name}: ${values[name]}`]));
  parseTerms(lines);
  return lines;
}
