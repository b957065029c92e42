import { describe, expect, it } from "vitest";
import type { Address, Hex } from "viem";
import {
  keyStateOf,
  listBehind,
  listStrays,
  type Member,
  type Shared,
} from "../../../app/src/lib/organisation/member.ts";

const lena: Address = "0x15d34AAf54267DB7D7c367839AAf71A00a2C6A65";
const tomas: Address = "0x9965507D1a55bcC2695C58ba16FB37d819B0A4dc";
const before: Hex = `0x${"ab".repeat(32)}`;
const present: Hex = `0x${"cd".repeat(32)}`;

const member = (address: Address): Member => ({ address, role: 1, since: 1_800_000_000 });
/** As the vault keeps addresses: in small letters. */
const given = (address: Address, current: boolean) => ({ member: address.toLowerCase() as Address, current });
const shared = (changes: Partial<Shared>): Shared => ({ given: [], left: [], key: present, ...changes });

describe("An organisation that looks who has its key", () => {
  it("finds the present key with whom it was given, and for whom it lies at the service", () => {
    const found = shared({ given: [given(lena, true)], left: [{ member: lena, key: present }] });
    expect(keyStateOf(lena, found)).toBe("current");
    expect(keyStateOf(tomas, found)).toBe("none");
  });

  it("finds an earlier one after its key was changed, in the middle of sharing, and on a device that knows less", () => {
    const boxBefore = [{ member: lena, key: before }];
    expect(keyStateOf(lena, shared({ given: [given(lena, false)], left: boxBefore }))).toBe("older");
    // Remembered, and not sent yet: the page was closed in between.
    expect(keyStateOf(lena, shared({ given: [given(lena, true)], left: boxBefore }))).toBe("older");
    // The service says so, and this vault never gave it.
    expect(keyStateOf(lena, shared({ left: [{ member: lena, key: present }] }))).toBe("older");
  });

  it("finds none where the service has lost what was left there", () => {
    expect(keyStateOf(lena, shared({ given: [given(lena, true)] }))).toBe("none");
  });

  it("has those left to share with who had an earlier key, and not those who never had one", () => {
    const found = shared({ given: [given(lena, false)], left: [{ member: lena, key: before }] });
    expect(listBehind([member(lena), member(tomas)], found)).toEqual([member(lena)]);
  });

  it("finds boxes of those who are members no more", () => {
    const left = [lena, tomas].map((one) => ({ member: one, key: present }));
    expect(listStrays([member(tomas)], { left })).toEqual([lena]);
    expect(listStrays([member(lena), member(tomas)], { left })).toEqual([]);
  });
});
