// What is suggested for a file, from its name and its first words.
import { describe, expect, test } from "vitest";
import { suggestCategory, suggestTitle } from "#app/documents/suggest-category.ts";
import { createPace } from "#app/documents/pace.ts";

describe("A person who adds a file", () => {
  test.each([
    ["blood_count-2026.pdf", "labs"],
    ["Chest X-ray front.png", "imaging"],
    ["MRI knee.pdf", "imaging"],
    ["allergy list.txt", "allergies"],
    ["covid-19 vaccination.pdf", "immunizations"],
    ["HIV viral load.pdf", "hiv"],
    ["psychiatry letter.pdf", "mental-health"],
    ["invoice 2026-11.pdf", "insurance"],
    ["IMG_2231.jpg", "documents"],
  ])("is offered a category for %s", (name, category) => {
    expect(suggestCategory({ name, mediaType: "application/pdf" })).toBe(category);
  });

  test("is offered one from the text where the name says nothing", () => {
    const text = "Haemoglobin 13.9 g/dL, white cells 6.4";
    expect(suggestCategory({ name: "scan0001.txt", mediaType: "text/plain", text })).toBe("labs");
  });

  test("gets a title that reads like one", () => {
    expect(suggestTitle("blood_count-2026.pdf")).toBe("Blood count 2026");
    expect(suggestTitle(".pdf")).toBe(".pdf");
  });

  test.each([
    ["photo\u202egpj.exe", "Photogpj"],
    ["\u202ablood\u202b \u202ccount\u202d.pdf", "Blood count"],
    ["\u2066a\u2067b\u2068c\u2069.pdf", "Abc"],
    ["דוח\u200f \u200e2026\u061c.pdf", "דוח 2026"],
    ["report.pdf\u202e", "Report"],
    ["\u202e.pdf", ".pdf"],
    ["two\u0000lines\nhere.pdf", "Two lines here"],
    // Joiners turn nothing, and some scripts are written with them.
    ["می\u200cخواهم.pdf", "می\u200cخواهم"],
  ])("gets one in which nothing turns the direction of reading, from %j", (name, title) => {
    expect(suggestTitle(name)).toBe(title);
  });
});

test("Speed and time left are known after a moment, and a restart does not make them negative", () => {
  const pace = createPace(10_000);
  expect(pace(0, 0)).toEqual({ speed: undefined, left: undefined });
  expect(pace(1000, 1000)).toEqual({ speed: 1000, left: 9 });
  expect(pace(100, 1500).speed).toBe(1000);
});
