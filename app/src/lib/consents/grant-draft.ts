// The answers of someone who is granting consent, before anything is signed; what they still have to answer; and the
// opening that the answers come to. Rule: nothing protected is ever chosen for them, and nothing asked for is added to.
import { randomBytes, toHex } from "#protocol/bytes.ts";
import { CONTRIBUTE, READ } from "#protocol/codes/index.ts";
import { createOpening, type Opening } from "#protocol/consent/index.ts";
import { currentLanguage, type FormError, type PersonView, t } from "#app/ui/index.ts";
import type { Hex } from "viem";

const HOUR = 3600;
const DAY = 24 * HOUR;

/** The lengths offered first; "date" stands for a day and time of one's own. Seconds. */
export const lengths = { hour: HOUR, day: DAY, month: 30 * DAY, treatment: 365 * DAY } as const;

/** The answer to "Until when?". */
export type UntilChoice = keyof typeof lengths | "date";

/** The answers so far. */
export type GrantDraft = {
  grantee: PersonView | undefined;
  mayRead: boolean;
  mayAdd: boolean;
  categories: string[];
  documents: string[];
  purposes: string[];
  /** How often it may be opened in an emergency; 0 for a consent that is open from the start. */
  times: number;
  until: UntilChoice;
  /** "YYYY-MM-DDTHH:MM", in the device's own zone; used when `until` is "date". */
  date: string;
};

/** What a provider asked for; the draft starts from it and can only become narrower. */
export type Asked = {
  categories: readonly string[];
  documents: readonly string[];
  purposes: readonly string[];
  ops: number;
  days: number;
};

/** The questions, in order. */
export const grantSteps = ["who", "what", "purpose", "until", "sentence"] as const;

/** What is chosen already for an emergency: to read, for emergency treatment, three times at most, within a year. */
export const emergencyDraft: Partial<GrantDraft> = { purposes: ["ETREAT"], times: 3, until: "treatment" };

/** One of the questions. */
export type GrantStep = (typeof grantSteps)[number];

/** A fresh draft: treatment and 30 days are chosen, everything else is open. */
export function emptyDraft(): GrantDraft {
  return {
    grantee: undefined,
    mayRead: true,
    mayAdd: false,
    categories: [],
    documents: [],
    purposes: ["TREAT"],
    times: 0,
    until: "month",
    date: localTime(Date.now() / 1000 + 7 * DAY),
  };
}

/** A draft that says yes to a request, for 30 days at most; the person narrows it from there. */
export function draftFromRequest(asked: Asked, grantee: PersonView): GrantDraft {
  // The ordinary 30 days, or what they asked for where that is less; more is for the person to choose.
  const seconds = Math.min(asked.days * DAY, lengths.month);
  const named = (Object.keys(lengths) as (keyof typeof lengths)[]).find((name) => lengths[name] === seconds);
  return {
    ...emptyDraft(),
    grantee,
    mayRead: (asked.ops & READ) !== 0,
    mayAdd: (asked.ops & CONTRIBUTE) >>> 0 === CONTRIBUTE,
    categories: [...asked.categories],
    documents: [...asked.documents],
    purposes: [...asked.purposes],
    until: named ?? "date",
    date: localTime(Date.now() / 1000 + seconds),
  };
}

/** What is missing or wrong in the answer to one question. `now` in unix seconds. */
export function checkAnswer(draft: GrantDraft, step: GrantStep, options: { now: number; self: string }): FormError[] {
  if (step === "who") {
    if (!draft.grantee) return [{ field: "grantee", message: t("patient.grant.error.who") }];
    if (draft.grantee.address.toLowerCase() === options.self.toLowerCase())
      return [{ field: "grantee", message: t("patient.grant.error.self") }];
    if (draft.times > 0 && draft.grantee.standing !== "verified")
      return [{ field: "grantee", message: t("emergency.error.who") }];
  }
  if (step === "what") {
    const errors: FormError[] = [];
    if (!draft.mayRead && !draft.mayAdd) errors.push({ field: "may-read", message: t("patient.grant.error.may") });
    if (draft.categories.length + draft.documents.length === 0)
      errors.push({ field: "categories", message: t("patient.grant.error.what") });
    return errors;
  }
  if (step === "purpose" && draft.purposes.length === 0)
    return [{ field: "purposes", message: t("patient.grant.error.purpose") }];
  if (step === "until") {
    const until = untilOf(draft, options.now);
    if (!Number.isFinite(until)) return [{ field: "until-date", message: t("patient.grant.error.date") }];
    if (until <= options.now + 30) return [{ field: "until-date", message: t("patient.grant.error.past") }];
    if (until > options.now + 10 * 365 * DAY) return [{ field: "until-date", message: t("patient.grant.error.far") }];
  }
  return [];
}

/** When the consent would end, unix seconds; NaN when the date cannot be read. */
export function untilOf(draft: GrantDraft, now: number): number {
  if (draft.until !== "date") return now + lengths[draft.until];
  return Math.floor(new Date(draft.date).getTime() / 1000);
}

/** What may be done, as the ledger's bits. */
export function opsOf(draft: GrantDraft): number {
  return ((draft.mayRead ? READ : 0) | (draft.mayAdd ? CONTRIBUTE : 0)) >>> 0;
}

/** The opening of a finished draft, with a fresh salt: make it once, when the sentence is shown. */
export function openingOf(draft: GrantDraft): Opening {
  return createOpening({
    categories: draft.categories,
    purposes: draft.purposes,
    documents: draft.documents.map((id) => id.toLowerCase() as Hex),
    salt: toHex(randomBytes(32)),
    language: currentLanguage(),
  });
}

/** "YYYY-MM-DDTHH:MM" in the device's own zone. */
export function localTime(seconds: number): string {
  const date = new Date(seconds * 1000);
  const two = (value: number): string => String(value).padStart(2, "0");
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}T${two(date.getHours())}:${two(date.getMinutes())}`;
}
