// Filtering records: only what this device could open can be found by its words.
import { describe, expect, test } from "vitest";
import { filterRecords, isNew, tagsOf, type ChartRecord } from "#app/records/record.ts";

const ana = "0x3C44CdDdB6a900fa2b585dd299e03d12FA4293BC";
const lab = "0x976EA74026E726554dB657fA54763abd0C3a0aa9";
const any = { text: "", category: "", tag: "", from: "", until: "" };

function recordOf(
  title: string,
  wish: Partial<ChartRecord> & { category?: string; day?: string; tags?: string[] } = {},
): ChartRecord {
  const { category = "labs", day = "2026-10-19", tags = [], ...rest } = wish;
  return {
    document: `0x${"01".repeat(32)}`,
    version: 1,
    manifest: `0x${"02".repeat(32)}`,
    manifestBytes: undefined,
    author: ana,
    subject: ana,
    status: 1,
    at: 1_800_000_000,
    metadata: {
      category,
      title,
      fileName: `${title}.pdf`,
      mediaType: "application/pdf",
      size: 1,
      recordedOn: day,
      addedAt: 0,
      tags,
    },
    problem: undefined,
    sealedByOwner: true,
    sealedSingly: false,
    seals: [],
    ...rest,
  };
}

describe("A patient who looks for a record", () => {
  const records = [
    recordOf("Full blood count", { tags: ["annual"] }),
    recordOf("Chest X-ray", { category: "imaging", day: "2026-09-22", tags: ["annual", "lungs"] }),
  ];

  test("finds it by words, category, tag and time", () => {
    const titles = (filter: Partial<typeof any>): (string | undefined)[] =>
      filterRecords(records, { ...any, ...filter }).map((record) => record.metadata?.title);
    expect(titles({ text: "count BLOOD" })).toEqual(["Full blood count"]);
    expect(titles({ category: "imaging" })).toEqual(["Chest X-ray"]);
    expect(titles({ tag: "annual" })).toHaveLength(2);
    expect(titles({ from: "2026-10-01" })).toEqual(["Full blood count"]);
    expect(titles({ until: "2026-09-22" })).toEqual(["Chest X-ray"]);
    expect(titles({ text: "kidney" })).toEqual([]);
    expect(tagsOf(records)).toEqual(["annual", "lungs"]);
  });

  test("sees a record that could not be opened only where nothing is filtered", () => {
    const closed = { ...recordOf("x"), metadata: undefined, problem: "missing" as const };
    expect(filterRecords([closed], any)).toHaveLength(1);
    expect(filterRecords([closed], { ...any, category: "labs" })).toHaveLength(0);
  });
});

test("A record that somebody filed is new until the patient's own seal says that it was accepted", () => {
  expect(isNew(recordOf("x", { author: lab, sealedByOwner: false }))).toBe(true);
  expect(isNew(recordOf("x", { author: lab, sealedByOwner: true }))).toBe(false);
  expect(isNew(recordOf("x", { author: lab, sealedByOwner: false, status: 3 }))).toBe(false);
  expect(isNew(recordOf("x", { sealedByOwner: false }))).toBe(false);
});
