// Ready-made consents to start from (feature C12). Rule: a template proposes; the opening says what was agreed, and
// carries the template's name only where that name changes what the sentence must say.

import { CONTRIBUTE, DERIVE, READ, type CategoryId, type PurposeCode } from "../codes/index.ts";
import type { Terms } from "./terms.ts";

/** A consent to start from. */
export type Template = {
  readonly id: "treatment" | "second-opinion" | "insurance-claim" | "research" | "part-2";
  readonly label: string;
  readonly about: string;
  readonly purposes: readonly PurposeCode[];
  readonly categories: readonly CategoryId[];
  readonly ops: number;
  /** How long, in days, if nothing else is chosen. */
  readonly days: number;
  readonly terms: Terms;
};

/** The name of a template. */
export type TemplateId = Template["id"];

/** All templates. */
export const templates: readonly Template[] = [
  {
    id: "treatment",
    label: "Treatment",
    about: "For someone who treats you: they read what they need and add what they find.",
    purposes: ["TREAT"],
    categories: ["conditions", "allergies", "medications", "labs", "notes"],
    ops: READ + CONTRIBUTE,
    days: 30,
    terms: { template: "treatment" },
  },
  {
    id: "second-opinion",
    label: "Second opinion",
    about: "For another view on one matter: a short time, to look at and not to keep.",
    purposes: ["TREAT"],
    categories: ["conditions", "labs", "imaging", "notes"],
    ops: READ,
    days: 14,
    terms: { keep: "view", template: "second-opinion" },
  },
  {
    id: "insurance-claim",
    label: "Insurance claim",
    about: "For your insurer, to decide about one claim.",
    purposes: ["CLMATTCH"],
    categories: ["insurance", "procedures"],
    ops: READ,
    days: 30,
    terms: { template: "insurance-claim" },
  },
  {
    id: "research",
    label: "Research",
    about: "For a study. You say what kind of research, and whether business may use it.",
    purposes: ["HRESCH"],
    categories: ["conditions", "labs", "vitals"],
    ops: READ + DERIVE,
    days: 365,
    terms: { duo: ["HMB", "IRB", "NCU"], template: "research" },
  },
  {
    id: "part-2",
    label: "Substance use treatment (42 CFR Part 2)",
    about: "For records of substance use treatment, which the law protects specially.",
    purposes: ["TREAT"],
    categories: ["substance-use"],
    ops: READ,
    days: 30,
    terms: { keep: "view", template: "part-2" },
  },
];

/** The template of this name, undefined when there is none. */
export function findTemplate(id: string): Template | undefined {
  return templates.find((template) => template.id === id);
}
