// The answers of someone who asks for access, and what is missing in them. Rule: nothing protected is ever chosen for
// them, and what is asked should be no more than what is needed: nothing is chosen at all but treatment and 30 days.
import { CONTRIBUTE, READ } from "#protocol/codes/index.ts";
import type { Note } from "#protocol/keys/index.ts";
import { t, type FormError } from "#app/ui/index.ts";
import type { Address } from "viem";
import { readWhom } from "./whom.ts";

/** The answers so far. */
export type AskDraft = {
  whom: string;
  categories: string[];
  guarded: string[];
  may: string[];
  purposes: string[];
  days: string;
  reason: string;
  name: string;
};

/** The lengths offered, in days. */
export const lengths = ["1", "7", "30", "90", "365"] as const;

/** A fresh draft. */
export function emptyAsk(options: { whom?: string; name?: string } = {}): AskDraft {
  return {
    whom: options.whom ?? "",
    categories: [],
    guarded: [],
    may: ["read"],
    purposes: ["TREAT"],
    days: "30",
    reason: "",
    name: options.name ?? "",
  };
}

/** What is missing or wrong. */
export function checkAsk(draft: AskDraft, options: { self: Address }): FormError[] {
  const whom = readWhom(draft.whom);
  return [
    ...(whom === undefined ? [{ field: "ask-whom", message: t("provider.ask.error.whom") }] : []),
    ...(whom === options.self ? [{ field: "ask-whom", message: t("provider.ask.error.self") }] : []),
    ...(draft.categories.length + draft.guarded.length === 0
      ? [{ field: "ask-categories", message: t("provider.ask.error.what") }]
      : []),
    ...(draft.may.length === 0 ? [{ field: "ask-may", message: t("provider.ask.error.may") }] : []),
    ...(draft.purposes.length === 0 ? [{ field: "ask-purposes", message: t("provider.ask.error.purpose") }] : []),
    ...(draft.reason.trim() === "" ? [{ field: "ask-reason", message: t("provider.ask.error.reason") }] : []),
    ...(draft.name.trim() === "" ? [{ field: "ask-name", message: t("provider.ask.error.name") }] : []),
  ];
}

/** The note of a finished draft. */
export function noteOf(draft: AskDraft): Note<"request"> {
  const ops = ((draft.may.includes("read") ? READ : 0) | (draft.may.includes("add") ? CONTRIBUTE : 0)) >>> 0;
  return {
    categories: [...draft.categories, ...draft.guarded],
    purposes: [...draft.purposes],
    ops,
    days: Number(draft.days),
    reason: draft.reason.trim(),
    name: draft.name.trim(),
  };
}
