// How words are compared in the directory: without case and without accents, so that "Muller" finds "Müller" and "Lodz"
// finds "Łódź". Rule: what is stored and what is searched for go through the same function, never through the database's
// own, which follows the locale that it was made with.

/** Letters that no normal form takes apart. */
const apart: Readonly<Record<string, string>> = {
  ß: "ss",
  æ: "ae",
  œ: "oe",
  ø: "o",
  ł: "l",
  đ: "d",
  ð: "d",
  þ: "th",
  ı: "i",
};

/** A text without case and accents. */
export function foldText(text: string): string {
  return text
    .toLowerCase()
    .normalize("NFKD")
    .replace(/\p{M}/gu, "")
    .replace(/[ßæœøłđðþı]/g, (letter) => apart[letter] ?? letter);
}

/** The words of a text, folded. */
export function foldWords(text: string): string[] {
  return foldText(text).match(/[\p{L}\p{N}]+/gu) ?? [];
}
