// The accounting of disclosures as a table file.
import { expect, test } from "vitest";
import { nameless, toCsv } from "#app/activity/csv.ts";

test("A title with commas and quotes stays one cell, and one that looks like a formula stays text", () => {
  expect(toCsv([['Letter, "final"', "=HYPERLINK(1)", "plain"]])).toBe('"Letter, ""final""",\'=HYPERLINK(1),plain\r\n');
});

test("A title alone in a cell needs no quotation marks", () => {
  expect(nameless("“Full blood count”")).toBe("Full blood count");
  expect(nameless("3 records")).toBe("3 records");
  // Two titles: taking the outer marks off would leave the inner ones behind.
  expect(nameless("“Full blood count” and “Iron”")).toBe("“Full blood count” and “Iron”");
});
