// Words come from the message catalogue (app/messages), never from a component, so that a language is one folder.
// The pattern syntax is the part of ICU MessageFormat that translators use most: {name}, and
// {count, plural, =0 {none} one {# person} other {# people}}, and {kind, select, doctor {...} other {...}}.
import { en } from "../../../messages/en/index.ts";

/** The key of a message; a typing mistake is a compile error. */
export type MessageKey = keyof typeof en;

/** What may be filled into a message. */
export type MessageValues = Readonly<Record<string, string | number>>;

/** A language's catalogue. A key that is missing falls back to English. */
export type Catalogue = Readonly<Partial<Record<MessageKey, string>>>;

/** The languages with a catalogue, by BCP 47 tag, each loaded only when it is chosen. */
export const languages: Readonly<Record<string, { name: string; load: () => Promise<Catalogue> }>> = {
  en: { name: "English", load: () => Promise.resolve(en) },
};

let active: { tag: string; catalogue: Catalogue } = { tag: "en", catalogue: en };

/** The BCP 47 tag of the language in use. Dates and numbers follow it too. */
export function currentLanguage(): string {
  return active.tag;
}

/** The tag for Intl: English dates are written day first ("25 December 2026"). */
export function currentLocale(): string {
  return active.tag === "en" ? "en-GB" : active.tag;
}

const CHOSEN = "placet.language";

/** The first of the wanted languages that there is a catalogue for; English when there is none. */
export function pickLanguage(wanted: readonly string[]): string {
  for (const tag of wanted) {
    const found = [tag, tag.split("-")[0] ?? tag].find((one) => one in languages);
    if (found !== undefined) return found;
  }
  return "en";
}

/**
 * Takes the person's language (their choice, else the device's) before the first render. A later change is a reload, so
 * that no screen mixes two languages.
 */
export async function loadLanguage(): Promise<void> {
  const chosen = localStorage.getItem(CHOSEN);
  const tag = pickLanguage([...(chosen === null ? [] : [chosen]), ...navigator.languages]);
  const language = languages[tag];
  if (language) active = { tag, catalogue: await language.load() };
  document.documentElement.lang = tag;
  document.documentElement.dir = /^(ar|fa|he|ur)\b/.test(tag) ? "rtl" : "ltr";
}

/** The words for a key, with values filled in: `t("ui.readers", { count: 3 })`. */
export function t(key: MessageKey, values: MessageValues = {}): string {
  return fillMessage(active.catalogue[key] ?? en[key], values, currentLocale());
}

/** Fills an ICU-style pattern. Throws a RangeError when a brace is left open: a broken catalogue must not ship. */
export function fillMessage(pattern: string, values: MessageValues, locale = "en-GB"): string {
  let out = "";
  let at = 0;
  while (at < pattern.length) {
    const open = pattern.indexOf("{", at);
    if (open === -1) return out + pattern.slice(at);
    const close = matchingBrace(pattern, open);
    out += pattern.slice(at, open) + fillArgument(pattern.slice(open + 1, close), values, locale);
    at = close + 1;
  }
  return out;
}

function fillArgument(argument: string, values: MessageValues, locale: string): string {
  const parts = /^\s*(\w+)\s*(?:,\s*(plural|select)\s*,\s*([\s\S]*))?$/.exec(argument);
  const name = parts?.[1] ?? "";
  const value = values[name];
  if (value === undefined) return `{${name}}`;
  const kind = parts?.[2];
  if (kind === undefined) return typeof value === "number" ? formatNumber(value, locale) : value;
  const branches = readBranches(parts?.[3] ?? "");
  if (kind === "select") return fillMessage(branches.get(String(value)) ?? branches.get("other") ?? "", values, locale);
  const count = Number(value);
  const rule = new Intl.PluralRules(locale).select(count);
  const branch = branches.get(`=${count}`) ?? branches.get(rule) ?? branches.get("other") ?? "";
  return fillMessage(branch.replaceAll("#", formatNumber(count, locale)), values, locale);
}

function readBranches(text: string): Map<string, string> {
  const branches = new Map<string, string>();
  let at = 0;
  while (at < text.length) {
    const open = text.indexOf("{", at);
    if (open === -1) break;
    const close = matchingBrace(text, open);
    branches.set(text.slice(at, open).trim(), text.slice(open + 1, close));
    at = close + 1;
  }
  return branches;
}

function matchingBrace(text: string, open: number): number {
  let depth = 0;
  for (let at = open; at < text.length; at++) {
    if (text[at] === "{") depth++;
    if (text[at] === "}" && --depth === 0) return at;
  }
  throw new RangeError(`A brace is left open in the message "${text}"`);
}

function formatNumber(value: number, locale: string): string {
  return new Intl.NumberFormat(locale).format(value);
}
