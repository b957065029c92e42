// A request in words, for the one who asks: the same words stand above the button and in the list afterwards.
import { CONTRIBUTE, findCategory, findPurpose, hasOp, READ } from "#protocol/codes/index.ts";
import { listPhrase } from "#protocol/consent/index.ts";
import type { Note } from "#protocol/keys/index.ts";
import { t } from "#app/ui/index.ts";

/** "read Ana Silva's …": what is asked of whom, for what, for how long. */
export function askedInWords(note: Note<"request">, name: string): string {
  const verb = t(
    hasOp(note.ops, READ) && hasOp(note.ops, CONTRIBUTE)
      ? "provider.sentence.readAdd"
      : hasOp(note.ops, CONTRIBUTE)
        ? "provider.sentence.add"
        : "provider.sentence.read",
  );
  return t("provider.ask.sentence", {
    name,
    verb,
    what: listPhrase([
      ...note.categories.map((id) => findCategory(id)?.phrase ?? id),
      ...(note.documents?.length ? [t("provider.sentence.documents", { count: note.documents.length })] : []),
    ]),
    why: listPhrase(note.purposes.map((code) => findPurpose(code)?.phrase ?? code)),
    count: note.days,
  });
}
