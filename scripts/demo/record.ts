// The shape of a record of the demonstration, and what its letters have in common. Dates are told in days before
// today, so that a chart never looks abandoned.

import type { PdfPart } from "./pdf.ts";

/** One document of a chart, before it is encrypted. */
export type DemoRecord = {
  /** Names the document for ever: a second run of the seed finds it by this. */
  readonly key: string;
  readonly category: string;
  readonly title: string;
  readonly fileName: string;
  readonly mediaType: string;
  readonly daysAgo: number;
  readonly tags: readonly string[];
  readonly make: (dates: DemoDates) => Uint8Array;
};

/** Tells dates as a letter would. */
export type DemoDates = {
  /** "4 March 2026", this many days before today. */
  long(daysAgo: number): string;
  /** "2026-03-04", this many days before today. */
  iso(daysAgo: number): string;
};

/** Dates as seen from `now` (Unix seconds), in UTC. */
export function createDates(now: number): DemoDates {
  const at = (daysAgo: number): Date => new Date((now - daysAgo * 86_400) * 1000);
  const words = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "long", year: "numeric", timeZone: "UTC" });
  return { long: (daysAgo) => words.format(at(daysAgo)), iso: (daysAgo) => at(daysAgo).toISOString().slice(0, 10) };
}

const FOOTER = "Invented for the Placet demonstration. No real person.";
/** Letterheads. */
export const LAB = {
  letterhead: "Clearwater Laboratory",
  place: "14 Harbour Road, Porto Claro  •  Accredited to ISO 15189",
  footer: FOOTER,
};
export const CLINIC = {
  letterhead: "Sunrise Clinic",
  place: "3 Orchard Square, Porto Claro  •  Cardiology",
  footer: FOOTER,
};
export const PRACTICE = {
  letterhead: "Dr Tomás Reyes, General Practice",
  place: "27 Mill Lane, Porto Claro",
  footer: FOOTER,
};
const RESULT_WIDTHS = [190, 80, 90, 110] as const;
/** A text file of these lines. */
export const lines = (...text: string[]): Uint8Array => new TextEncoder().encode(`${text.join("\n")}\n`);

/** A table of laboratory results: test, result, unit, reference. */
export function results(rows: readonly (readonly string[])[]): PdfPart {
  return { kind: "table", head: ["Test", "Result", "Unit", "Reference"], rows, widths: RESULT_WIDTHS };
}

/** Whom a letter is about, and when. */
export function about(name: string, born: string, collected: string): PdfPart {
  return {
    kind: "facts",
    facts: [
      ["Patient", name],
      ["Born", born],
      ["Date", collected],
    ],
  };
}

/** Ana and Ben as letters name them: name and date of birth. */
export const ANA = ["Ana Silva", "17 June 1984"] as const;
export const BEN = ["Ben Okafor", "2 November 1971"] as const;
