import { describe, expect, it } from "vitest";
import { CONTRIBUTE, READ } from "#protocol/codes/index.ts";
import { createOpening } from "#protocol/consent/index.ts";
import {
  categoriesOf,
  groupBySubject,
  mayAdd,
  mayBreak,
  usesOf,
  type HeldConsent,
} from "../../../app/src/lib/patients/held-consent.ts";

const subject = "0x3C44CdDdB6a900fa2b585dd299e03d12FA4293BC";
const document = `0x${"11".repeat(32)}` as const;
const now = 1_800_000_000;
const labs = { document, category: "labs" };

function held(changes: Partial<HeldConsent> & { categories?: string[]; purposes?: string[] } = {}): HeldConsent {
  const { categories = ["labs"], purposes = ["TREAT"], ...rest } = changes;
  return {
    subject,
    grantee: "0x15d34AAf54267DB7D7c367839AAf71A00a2C6A65",
    role: 0,
    scope: `0x${"22".repeat(32)}`,
    status: 1,
    version: 1,
    ops: READ,
    notBefore: now - 100,
    expiresAt: now + 100,
    grantedAt: now - 50,
    changedAt: now - 50,
    times: 0,
    used: 0,
    proxy: null,
    capsule: null,
    tx: null,
    reads: 0,
    lastRead: undefined,
    opening: createOpening({ categories, purposes, salt: `0x${"33".repeat(32)}` }),
    epoch: 0,
    problem: undefined,
    differs: false,
    ...rest,
  };
}

describe("A provider who holds a consent", () => {
  it("may open what it covers, from the second it is granted until the second it ends", () => {
    const consent = held();
    const at = (time: number): number => usesOf([consent], labs, time).length;
    expect([at(now - 51), at(now - 50), at(now + 99), at(now + 100)]).toEqual([0, 1, 1, 0]);
  });

  it("may open nothing of another kind, nothing after its end, and nothing by a capsule that did not open", () => {
    expect(usesOf([held()], { document, category: "hiv" }, now)).toEqual([]);
    for (const status of [2, 3, 4]) expect(usesOf([held({ status })], labs, now)).toEqual([]);
    expect(usesOf([held({ opening: undefined, problem: "tampered" })], labs, now)).toEqual([]);
  });

  it("may add and not read under a consent to add alone", () => {
    const consent = held({ ops: CONTRIBUTE });
    expect(mayAdd(consent, now)).toBe(true);
    expect(usesOf([consent], labs, now)).toEqual([]);
    expect(categoriesOf([consent], now)).toEqual([]);
  });

  it("is offered each purpose once, under the consent that lasts longest", () => {
    const short = held({ purposes: ["TREAT", "HRESCH"] });
    const long = held({ scope: `0x${"44".repeat(32)}`, expiresAt: now + 500 });
    const uses = usesOf([short, long], labs, now).map(({ consent, purpose }) => [purpose, consent.expiresAt]);
    expect(uses).toEqual([
      ["TREAT", now + 500],
      ["HRESCH", now + 100],
    ]);
  });

  it("sees one patient once, with all consents", () => {
    expect(groupBySubject([held(), held({ scope: `0x${"55".repeat(32)}` })])).toHaveLength(1);
  });
});

describe("A member of an organisation that holds a consent", () => {
  const both = CONTRIBUTE | READ;
  const all = { ops: both, categories: ["profile", "labs"] };

  it("reads, adds and breaks the glass as a doctor or a nurse", () => {
    for (const role of [1, 2]) {
      const consent = held({ ...all, role });
      expect(usesOf([consent], labs, now)).toHaveLength(1);
      expect([mayAdd(consent, now), mayBreak(consent)]).toEqual([true, true]);
      expect(categoriesOf([consent], now)).toEqual(["profile", "labs"]);
    }
  });

  it("reads profiles alone as a clerk, and adds nothing", () => {
    const consent = held({ ...all, role: 3 });
    expect(usesOf([consent], labs, now)).toEqual([]);
    expect(usesOf([consent], { document, category: "profile" }, now)).toHaveLength(1);
    expect([mayAdd(consent, now), mayBreak(consent)]).toEqual([false, false]);
    expect(categoriesOf([consent], now)).toEqual(["profile"]);
  });
});
