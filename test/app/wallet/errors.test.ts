import { describe, expect, test } from "vitest";
import { Failure } from "#protocol/failure.ts";
import { isUnknownChain, walletFailure } from "../../../app/src/lib/wallet/errors.ts";

const coded = (code: number, more: object = {}): Error => Object.assign(new Error("x"), { code, ...more });

describe("A person whose wallet throws", () => {
  test("has done nothing wrong by saying no, however deep the libraries wrapped it", () => {
    expect(walletFailure(coded(4001)).code).toBe("rejected-by-user");
    expect(walletFailure(new Error("a", { cause: new Error("b", { cause: coded(4001) }) })).code).toBe(
      "rejected-by-user",
    );
  });

  test("is told to answer the question that is open already", () => {
    expect(walletFailure(coded(-32002))).toMatchObject({ code: "conflict", reason: "already-pending" });
  });

  test("has the network added where the wallet does not know it, also as mobile wallets say so", () => {
    expect(isUnknownChain(coded(4902))).toBe(true);
    expect(isUnknownChain(coded(-32603, { data: { originalError: { code: 4902 } } }))).toBe(true);
    expect(isUnknownChain(coded(4001))).toBe(false);
  });

  test("reads our own words where we threw, and plain ones where nobody knows", () => {
    const ours = new Failure("wrong-chain", "Switch.");
    expect(walletFailure(new Error("x", { cause: ours }))).toBe(ours);
    expect(walletFailure("nonsense").code).toBe("unavailable");
  });
});
