// What anybody is told about why the index does not go on.

import { expect, it } from "vitest";
import { Failure } from "#protocol/failure.ts";
import { publicError, syncErrorOf } from "#indexer/sync/sync-error.ts";

it("An error is told with its code and time, of addresses the origin alone, and of accounts nothing", () => {
  const account = "0xAb5801a7D398351b8bE11C439e05C5B3259aeC9B";
  const message = `The node at https://me:pass@node.example:8443/v2/key?k=1 says of ${account} what postgres://u:p@db/x does not.`;
  expect(publicError(syncErrorOf(new Failure("unavailable", message), 7))).toEqual({
    code: "unavailable",
    message: "The node at https://node.example:8443 says of an account what postgres://db does not.",
    at: 7,
  });
});

it("What nobody wrote for a reader is not told, only that it happened", () => {
  const told = publicError(syncErrorOf(new Error("duplicate key (maya@example.org)"), 9));
  expect(told).toMatchObject({ code: "internal", at: 9 });
  expect(told.message).not.toContain("maya");
  expect(told.message).toContain("log");
});

it("Block names stay whole, and long texts end somewhere", () => {
  const hash = `0x${"ab".repeat(32)}`;
  expect(publicError({ code: "tampered", message: `Block ${hash}.`, at: 1 }).message).toBe(`Block ${hash}.`);
  expect(publicError({ code: "tampered", message: "x".repeat(9_000), at: 1 }).message).toHaveLength(1_000);
});
