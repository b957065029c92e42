// How hard a passphrase is to guess, in bits, estimated low on purpose: words count as words and not as letters,
// sequences, repeats, years and well-known passwords count for next to nothing. After zxcvbn's idea (Wheeler, 2016).

/** What a passphrase is worth. `enough` is what enrolment asks for. */
export type Strength = { bits: number; level: "very-weak" | "weak" | "fair" | "good"; enough: boolean };

/** 2^40 tries at half a second each (Argon2id) are seventeen thousand years of one computer. */
const ENOUGH_BITS = 40;
const GOOD_BITS = 52;
const WEAK_BITS = 26;

// A word that a person thinks of comes from the few thousand most used: about 11 bits.
const WORD_BITS = 11;
// What letters and signs without a pattern are worth each: less than their alphabet, since people choose them.
const LETTER_BITS = 3.5;
const DIGIT_BITS = 3.3;
const SIGN_BITS = 5;
const YEAR_BITS = 6;
const PATTERN_BITS = 4;

// The passwords that every list of leaks begins with, and what people write into a form such as this.
const KNOWN = new Set(
  (
    "password passwort passw0rd contraseña motdepasse letmein welcome monkey dragon master sunshine princess football " +
    "baseball iloveyou trustno1 superman batman shadow michael jennifer jordan hunter charlie qwerty qwertz azerty " +
    "qwertyuiop asdfgh asdfghjkl zxcvbn zxcvbnm abc123 admin administrator login secret changeme default guest test " +
    "placet health doctor patient hospital medical record consent"
  ).split(" "),
);
const ROWS = [
  "abcdefghijklmnopqrstuvwxyz",
  "01234567890",
  "qwertyuiop",
  "asdfghjkl",
  "zxcvbnm",
  "qwertzuiop",
  "azertyuiop",
];

const LEET: Readonly<Record<string, string>> = {
  "0": "o",
  "1": "i",
  "3": "e",
  "4": "a",
  "5": "s",
  "7": "t",
  "@": "a",
  $: "s",
  "!": "i",
};

function isRun(text: string): boolean {
  const backwards = [...text].reverse().join("");
  return text.length >= 3 && ROWS.some((row) => row.includes(text) || row.includes(backwards));
}

function bitsOfPart(part: string): number {
  const lower = part.toLowerCase();
  const plain = [...lower].map((character) => LEET[character] ?? character).join("");
  if (/^(.+?)\1+$/.test(lower))
    return Math.min(PATTERN_BITS + bitsOfPart(/^(.+?)\1+$/.exec(lower)?.[1] ?? ""), WORD_BITS);
  if (isRun(lower)) return PATTERN_BITS;
  if (KNOWN.has(lower) || KNOWN.has(plain)) return PATTERN_BITS;
  if (/^(19|20)\d\d$/.test(lower)) return YEAR_BITS;
  if (/^\d+$/.test(lower))
    return Math.min(lower.length * DIGIT_BITS, lower.length >= 6 && lower.length <= 8 ? 15 : Infinity);
  if (/^\p{L}+$/u.test(lower))
    return lower.length <= 3
      ? lower.length * LETTER_BITS
      : Math.min(WORD_BITS + Math.max(0, lower.length - 8) * 1.2, lower.length * LETTER_BITS);
  return [...lower].length * SIGN_BITS;
}

/** Estimates a passphrase. Pure, synchronous; the passphrase goes nowhere. */
export function estimateStrength(passphrase: string): Strength {
  const parts = passphrase.normalize("NFKC").match(/\p{L}+|\d+|[^\p{L}\d\s]+/gu) ?? [];
  const whole = passphrase.toLowerCase().replace(/\s/g, "");
  const leet = [...whole].map((character) => LEET[character] ?? character).join("");
  const seen = new Set<string>();
  let bits = 0;
  for (const part of parts) {
    // The same word again is one guess more, not another word.
    bits += seen.has(part.toLowerCase()) ? 1 : bitsOfPart(part);
    seen.add(part.toLowerCase());
  }
  // An unusual capital in the middle of a word.
  if (/\p{L}\p{Lu}/u.test(passphrase) && /\p{Ll}/u.test(passphrase)) bits += 1;
  if (KNOWN.has(whole) || KNOWN.has(leet) || isRun(whole)) bits = Math.min(bits, PATTERN_BITS);
  if (/^(.+?)\1+$/.test(whole)) bits = Math.min(bits, WORD_BITS);
  bits = Math.round(bits);
  const level = bits < WEAK_BITS ? "very-weak" : bits < ENOUGH_BITS ? "weak" : bits < GOOD_BITS ? "fair" : "good";
  return { bits, level, enough: bits >= ENOUGH_BITS };
}
