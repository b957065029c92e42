import { describe, expect, test } from "vitest";
import { en } from "../../../app/messages/en/index.ts";
import { fillMessage, pickLanguage } from "../../../app/src/lib/ui/text.ts";

describe("A person who reads the app's words", () => {
  test("sees names filled in, and several of them", () => {
    expect(fillMessage("{who} may read {what}.", { who: "Dr Lena", what: "labs" })).toBe("Dr Lena may read labs.");
  });

  test("reads one, many and none as the language says them", () => {
    const pattern = "{count, plural, =0 {nobody} one {# person} other {# people}}";
    expect(fillMessage(pattern, { count: 0 })).toBe("nobody");
    expect(fillMessage(pattern, { count: 1 })).toBe("1 person");
    expect(fillMessage(pattern, { count: 1234 })).toBe("1,234 people");
  });

  test("reads what fits the kind, with names filled in inside a branch", () => {
    const pattern = "{kind, select, doctor {Dr {name}} other {{name}}}";
    expect(fillMessage(pattern, { kind: "doctor", name: "Lena" })).toBe("Dr Lena");
    expect(fillMessage(pattern, { kind: "lab", name: "Noor" })).toBe("Noor");
  });

  test("is never shown what somebody else put into a name as a pattern", () => {
    expect(fillMessage("{name}", { name: "{count, plural, other {#}}" })).toBe("{count, plural, other {#}}");
  });

  test("is not left with a broken message: an open brace is an error", () => {
    expect(() => fillMessage("{name", { name: "x" })).toThrow(RangeError);
  });
});

describe("A person whose device speaks several languages", () => {
  test("gets the first one that there is a catalogue for, and English otherwise", () => {
    expect(pickLanguage(["xx", "en-GB"])).toBe("en");
    expect(pickLanguage(["xx-YY"])).toBe("en");
    expect(pickLanguage([])).toBe("en");
  });
});

describe("The English catalogue", () => {
  test("has no message that cannot be filled", () => {
    for (const [key, pattern] of Object.entries(en)) {
      expect(() => fillMessage(pattern, { count: 2 }), key).not.toThrow();
    }
  });

  test("keeps the words of machines off the screens of patients and of the way in", () => {
    const theirs = Object.entries(en).filter(([key]) => !/^(auditor|registrar|demo|ui\.proof)/.test(key));
    for (const [key, words] of theirs) expect(words, key).not.toMatch(/\b(blockchain|hash|CID|gas|nonce)\b/i);
  });
});
