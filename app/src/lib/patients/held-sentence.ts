// A consent in the words of the one who holds it: what you may do, with whose records, for what, until when. Rule: built
// from the opening alone, which hashes to the scope; the signed words themselves stand under "Details".
import { CONTRIBUTE, findCategory, findPurpose, hasOp, READ } from "#protocol/codes/index.ts";
import { describeConsent, formatTime, listPhrase } from "#protocol/consent/index.ts";
import { t, type SentencePart } from "#app/ui/index.ts";
import { beginOf, type HeldConsent } from "./held-consent.ts";

/** A sentence in parts, and the plain sentences that follow it (duties and terms). */
export type HeldSentence = { parts: SentencePart[]; notes: string[] };

/** "You may read the lab results and imaging of Ana Silva, for treatment, until 25 December 2026, 18:00." */
export function heldSentence(
  consent: HeldConsent,
  options: { name: string; now: number; /** The organisation that one reads for. */ holder?: string | undefined },
): HeldSentence | undefined {
  const { opening, ops, notBefore, expiresAt } = consent;
  if (!opening) return undefined;
  const { name, now, holder } = options;
  const timeZone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const reads = hasOp(ops, READ);
  const adds = hasOp(ops, CONTRIBUTE);
  const verb = t(
    reads && adds ? "provider.sentence.readAdd" : adds ? "provider.sentence.add" : "provider.sentence.read",
  );
  const begin = beginOf(consent);
  const parts: SentencePart[] = [
    ...(holder === undefined
      ? [{ text: t("provider.sentence.youMay") }]
      : [{ text: holder, strong: true }, { text: t("provider.sentence.may") }]),
    {
      text: verb,
      strong: true,
      explain: adds ? t("provider.sentence.addMeaning") : t("provider.sentence.readMeaning"),
    },
    { text: " " },
    {
      text: whatOf(opening),
      strong: true,
      explain: t(
        opening.categories.length > 0 ? "provider.sentence.categoriesMeaning" : "provider.sentence.documentsMeaning",
      ),
    },
    { text: t("provider.sentence.of") },
    { text: name, strong: true },
    { text: ", " },
    {
      text: t("provider.sentence.for", {
        purposes: listPhrase(opening.purposes.map((code) => findPurpose(code)?.phrase ?? code)),
      }),
      strong: true,
      explain: t("provider.sentence.purposeMeaning"),
    },
    { text: ", " },
    ...(begin > now
      ? [{ text: t("provider.sentence.from") }, { text: formatTime(begin, timeZone), strong: true }, { text: " " }]
      : []),
    { text: t("provider.sentence.until") },
    { text: formatTime(expiresAt, timeZone), strong: true, explain: t("provider.sentence.untilMeaning") },
    { text: "." },
  ];
  const { notes } = describeConsent({ opening, ops, granteeName: "", notBefore, expiresAt, timeZone });
  return { parts, notes: [...notes] };
}

function whatOf(opening: { categories: readonly string[]; documents: readonly string[] }): string {
  return listPhrase([
    ...opening.categories.map((id) => findCategory(id)?.phrase ?? id),
    ...(opening.documents.length > 0 ? [t("provider.sentence.documents", { count: opening.documents.length })] : []),
  ]);
}
