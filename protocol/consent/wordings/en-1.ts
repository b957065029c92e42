// English, version 1. Rule: never change a letter here, nor the phrases of categories, purposes and DUO codes that it
// uses; add a version.

import { findCategory, findPurpose, hasOp, ops as allOps } from "../../codes/index.ts";
import { formatCalendarDate, formatTime } from "../dates.ts";
import { readDuo } from "../duo.ts";
import type { FullTerms } from "../terms.ts";
import type { Part, SentenceFields, Wording } from "./wording.ts";

/** "a", "a and b", "a, b and c". */
export function listPhrase(items: readonly string[]): string {
  const last = items.at(-1) ?? "";
  return items.length < 2 ? last : `${items.slice(0, -1).join(", ")} and ${last}`;
}

const smallNumbers = ["no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"];
const inWords = (count: number) => smallNumbers[count] ?? String(count);

const verbs: Record<(typeof allOps)[number]["name"], string> = {
  READ: "read",
  QUERY: "ask questions about",
  DERIVE: "make new data from",
  EXPORT: "pass on",
  TRAIN: "train computer models with",
  MANAGE: "decide for you about",
  CONTRIBUTE: "add to",
};

/** "your lab results, imaging and two documents that you chose" */
function what({ categories, documents }: SentenceFields): string {
  const names = categories.map((id) => findCategory(id)?.phrase ?? id);
  const chosen = documents === 1 ? "one document that you chose" : `${inWords(documents)} documents that you chose`;
  if (documents === 0) return `your ${listPhrase(names)}`;
  return names.length === 0 ? chosen : `your ${listPhrase(names)}, and ${chosen}`;
}

const forWhat = ({ purposes }: SentenceFields) =>
  `for ${listPhrase(purposes.map((code) => findPurpose(code)?.phrase ?? code))}`;

function termSentences(terms: FullTerms): string[] {
  const { recordsFrom, recordsUntil, uses, keep, eraseBy, duo, template } = terms;
  const said: string[] = [];
  if (recordsFrom !== undefined && recordsUntil !== undefined) {
    said.push(`Only records from ${formatCalendarDate(recordsFrom)} to ${formatCalendarDate(recordsUntil)}.`);
  } else if (recordsFrom !== undefined) {
    said.push(`Only records from ${formatCalendarDate(recordsFrom)} on.`);
  } else if (recordsUntil !== undefined) {
    said.push(`Only records up to ${formatCalendarDate(recordsUntil)}.`);
  }
  if (uses === 1) said.push("Records may be opened once.");
  else if (uses !== undefined) said.push(`Records may be opened ${inWords(uses)} times in all.`);
  if (keep === "view") said.push("Records may be looked at, not kept.");
  if (keep === "keep") said.push("Copies may be kept.");
  if (eraseBy !== undefined) said.push(`Copies must be erased by ${formatCalendarDate(eraseBy)}.`);
  if (duo !== undefined) {
    const codes = duo.map((entry) => {
      const read = readDuo(entry);
      return read === null ? entry : read.code.phrase.replace("{}", read.value);
    });
    said.push(`Research must keep to this: ${codes.join("; ")}.`);
  }
  if (template === "part-2") {
    said.push(
      "The law (42 CFR Part 2) protects these records: they must not be passed on without your new consent, unless the law allows it.",
    );
  }
  return said;
}

/** English, version 1. */
export const en1: Wording = {
  sentence: (fields) =>
    [`This consent covers ${what(fields)}, ${forWhat(fields)}.`, ...termSentences(fields.terms)].join(" "),

  full: (fields) => {
    const { granteeName, ops, notBefore, expiresAt, timeZone, tense, now } = fields;
    const mayDo = listPhrase(allOps.filter((op) => hasOp(ops, op.bit)).map((op) => verbs[op.name]));
    const begins: Part[] =
      notBefore > now
        ? [
            { text: "from ", weight: "plain" },
            { text: formatTime(notBefore, timeZone), weight: "strong" },
            { text: " ", weight: "plain" },
          ]
        : [];
    return [
      { text: granteeName, weight: "strong" },
      { text: ` ${tense} ${mayDo === "" ? "do nothing with" : mayDo} `, weight: "plain" },
      { text: what(fields), weight: "strong" },
      { text: ", ", weight: "plain" },
      { text: forWhat(fields), weight: "strong" },
      { text: ", ", weight: "plain" },
      ...begins,
      { text: "until ", weight: "plain" },
      { text: formatTime(expiresAt, timeZone), weight: "strong" },
      { text: ".", weight: "plain" },
    ];
  },

  notes: ({ terms, ops }) => {
    const duties = allOps.filter((op) => !op.lock && hasOp(ops, op.bit)).map((op) => verbs[op.name]);
    const promise =
      duties.length === 0
        ? []
        : [`That they ${listPhrase(duties)} your records only as agreed is a promise that software cannot enforce.`];
    return [...termSentences(terms), ...promise];
  },
};
