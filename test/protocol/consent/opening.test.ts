// The words of a consent: canonical, recomputable, and refused when anything about them is not understood.

import { readFile, writeFile } from "node:fs/promises";
import { fc } from "../../support/fast-check.ts";
import { describe, expect, it } from "vitest";
import type { Hex } from "viem";
import { hashStruct, pad, toHex } from "viem";
import { categories, categoryIds, purposeCodes } from "#protocol/codes/index.ts";
import {
  checkOpening,
  consentKey,
  covers,
  createOpening,
  describeConsent,
  duoCodes,
  formatTerms,
  packConsent,
  parseTerms,
  scopeOf,
  scopeType,
  templates,
  unpackConsent,
  type Opening,
  type Terms,
} from "#protocol/consent/index.ts";
import { useKeccak } from "#protocol/keccak.ts";
import { quickenKeccak } from "#protocol/quick-keccak.ts";
import vectors from "../../vectors/consent.json" with { type: "json" };

const salt: Hex = `0x${"5a".repeat(32)}`;
const base = () => createOpening({ categories: ["labs", "imaging"], purposes: ["TREAT"], salt });

/** One opening for each phrase that the wording knows, so that no letter of it can change unseen. */
function everyPhrase(): Opening[] {
  const terms: Terms[] = [
    { recordsFrom: "2026-01-01" },
    { recordsUntil: "2026-12-31" },
    { recordsFrom: "2026-01-01", recordsUntil: "2026-12-31" },
    { uses: 1 },
    { uses: 11 },
    { keep: "view" },
    { keep: "keep", eraseBy: "2027-03-01" },
    ...templates.map((template) => template.terms),
    ...duoCodes.map(({ code, parameter }) => {
      const value = { none: "", disease: "=MONDO:0005148", months: "=12", year: "=2030", word: "=EU-1" }[parameter];
      return { duo: [`${code}${value}`] };
    }),
  ];
  const documents = [1, 2, 12].map((count) => Array.from({ length: count }, (_, at) => pad(toHex(at + 1))));
  return [
    ...categoryIds.map((id) => createOpening({ categories: [id], purposes: ["TREAT"], salt })),
    ...purposeCodes.map((code) => createOpening({ categories: ["labs"], purposes: [code], salt })),
    ...terms.map((each) => createOpening({ categories: ["labs"], purposes: ["TREAT"], terms: each, salt })),
    ...documents.map((ids) => createOpening({ documents: ids, purposes: ["TREAT"], salt })),
    ...documents.map((ids) =>
      createOpening({ categories: ["labs", "vitals"], documents: ids, purposes: ["TREAT"], salt }),
    ),
    createOpening({ categories: categoryIds, purposes: ["TREAT", "HPAYMT", "HRESCH"], salt }),
  ];
}

describe("The wording of consents", () => {
  // UPDATE_VECTORS=1 writes them anew; that unmakes every consent that was signed with this wording.
  it("says English, version 1, as it said it when it was frozen, to the letter and to the hash", async () => {
    const file = new URL("../../vectors/wording-en-1.json", import.meta.url);
    const made = everyPhrase().map((opening) => ({ opening, scope: scopeOf(opening) }));
    if (process.env["UPDATE_VECTORS"] === "1") {
      const about =
        "Openings for every phrase of the English wording, version 1, with their scope (EIP-712 struct hash).";
      await writeFile(file, `${JSON.stringify({ about, openings: made }, null, 2)}\n`);
    }
    const frozen = JSON.parse(await readFile(file, "utf8")) as { openings: typeof made };
    expect(made).toEqual(frozen.openings);
    for (const { opening, scope } of frozen.openings) expect(checkOpening(opening, { scope })).toEqual(opening);
  });

  it("hashes any words to the scope that a wallet finds for them", async () => {
    const text = fc.string({ unit: "grapheme" });
    const words = fc.array(fc.oneof(text, fc.constantFrom("labs", "TREAT", "wording: 1")), { maxLength: 5 });
    const ids = fc.uint8Array({ minLength: 32, maxLength: 32 }).map((bytes) => toHex(bytes));
    const openings = fc.record({
      ...{ sentence: text, language: text, categories: words, purposes: words, terms: words },
      documents: fc.array(ids, { maxLength: 3 }),
      salt: ids,
    });
    const check = () =>
      fc.assert(
        fc.property(openings, (opening) => {
          const data = { ...opening };
          expect(scopeOf(opening)).toBe(hashStruct({ data, types: scopeType, primaryType: "Scope" }));
        }),
      );
    useKeccak(null);
    check();
    await quickenKeccak();
    check();
    // Digits that are none, or too many of them, would hash like others.
    for (const odd of ["0x", "5a".repeat(32), `0x${"5a".repeat(31)}`, `0x${"5a".repeat(33)}`, `0x${"zz".repeat(32)}`])
      expect(() => scopeOf({ ...base(), salt: odd as Hex })).toThrow(expect.objectContaining({ code: "bad-input" }));
  });

  it("agrees with the ledger on scopes, keys and records", () => {
    for (const { opening, subject, grantee, scope, key, word, record } of vectors.consents) {
      const checked = checkOpening(opening, { scope: scope as Hex });
      expect(consentKey({ subject: subject as Hex, grantee: grantee as Hex, scope: scopeOf(checked) })).toBe(key);
      expect(unpackConsent(BigInt(word))).toEqual(record);
      expect(packConsent(record)).toBe(BigInt(word));
    }
  });
});

describe("A patient who reads a consent", () => {
  it("reads who may do what, for what, until when, with the weighty words marked", () => {
    const said = describeConsent({
      opening: base(),
      ops: 1,
      granteeName: "Dr Lena Lindqvist",
      notBefore: 0,
      expiresAt: 1_798_218_000,
      timeZone: "Europe/Berlin",
    });
    expect(said.text).toBe(
      "Dr Lena Lindqvist may read your lab results and imaging, for treatment, until 25 December 2026, 18:00.",
    );
    expect(said.parts.filter(({ weight }) => weight === "strong").map(({ text }) => text)).toEqual([
      "Dr Lena Lindqvist",
      "your lab results and imaging",
      "for treatment",
      "25 December 2026, 18:00",
    ]);
  });

  it("is told of a beginning that is still to come, of each term, and which parts only a promise protects", () => {
    const opening = createOpening({
      categories: ["labs"],
      purposes: ["HRESCH"],
      terms: { uses: 3, duo: ["NCU", "HMB"] },
      salt,
    });
    const window = { notBefore: 1_798_218_000, expiresAt: 1_798_304_400, timeZone: "UTC", granteeName: "A study" };
    const said = describeConsent({ opening, ops: 1 + 8 + 16, ...window, now: 1_798_000_000 });
    expect(said.text).toBe(
      "A study may read, pass on and train computer models with your lab results, for research, from 25 December 2026, 17:00 until 26 December 2026, 17:00.",
    );
    expect(said.notes).toEqual([
      "Records may be opened three times in all.",
      "Research must keep to this: health, medical or biomedical research; no commercial use.",
      "That they pass on and train computer models with your records only as agreed is a promise that software cannot enforce.",
    ]);
    expect(describeConsent({ opening, ops: 1, ...window, now: 1_798_250_000 }).text).not.toContain("from");
  });
});

describe("Somebody who is handed an opening", () => {
  const refusals: [string, (opening: Opening) => unknown, string][] = [
    [
      "a sentence that says something else",
      (o) => ({ ...o, sentence: o.sentence.replace("imaging", "HIV records") }),
      "tampered",
    ],
    ["an unknown category", (o) => ({ ...o, categories: ["labs", "secrets"] }), "bad-input"],
    ["an unknown purpose", (o) => ({ ...o, purposes: ["SPY"] }), "bad-input"],
    ["no purpose", (o) => ({ ...o, purposes: [] }), "bad-input"],
    ["nothing that it covers", (o) => ({ ...o, categories: [] }), "bad-input"],
    ["categories out of order", (o) => ({ ...o, categories: ["imaging", "labs"] }), "bad-input"],
    ["a category twice", (o) => ({ ...o, categories: ["labs", "labs"] }), "bad-input"],
    ["an unknown language", (o) => ({ ...o, language: "xx" }), "bad-input"],
    ["an unknown wording", (o) => ({ ...o, terms: ["wording: 2"] }), "bad-input"],
    ["no wording", (o) => ({ ...o, terms: [] }), "bad-input"],
    ["an unknown term", (o) => ({ ...o, terms: ["share: everyone", ...o.terms] }), "bad-input"],
    ["terms out of order", (o) => ({ ...o, terms: [...o.terms, "uses: 3"] }), "bad-input"],
    ["a short salt", (o) => ({ ...o, salt: "0x12" }), "bad-input"],
    ["an upper-case document", (o) => ({ ...o, documents: [`0x${"AB".repeat(32)}`] }), "bad-input"],
    ["a field too many", (o) => ({ ...o, extra: true }), "bad-input"],
    ["a field too few", ({ salt: _, ...o }) => o, "bad-input"],
    ["another salt than the scope's", (o) => ({ ...o, salt: `0x${"77".repeat(32)}` }), "tampered"],
  ];
  it.each(refusals)("refuses %s", (_, change, code) => {
    const opening = base();
    expect(() => checkOpening(change(opening), { scope: scopeOf(opening) })).toThrow(expect.objectContaining({ code }));
  });

  it("makes the same opening of the same wish in any order, and accepts every one that can be made", () => {
    const wish = fc.record({
      categories: fc.subarray([...categoryIds], { minLength: 1 }),
      purposes: fc.subarray([...purposeCodes], { minLength: 1 }),
      documents: fc.uniqueArray(
        fc.integer({ min: 1, max: 1000 }).map((n) => pad(toHex(n))),
        { maxLength: 5 },
      ),
      terms: fc.record(
        { uses: fc.integer({ min: 1, max: 999_999 }), keep: fc.constantFrom("view" as const, "keep" as const) },
        { requiredKeys: [] },
      ),
    });
    fc.assert(
      fc.property(wish, (each) => {
        const opening = createOpening({ ...each, salt });
        const shuffled = {
          ...each,
          categories: each.categories.toReversed(),
          purposes: each.purposes.toReversed(),
          documents: each.documents.toReversed(),
        };
        expect(createOpening({ ...shuffled, salt })).toEqual(opening);
        expect(checkOpening(JSON.parse(JSON.stringify(opening)), { scope: scopeOf(opening) })).toEqual(opening);
      }),
    );
  });

  it("finds that every change to any field changes the scope", () => {
    const opening = createOpening({
      categories: ["labs"],
      purposes: ["TREAT"],
      documents: [pad("0x1")],
      terms: { uses: 2 },
      salt,
    });
    const scopes = [
      opening,
      { ...opening, sentence: `${opening.sentence} ` },
      { ...opening, language: "de" },
      { ...opening, categories: ["imaging"] },
      { ...opening, purposes: ["COC"] },
      { ...opening, documents: [pad("0x2" as Hex)] },
      { ...opening, terms: ["uses: 3", "wording: 1"] },
      { ...opening, salt: pad("0x1" as Hex) },
    ].map(scopeOf);
    expect(new Set(scopes).size).toBe(scopes.length);
  });
});

describe("A use of records", () => {
  const opening = createOpening({
    categories: ["labs"],
    documents: [pad("0x9")],
    purposes: ["TREAT"],
    terms: { recordsFrom: "2026-01-01", recordsUntil: "2026-06-30" },
    salt,
  });
  const use = { category: "labs", purpose: "TREAT" };

  it("is covered by category, or by the document's own name, within the days of the consent", () => {
    expect(covers(opening, use)).toEqual({ ok: true });
    expect(covers(opening, { ...use, document: pad("0x1"), recordedOn: "2026-06-30" })).toEqual({ ok: true });
    expect(covers(opening, { ...use, category: "hiv", document: pad("0x9"), recordedOn: "2026-01-01" })).toEqual({
      ok: true,
    });
  });

  it("is not covered outside of category, purpose or days, nor where the day is not known", () => {
    const no = (reason: string) => ({ ok: false, reason });
    expect(covers(opening, { ...use, category: "hiv" })).toEqual(no("category-not-covered"));
    expect(covers(opening, { ...use, purpose: "HMARKT" })).toEqual(no("purpose-not-covered"));
    expect(covers(opening, { ...use, document: pad("0x1"), recordedOn: "2025-12-31" })).toEqual(
      no("document-not-covered"),
    );
    expect(covers(opening, { ...use, document: pad("0x1"), recordedOn: "2026-07-01" })).toEqual(
      no("document-not-covered"),
    );
    expect(covers(opening, { ...use, document: pad("0x1") })).toEqual(no("document-not-covered"));
    const onlyOne = createOpening({ documents: [pad("0x9")], purposes: ["TREAT"], salt });
    expect(covers(onlyOne, { ...use, document: pad("0x1") })).toEqual(no("document-not-covered"));
  });
});

describe("Terms", () => {
  it("are read back as they were written, in one order", () => {
    const terms: Terms = {
      recordsFrom: "2026-01-01",
      recordsUntil: "2026-02-01",
      uses: 5,
      keep: "view",
      eraseBy: "2027-01-01",
      duo: ["DS=MONDO:0005148", "TS=12", "NCU"],
      template: "research",
    };
    const lines = formatTerms(terms);
    expect(parseTerms(lines)).toEqual({ ...terms, wording: 1 });
    expect(formatTerms({ duo: ["NCU", "TS=12", "DS=MONDO:0005148"] })).toEqual([
      "duo: DS=MONDO:0005148, TS=12, NCU",
      "wording: 1",
    ]);
  });

  it.each([
    "records-from: 2026-02-30",
    "records-from: 26-02-03",
    "uses: 0",
    "uses: 03",
    "uses: 1e3",
    "keep: maybe",
    "duo: XXX",
    "duo: TS",
    "duo: NCU=1",
    "duo: NCU, HMB",
    "template: mine",
    "uses:3",
    "Uses: 3",
    "uses: 3 ",
  ])("refuse the line %j", (line) => {
    expect(() => parseTerms([line, "wording: 1"])).toThrow(expect.objectContaining({ reason: "unknown-term" }));
  });

  it("refuse a range of days that ends before it begins", () => {
    expect(() => formatTerms({ recordsFrom: "2026-02-01", recordsUntil: "2026-01-01" })).toThrow();
  });

  it("of every template make an opening, and none offers a protected category unasked but Part 2", () => {
    for (const { id, categories: offered, purposes, terms } of templates) {
      const opening = createOpening({ categories: offered, purposes, terms, salt });
      expect(parseTerms(opening.terms).template).toBe(id);
      const apart = categories.filter((category) => category.protected && offered.includes(category.id));
      expect(apart.map((category) => category.id)).toEqual(id === "part-2" ? ["substance-use"] : []);
    }
  });
});
