// One consent in one word, and when it is in force.

import { fc } from "../../support/fast-check.ts";
import { describe, expect, it } from "vitest";
import {
  effectiveStatus,
  formatTime,
  isInForce,
  openUntil,
  packConsent,
  unpackConsent,
} from "#protocol/consent/index.ts";

const uint = (bits: number) => fc.integer({ min: 0, max: 2 ** bits - 1 });
const records = fc.record({
  status: uint(8),
  version: uint(32),
  ops: uint(32),
  notBefore: fc.maxSafeInteger().map((n) => Math.abs(n) % 2 ** 40),
  expiresAt: fc.maxSafeInteger().map((n) => Math.abs(n) % 2 ** 40),
  grantedAt: fc.maxSafeInteger().map((n) => Math.abs(n) % 2 ** 40),
  changedAt: fc.maxSafeInteger().map((n) => Math.abs(n) % 2 ** 40),
  times: uint(8),
  used: uint(8),
});

describe("A consent's word", () => {
  it("holds every field apart from every other", () => {
    fc.assert(
      fc.property(records, (record) => {
        expect(unpackConsent(packConsent(record))).toEqual(record);
      }),
    );
  });

  it("is refused with bits that must be zero, and with fields that do not fit", () => {
    expect(() => unpackConsent(1n << 248n)).toThrow(expect.objectContaining({ code: "bad-input" }));
    expect(() => unpackConsent(-1n)).toThrow(expect.objectContaining({ code: "bad-input" }));
    const record = unpackConsent(0n);
    expect(() => packConsent({ ...record, version: 2 ** 32 })).toThrow(expect.objectContaining({ code: "bad-input" }));
    expect(() => packConsent({ ...record, expiresAt: -1 })).toThrow(expect.objectContaining({ code: "bad-input" }));
  });
});

describe("A consent", () => {
  const record = { status: 1, version: 1, ops: 1, notBefore: 100, expiresAt: 200, grantedAt: 90, changedAt: 90 };

  it("is in force from its first second up to, and not including, its end", () => {
    expect([99, 100, 199, 200].map((at) => isInForce(record, at))).toEqual([false, true, true, false]);
    expect([99, 100, 199, 200].map((at) => effectiveStatus(record, at))).toEqual([7, 1, 1, 6]);
  });

  it("is never in force before it was granted", () => {
    expect(isInForce({ ...record, notBefore: 0 }, 89)).toBe(false);
    expect(isInForce({ ...record, notBefore: 0 }, 90)).toBe(true);
  });

  it("is in force in no other status while its glass is whole", () => {
    for (const status of [0, 2, 3, 4]) {
      expect(isInForce({ ...record, status }, 150)).toBe(false);
      expect(effectiveStatus({ ...record, status }, 150)).toBe(status);
    }
  });
});

describe("An armed consent", () => {
  const HOURS = 4 * 3600;
  const armed = {
    status: 5,
    version: 1,
    ops: 1,
    notBefore: 100,
    expiresAt: 100_000,
    grantedAt: 90,
    changedAt: 90,
    times: 2,
    used: 0,
  };
  const broken = { ...armed, used: 1, changedAt: 1_000 };

  it("is open for four hours from the second in which its glass was broken, and not a second longer", () => {
    const end = 1_000 + HOURS;
    expect([999, 1_000, end - 1, end].map((at) => isInForce(broken, at))).toEqual([false, true, true, false]);
    expect([end - 1, end].map((at) => effectiveStatus(broken, at))).toEqual([8, 5]);
    expect(openUntil(broken)).toBe(end);
    expect(openUntil(armed)).toBeNull();
  });

  it("is never open past its own end", () => {
    const late = { ...broken, changedAt: 99_000 };
    expect(openUntil(late)).toBe(100_000);
    expect([99_999, 100_000].map((at) => isInForce(late, at))).toEqual([true, false]);
    expect([99_999, 100_000].map((at) => effectiveStatus(late, at))).toEqual([8, 6]);
  });

  it("is used up once its glass was broken as often as it may be, and the hours are over", () => {
    const last = { ...broken, used: 2 };
    expect([1_000, 1_000 + HOURS].map((at) => effectiveStatus(last, at))).toEqual([8, 9]);
  });

  it("tells that it has not begun", () => {
    expect(effectiveStatus(armed, 99)).toBe(7);
    expect(effectiveStatus(armed, 100)).toBe(5);
  });
});

describe("A time in words", () => {
  it("is that of the person's own time zone, at midnight and across a change of clocks", () => {
    expect(formatTime(1_793_224_800, "Europe/Berlin")).toBe("28 October 2026, 23:00");
    expect(formatTime(1_793_228_400, "Europe/Berlin")).toBe("29 October 2026, 00:00");
    expect(formatTime(1_792_889_940, "Europe/Berlin")).toBe("25 October 2026, 02:59");
    expect(formatTime(1_792_890_000, "Europe/Berlin")).toBe("25 October 2026, 02:00");
    expect(formatTime(0, "Asia/Kolkata")).toBe("1 January 1970, 05:30");
    expect(() => formatTime(0, "Mars/Olympus")).toThrow(expect.objectContaining({ code: "bad-input" }));
  });
});
