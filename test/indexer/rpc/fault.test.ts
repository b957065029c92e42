// What providers write when they refuse, as their documentation and users tell it, is understood for what it is.

import { describe, expect, it } from "vitest";
import { readRetryAfter, spanSaid, troubleOf } from "#indexer/rpc/index.ts";

describe("A provider's refusal of a range", () => {
  it.each([
    [
      -32602,
      "Log response size exceeded. You can make eth_getLogs requests with up to a 2K block range and no limit on the response size, or you can request any block range with a cap of 10K logs in the response. Based on your parameters and the response size limit, this block range should work: [0x0, 0x7cf]",
      2000,
    ],
    [-32005, "query returned more than 10000 results. Try with this block range [0x5B9CF1, 0x5BA0A8].", 952],
    [-32614, "eth_getLogs is limited to a 10,000 range", 10_000],
    [-32000, "block range is too wide", undefined],
    [-32047, "Invalid eth_getLogs request. 'fromBlock'-'toBlock' range too large. Max range: 800", 800],
    [-32000, "exceed maximum block range: 5000", 5000],
    [-32000, "eth_getLogs is limited to 0 - 10000 blocks range", 10_000],
    [-32602, "eth_getLogs is limited to 1024 block range. Please check the parameter requirements", 1024],
    [35, "ranges over 10000 blocks are not supported on freetier", undefined],
    [-32600, "Block range limit exceeded. See the documentation for more information.", undefined],
    [-32602, "query exceeds max block range 100000", 100_000],
    [-32602, "query exceeds max results 20000, retry with the range 100-200", undefined],
    [-32000, "Requested range exceeds maximum RPC range limit", undefined],
    [-32000, "query block range exceeds server limit, narrow your filter: 20000", undefined],
    [-32002, "query timeout exceeded", undefined],
    [-32000, "context deadline exceeded", undefined],
    [-32005, "limit exceeded", undefined],
  ])('with code %i, "%s" is a smaller range next time', (code, message, span) => {
    expect(troubleOf({ code, message })).toBe("range-too-large");
    expect(spanSaid({ message })).toBe(span);
  });

  it.each([
    [429, "Your app has exceeded its compute units per second capacity."],
    [-32005, "daily request count exceeded, request rate limited"],
    [-32005, "project ID request rate exceeded"],
    [-32007, "50/second request limit reached - reduce calls per second or upgrade your account"],
    [-32029, "Too Many Requests"],
    [-32005, "You've exceeded the RPS limit available on the current plan"],
    [-32097, "rate limit exceeded"],
  ])('with code %i, "%s" is patience, not a smaller range', (code, message) => {
    expect(troubleOf({ code, message })).toBe("node-busy");
  });

  it.each([
    [-32000, "missing trie node 8f27e41b (path ) state 0x8f27e41b is not available"],
    [-32000, "header not found"],
    [-32000, "required historical state unavailable (reexec=128)"],
    [-32602, "project ID does not have access to archive state"],
    [4444, "pruned history unavailable"],
    [-32000, "old data not available due to pruning"],
    [-32000, "World state unavailable"],
    [-32603, "No state available for block 0x12"],
    [-32612, "Archive, Debug and trace requests are not available on your current plan"],
  ])('with code %i, "%s" is state that the node no longer has', (code, message) => {
    expect(troubleOf({ code, message })).toBe("state-gone");
  });

  it.each([
    [3, "execution reverted: missing trie node"],
    [-32601, "the method eth_foo does not exist/is not available"],
    [-32000, "nonce too low"],
    [-32000, "already known"],
  ])('with code %i, "%s" is an answer like any other', (code, message) => {
    expect(troubleOf({ code, message })).toBeNull();
  });
});

describe("A Retry-After header", () => {
  it("is read as seconds or as a date, and nothing else", () => {
    const now = Date.parse("2026-11-22T20:00:00Z");
    expect(readRetryAfter("7", now)).toBe(7_000);
    expect(readRetryAfter("Sun, 22 Nov 2026 20:00:09 GMT", now)).toBe(9_000);
    expect(readRetryAfter("Sun, 22 Nov 2026 19:00:00 GMT", now)).toBe(0);
    expect(readRetryAfter("soon", now)).toBeUndefined();
    expect(readRetryAfter(null, now)).toBeUndefined();
  });
});
