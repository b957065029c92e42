// Things worth a word in passing: said by screen readers, shown as a short note at the edge of the screen.
// Rule: never the only place where something important stands, since a note goes away by itself.

/** One note. "plain" goes after six seconds; "problem" stays until it is closed. */
export type Note = { id: number; text: string; tone: "plain" | "problem"; silent: boolean };

let notes = $state<Note[]>([]);
let counter = 0;

/** Says something. `silent` is for screen readers alone. */
export function announce(text: string, options: { tone?: "plain" | "problem"; silent?: boolean } = {}): void {
  const note: Note = { id: ++counter, text, tone: options.tone ?? "plain", silent: options.silent ?? false };
  notes = [...notes.slice(-3), note];
  if (note.tone === "plain") setTimeout(() => dismissNote(note.id), 6000);
}

/** Removes a note before its time. */
export function dismissNote(id: number): void {
  notes = notes.filter((note) => note.id !== id);
}

/** The notes on screen, oldest first, as a reactive value. */
export const announcements = {
  get notes(): readonly Note[] {
    return notes;
  },
};
