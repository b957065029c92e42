// What a gateway says of itself before a patient trusts it, and what is refused in words.
import { describe, expect, it } from "vitest";
import { findOrigin, numbersOf, refusalOf } from "#app/gateways/judge-card.ts";
import type { GatewayCard } from "#app/reach/index.ts";
import { readAnswer } from "#app/reach/read-answer.ts";
import type { AddedGateway } from "#protocol/keys/index.ts";
import type { Address, Hex } from "viem";
import { z } from "zod";

const word = (digit: string): Hex => `0x${digit.repeat(64)}`;
const someone = (digit: string): Address => `0x${digit.repeat(40)}`;
const own = {
  address: someone("1"),
  encryptionKey: word("1"),
  chainId: 31337,
  ledger: someone("a"),
  providerRegistry: someone("b"),
  genesisHash: word("a"),
  demo: false,
};
const card: GatewayCard = { ...own, address: someone("2"), encryptionKey: word("2") };
const added = (digit: string): AddedGateway => ({
  url: `https://${digit}.example`,
  address: someone(digit),
  encryptionKey: word(digit),
  addedAt: 1,
  roots: 1,
});

describe("A patient who looks up a gateway", () => {
  it("may leave out what every address begins with, and gets the origin alone", () => {
    expect(findOrigin("b.example")).toBe("https://b.example");
    expect(findOrigin(" https://B.example:8443/some/page?x#y ")).toBe("https://b.example:8443");
    expect(findOrigin("http://127.0.0.1:8080/")).toBe("http://127.0.0.1:8080");
  });

  it.each([
    "",
    "http://b.example",
    "ftp://b.example",
    "https://me@b.example",
    "javascript:alert(1)",
    "https://",
    "a b",
  ])("is told that %j is no address of one", (text) => expect(findOrigin(text)).toBeUndefined());

  it("sees who it is, with the numbers of its account and key together", () => {
    expect(refusalOf(card, { own, known: [added("3")] })).toBeUndefined();
    expect(numbersOf(card)).toMatch(/^\d{5}( \d{5}){5}$/);
    expect(numbersOf({ ...card, encryptionKey: word("3") })).not.toBe(numbersOf(card));
    expect(numbersOf({ ...card, address: someone("3") })).not.toBe(numbersOf(card));
  });

  it.each([
    ["otherLedger", { ...card, chainId: 1 }, []],
    ["otherLedger", { ...card, ledger: someone("c") }, []],
    ["otherLedger", { ...card, genesisHash: word("c") }, []],
    ["itself", { ...card, address: own.address }, []],
    ["known", card, [added("2")]],
    ["most", card, ["3", "4", "5", "6"].map(added)],
  ] as const)("cannot add one that is refused as %s", (refusal, given, known) =>
    expect(refusalOf(given, { own, known })).toBe(refusal),
  );

  it("hears from one that is silent, refuses, or is none, what that means, in this page's own words", () => {
    const words = {
      ...{ silent: "Nobody answered.", strange: "That is no gateway.", busy: "Enough.", away: "Not now." },
      ...{ unsigned: "Not signed.", notYet: "Not yet.", notFinal: "Not for good yet.", refused: "Refused." },
    };
    const read = (status: number, text: string) =>
      readAnswer({ status, text }, { schema: z.object({ kept: z.number() }), words });
    const failing = (status: number, text: string) => {
      try {
        return read(status, text);
      } catch (error) {
        return error;
      }
    };
    expect(read(200, '{"kept":1,"more":true}')).toEqual({ kept: 1 });
    expect(failing(0, "")).toMatchObject({ code: "unavailable", message: words.silent });
    for (const text of ["<html>", "", '{"kept":"one"}', "null"])
      expect(failing(200, text)).toMatchObject({ code: "tampered", message: words.strange });
    const problem = { code: "not-authorised", detail: "Call 0900 1234.", reason: "hand-in-signature" };
    expect(failing(401, JSON.stringify(problem))).toMatchObject({
      message: words.unsigned,
      reason: "hand-in-signature",
    });
    const told: [status: number, code: string, heard: string, message: string][] = [
      [409, "conflict", "conflict", words.notYet],
      [429, "too-many-requests", "too-many-requests", words.busy],
      [403, "refused", "refused", words.refused],
      [404, "not-found", "not-found", words.refused],
      // What is this page's own to say is not said by a gateway.
      [400, "rejected-by-user", "refused", words.refused],
      [423, "locked", "too-many-requests", words.busy],
    ];
    for (const [status, code, heard, message] of told)
      expect(failing(status, JSON.stringify({ code, title: "Ours", detail: "Call 0900 1234." }))).toMatchObject({
        ...{ code: heard, message },
      });
    expect(failing(409, JSON.stringify({ code: "conflict", reason: "not-final" }))).toMatchObject({
      message: words.notFinal,
    });
    expect(failing(502, "<html>")).toMatchObject({ code: "internal", message: words.away });
  });
});
