// "Who can read this" and "who can see what now", worked out from checked consents.
import { describe, expect, test } from "vitest";
import { createOpening, scopeOf } from "#protocol/consent/index.ts";
import { countReaders, emergencyOf, endsSoon, isOpen, readersOf, type Consent } from "#app/consents/consent.ts";
import { gridCells } from "#app/consents/grid.ts";

const NOW = 1_800_000_000;
const DAY = 86_400;
const ana = "0x3C44CdDdB6a900fa2b585dd299e03d12FA4293BC";
const lena = "0x15d34AAf54267DB7D7c367839AAf71A00a2C6A65";
const tomas = "0x9965507D1a55bcC2695C58ba16FB37d819B0A4dc";
const bloodCount = { document: `0x${"01".repeat(32)}`, category: "labs", recordedOn: "2026-10-19" } as const;
const photograph = { document: `0x${"02".repeat(32)}`, category: "documents", recordedOn: "2026-11-10" } as const;
let salts = 0;

function consentOf(wish: {
  grantee?: typeof lena | typeof tomas;
  categories?: string[];
  documents?: string[];
  ops?: number;
  status?: number;
  changed?: number;
  times?: number;
  used?: number;
  from?: number;
  until?: number;
}): Consent {
  const salt = `0x${(++salts).toString(16).padStart(64, "0")}` as const;
  const opening = createOpening({
    categories: wish.categories ?? [],
    documents: wish.documents ?? [],
    purposes: ["TREAT"],
    salt,
  });
  const from = wish.from ?? NOW - DAY;
  return {
    subject: ana,
    grantee: wish.grantee ?? lena,
    scope: scopeOf(opening),
    status: wish.status ?? 1,
    version: 1,
    ops: wish.ops ?? 1,
    notBefore: from,
    expiresAt: wish.until ?? NOW + 29 * DAY,
    grantedAt: from,
    changedAt: wish.changed ?? from,
    times: wish.times ?? 0,
    used: wish.used ?? 0,
    proxy: null,
    capsule: null,
    tx: null,
    reads: 0,
    lastRead: undefined,
    opening,
    problem: undefined,
    differs: false,
  };
}

describe("A patient who asks who can read a record", () => {
  test("sees whoever has its category, and whoever has the record itself, each with the reason", () => {
    const whole = consentOf({ categories: ["labs"] });
    const single = consentOf({ grantee: tomas, documents: [bloodCount.document] });
    const readers = readersOf(bloodCount, [whole, single], NOW);
    expect(readers.map(({ consent, because }) => [consent.grantee, because])).toEqual([
      [lena, "category"],
      [tomas, "document"],
    ]);
    expect(readersOf(photograph, [whole, single], NOW)).toEqual([]);
  });

  test("counts a person with two consents once", () => {
    const twice = [consentOf({ categories: ["labs"] }), consentOf({ documents: [bloodCount.document] })];
    expect(countReaders(readersOf(bloodCount, twice, NOW))).toBe(1);
  });

  test("does not see those whose consent ended, ran out, has not begun, allows no reading, or was not opened here", () => {
    const none = [
      consentOf({ categories: ["labs"], status: 2 }),
      consentOf({ categories: ["labs"], until: NOW }),
      consentOf({ categories: ["labs"], from: NOW + 1 }),
      consentOf({ categories: ["labs"], ops: 0x80000000 }),
      { ...consentOf({ categories: ["labs"] }), opening: undefined },
    ];
    expect(readersOf(bloodCount, none, NOW)).toEqual([]);
  });
});

describe("The grid", () => {
  const categoryOf = (document: string): string | undefined =>
    [bloodCount, photograph].find((one) => one.document === document)?.category;

  test("fills one cell for each category, until the later of two ends", () => {
    const cells = gridCells(
      [consentOf({ categories: ["labs", "imaging"] }), consentOf({ categories: ["labs"], until: NOW + 90 * DAY })],
      { now: NOW, categoryOf },
    );
    expect(cells.map(({ category, until, consents }) => [category, until - NOW, consents.length])).toEqual([
      ["labs", 90 * DAY, 2],
      ["imaging", 29 * DAY, 1],
    ]);
  });

  test("says how many documents where only single ones are open, and nothing of it where the whole category is", () => {
    const single = consentOf({ documents: [bloodCount.document] });
    expect(gridCells([single], { now: NOW, categoryOf })[0]?.documents).toBe(1);
    const both = gridCells([single, consentOf({ categories: ["labs"] })], { now: NOW, categoryOf });
    expect(both).toHaveLength(1);
    expect(both[0]?.documents).toBeUndefined();
  });

  test("leaves out what may only be added to, and what is over", () => {
    const none = [consentOf({ categories: ["labs"], ops: 0x80000000 }), consentOf({ categories: ["labs"], status: 4 })];
    expect(gridCells(none, { now: NOW, categoryOf })).toEqual([]);
  });
});

test("A consent ends soon on its last day, or in its last fifth of up to three days", () => {
  const month = consentOf({ categories: ["labs"], from: NOW - 27 * DAY, until: NOW + 3 * DAY });
  expect(endsSoon(month, NOW)).toBe(true);
  expect(endsSoon(month, NOW - 1)).toBe(false);
  const week = consentOf({ categories: ["labs"], from: NOW - 6 * DAY, until: NOW + DAY });
  expect(endsSoon(week, NOW)).toBe(true);
  expect(isOpen(week, NOW + DAY)).toBe(false);
});

describe("A patient who armed somebody for emergencies", () => {
  const armed = { categories: ["labs"], status: 5, times: 2 };
  const cells = (consents: Consent[]) => gridCells(consents, { now: NOW, categoryOf: () => undefined });

  test("sees that nobody can see anything under it, and can revoke it, until the glass is broken", () => {
    const consent = consentOf(armed);
    expect(emergencyOf(consent, NOW)).toBe("armed");
    expect(isOpen(consent, NOW)).toBe(true);
    expect(readersOf(bloodCount, [consent], NOW)).toEqual([]);
    expect(cells([consent])).toEqual([]);
  });

  test("sees who can read for the four hours after it was broken, and that it is armed again then", () => {
    const consent = consentOf({ ...armed, used: 1, changed: NOW - 60 });
    expect(emergencyOf(consent, NOW)).toBe("open");
    expect(readersOf(bloodCount, [consent], NOW)).toHaveLength(1);
    expect(cells([consent])).toHaveLength(1);
    expect(emergencyOf(consent, NOW + 4 * 3600)).toBe("armed");
    expect(readersOf(bloodCount, [consent], NOW + 4 * 3600)).toEqual([]);
  });

  test("is told when it was opened as often as it may be", () => {
    expect(emergencyOf(consentOf({ ...armed, used: 2, changed: NOW - DAY / 2 }), NOW)).toBe("used-up");
  });
});
