// What a provider writes about themselves, before it becomes a card; and what is missing in it.
import { findProviderKind } from "#protocol/codes/index.ts";
import type { Card } from "#protocol/providers/index.ts";
import { t, type FormError } from "#app/ui/index.ts";

/** The answers so far. `kind` is a code as text; the last two are for the registrar only. */
export type CardDraft = {
  kind: string;
  name: string;
  specialty: string;
  place: string;
  /** Separated by commas. */
  languages: string;
  about: string;
  authority: string;
  number: string;
};

/** A draft that starts from the present card. */
export function draftOf(card: Card | undefined, kind: number): CardDraft {
  return {
    kind: String(kind === 0 ? 1 : kind),
    name: card?.name ?? "",
    specialty: card?.specialty ?? "",
    place: card?.place ?? "",
    languages: card?.languages.join(", ") ?? "",
    about: card?.about ?? "",
    authority: "",
    number: "",
  };
}

/** What is missing. `withLicence` for an application; editing a card leaves the licence as it is. */
export function checkCard(draft: CardDraft, options: { withLicence: boolean }): FormError[] {
  const required = ["name", "specialty", "place", ...(options.withLicence ? ["authority", "number"] : [])] as (
    "name" | "specialty" | "place" | "authority" | "number"
  )[];
  return [
    ...(options.withLicence && !findProviderKind(Number(draft.kind))
      ? [{ field: "card-kind", message: t("provider.card.error.kind") }]
      : []),
    ...required.flatMap((field) =>
      draft[field].trim() === "" ? [{ field: `card-${field}`, message: t(`provider.card.error.${field}`) }] : [],
    ),
  ];
}

/** The card that a draft comes to. */
export function cardOf(draft: CardDraft, licence: string | null): Card {
  const languages = draft.languages
    .split(",")
    .map((language) => language.trim().slice(0, 40))
    .filter((language) => language !== "");
  return {
    format: "placet-card",
    formatVersion: 1,
    name: draft.name.trim(),
    specialty: draft.specialty.trim(),
    place: draft.place.trim(),
    about: draft.about.trim(),
    languages: [...new Set(languages)].slice(0, 12),
    licence,
  };
}
