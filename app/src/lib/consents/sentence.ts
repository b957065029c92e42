// The sentence of a consent as the screens show it: the protocol's words, with an explanation behind those that matter.
import { findCategory, findPurpose } from "#protocol/codes/index.ts";
import { describeConsent, type Opening } from "#protocol/consent/index.ts";
import type { SentencePart } from "#app/ui/index.ts";
import { t } from "#app/ui/index.ts";

/** A sentence in parts, and the plain sentences that follow it (duties and terms). */
export type FullSentence = { text: string; parts: SentencePart[]; notes: string[] };

/** The device's own time zone (IANA name). */
export function ownTimeZone(): string {
  return Intl.DateTimeFormat().resolvedOptions().timeZone;
}

/** The full sentence with name and window around what was signed. Times in unix seconds. */
export function fullSentence(consent: {
  opening: Opening;
  ops: number;
  granteeName: string;
  notBefore: number;
  expiresAt: number;
  about?: string | undefined;
}): FullSentence {
  const described = describeConsent({
    opening: consent.opening,
    ops: consent.ops,
    granteeName: consent.granteeName,
    notBefore: consent.notBefore,
    expiresAt: consent.expiresAt,
    timeZone: ownTimeZone(),
    now: Math.floor(Date.now() / 1000),
  });
  const parts = described.parts.map((part): SentencePart => {
    if (part.weight !== "strong") return { text: part.text };
    const explain = explainWords(part.text, consent);
    return { text: part.text, strong: true, ...(explain ? { explain } : {}) };
  });
  return { text: described.text, parts, notes: [...described.notes] };
}

function explainWords(
  words: string,
  consent: { opening: Opening; granteeName: string; about?: string | undefined },
): string | undefined {
  if (words === consent.granteeName) return consent.about;
  if (words.startsWith("for ")) {
    const purposes = consent.opening.purposes.flatMap((code) => findPurpose(code)?.about ?? []);
    return [...purposes, t("patient.sentence.purposeMeaning")].join(" ");
  }
  const covered = consent.opening.categories.flatMap((id) => {
    const category = findCategory(id);
    return category ? [`${category.label}: ${category.about}`] : [];
  });
  const isWindow = /\d{1,2}:\d{2}/.test(words);
  if (isWindow) return t("patient.sentence.untilMeaning");
  return covered.length > 0 ? covered.join(" ") : t("patient.sentence.documentsMeaning");
}
