// Whose key a patient's home looks at: everybody's who has keys of what is sealed now, whatever the service lists.
import { describe, expect, it } from "vitest";
import type { Address, Hex } from "viem";
import { listKeyHolders } from "#app/consents/key-holders.ts";
import { CONTRIBUTE, READ } from "#protocol/codes/index.ts";

const NOW = 1_800_000_000;
const lena: Address = "0x15d34AAf54267DB7D7c367839AAf71A00a2C6A65";
const tomas: Address = "0x9965507D1a55bcC2695C58ba16FB37d819B0A4dc";
const clinic: Address = "0x14dC79964da2C08b23698B3D3cc7Ca32193d9955";
const scope: Hex = `0x${"5c".repeat(32)}`;

const listed = (grantee: Address, wish: { status?: number; ops?: number; expiresAt?: number } = {}) => ({
  ...{ grantee, status: 1, ops: READ, expiresAt: NOW + 60 },
  ...wish,
});
const granted = (grantee: Address, epoch: number) => ({ grantee, scope, epoch });
const find = (consents: ReturnType<typeof listed>[], given: ReturnType<typeof granted>[]) =>
  listKeyHolders(consents, { memory: { epoch: 2, granted: given }, now: NOW });

describe("A patient's home that looks for new keys", () => {
  it("asks about whoever may read, once each", () => {
    expect(
      find([listed(lena), listed(lena), listed(tomas, { ops: CONTRIBUTE }), listed(clinic, { status: 2 })], []),
    ).toEqual([lena]);
    expect(find([listed(lena, { expiresAt: NOW })], [])).toEqual([]);
  });

  it("asks about somebody too whom the service's list leaves out, as long as their keys are not of the past", () => {
    const known = [granted(clinic.toLowerCase() as Address, 2), granted(tomas, 1), granted(lena, 3)];
    expect(find([listed(lena)], known)).toEqual([clinic, lena]);
    expect(find([listed(clinic)], known)).toEqual([clinic, lena]);
  });
});
