import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { fc } from "../support/fast-check.ts";
import { readTexts } from "../support/read-base64url.ts";
import { describe, expect, it } from "vitest";
import {
  concat,
  equalBytes,
  fromBase64Url,
  fromHex,
  fromUtf8,
  isAllZero,
  letGo,
  randomBytes,
  readU32,
  readU64,
  toBase64Url,
  toHex,
  u32,
  u64,
  utf8,
} from "#protocol/bytes.ts";
import { canonicalJson, parseCanonical } from "#protocol/canonical.ts";
import { Failure, isFailure } from "#protocol/failure.ts";
import { z } from "zod";
import { failureOf } from "./keys/samples.ts";

/** What a function gives, or the code of the Failure that it throws. */
function outcomeOf(run: () => unknown): { value: unknown } | { code: unknown } {
  try {
    return { value: run() };
  } catch (error) {
    if (!isFailure(error)) throw error;
    return { code: error.code };
  }
}

describe("A reader of bytes", () => {
  it("gets back what was written, in every spelling", () => {
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => {
        expect(fromHex(toHex(bytes))).toEqual(bytes);
        expect(fromBase64Url(toBase64Url(bytes))).toEqual(bytes);
        expect(toBase64Url(bytes)).toBe(Buffer.from(bytes).toString("base64url"));
      }),
    );
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), (text) => {
        expect(fromUtf8(utf8(text))).toBe(text);
      }),
    );
    expect(readU32(concat(Uint8Array.of(9), u32(0xfffffffe)), 1)).toBe(0xfffffffe);
    expect(readU64(u64(2n ** 64n - 2n), 0)).toBe(2n ** 64n - 2n);
  });

  it("is refused what is misspelled, too long or too short", async () => {
    expect(await failureOf(() => fromHex("0x123"))).toBe("bad-input");
    expect(await failureOf(() => fromHex("1234"))).toBe("bad-input");
    expect(await failureOf(() => fromHex("0x1234", 3))).toBe("bad-input");
    expect(await failureOf(() => fromBase64Url("AB=="))).toBe("bad-input");
    expect(await failureOf(() => fromBase64Url("AR"))).toBe("bad-input"); // the same byte as "AQ"
    expect(await failureOf(() => fromUtf8(Uint8Array.of(0xff)))).toBe("bad-input");
    expect(await failureOf(() => u32(2 ** 32))).toBe("bad-input");
    expect(await failureOf(() => readU32(new Uint8Array(3), 0))).toBe("bad-input");
  });

  it("reads of all texts those alone as base64url that the writer writes, also where the platform reads it by itself", async () => {
    const letters = [...toBase64Url(Uint8Array.from({ length: 256 }, (_, at) => at))];
    const bits = fc.constantFrom(...letters, "=", "+", "/", " ", "\n", "\0", "é", "\u0141", "\ud800", "😀");
    const texts = [
      ...[...new Set(letters)].flatMap((last) => [`A${last}`, `AA${last}`, `AAA${last}`, `${last} AA`, `AAA${last} `]),
      ...["", "=", "A", "AA==", "AAA=", "AA A", " AAA", "AAAA ", "AAAA  ", "AAAA=", "AAAA====", "AAAAA", "+/+/"],
      ...fc.sample(fc.string({ unit: bits, maxLength: 9 }), 500),
    ];
    const expected = texts.map((text) => {
      const bytes = Buffer.from(text, "base64url");
      return bytes.toString("base64url") === text ? [...bytes] : "bad-input";
    });
    const read = readTexts(texts);
    expect(read).toEqual(expected);
    // Node has the browsers' own reader behind a flag.
    const script = fileURLToPath(new URL("../support/read-base64url.ts", import.meta.url));
    const child = spawnSync(process.execPath, ["--js-base-64", "--no-warnings", script], {
      input: JSON.stringify(texts),
      encoding: "utf8",
    });
    expect(JSON.parse(child.stdout)).toEqual({ byPlatform: true, read: expected });
  });

  it("compares by content, and draws randomness of any length", () => {
    fc.assert(
      fc.property(fc.uint8Array(), fc.uint8Array(), (a, b) => {
        expect(equalBytes(a, b)).toBe(Buffer.from(a).equals(Buffer.from(b)));
      }),
    );
    const long = randomBytes(200_000);
    expect(equalBytes(long.subarray(0, 65_536), long.subarray(65_536, 131_072))).toBe(false);
    expect(long.subarray(199_000).some((byte) => byte !== 0)).toBe(true);
  });
});

describe("Somebody who hashes JSON", () => {
  it("gets the spelling of RFC 8785", () => {
    // The example of RFC 8785, section 3.2.2, but for its numbers' source spelling.
    const value = {
      numbers: [333333333.33333329, 1e30, 4.5, 2e-3, 0.000000000000000000000000001],
      string: "\u20ac$\u000f\u000aA'\u0042\u0022\u005c\\\"\u002f",
      literals: [null, true, false],
    };
    expect(canonicalJson(value)).toBe(
      '{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],"string":"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}',
    );
    expect(
      canonicalJson({ "\u20ac": 1, "\r": 2, "\ufb33": 3, 1: 4, "\ud83d\ude00": 5, "\u0080": 6, "\u00f6": 7 }),
    ).toBe('{"\\r":2,"1":4,"\u0080":6,"ö":7,"€":1,"😀":5,"\ufb33":3}');
  });

  it("is refused what JSON cannot say, and bytes in any other spelling", async () => {
    expect(await failureOf(() => canonicalJson(Number.NaN))).toBe("bad-input");
    expect(await failureOf(() => canonicalJson("\ud800"))).toBe("bad-input");
    expect(await failureOf(() => canonicalJson(new Date()))).toBe("bad-input");
    const schema = z.strictObject({ a: z.number(), b: z.string() });
    const read = (text: string) => parseCanonical(utf8(text), schema, { maxBytes: 100, what: "thing" });
    expect(read('{"a":1,"b":"x"}')).toEqual({ a: 1, b: "x" });
    for (const text of [
      '{"b":"x","a":1}',
      '{"a":1, "b":"x"}',
      '{"a":1.0,"b":"x"}',
      '{"a":2,"a":1,"b":"x"}',
      '{"a":1,"b":"\\u0078"}',
    ]) {
      expect(await failureOf(() => read(text)), text).toBe("tampered");
    }
    expect(await failureOf(() => read('{"a":1,"b":"x","c":0}'))).toBe("bad-input");
    expect(await failureOf(() => read("{"))).toBe("bad-input");
    expect(await failureOf(() => read(`{"a":1,"b":"${"x".repeat(100)}"}`))).toBe("too-large");
  });

  it("reads a text exactly where RFC 8785 spells what it says so, whatever is escaped in it", () => {
    const pieces = [
      '"',
      "\\",
      "\\u0061",
      "\\ud800",
      "\\n",
      "\\/",
      "\u007f",
      "\u2028",
      "é",
      "😀",
      " ",
      "-0",
      "1e3",
      "1.0",
      ",",
    ];
    const inserted = fc.tuple(fc.nat(), fc.constantFrom(...pieces));
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 3 }), fc.array(inserted, { maxLength: 2 }), (value, changes) => {
        let text = canonicalJson(value);
        for (const [where, piece] of changes) {
          const at = where % (text.length + 1);
          text = text.slice(0, at) + piece + text.slice(at);
        }
        text = text.toWellFormed(); // bytes in UTF-8 hold no half of a surrogate pair
        const read = outcomeOf(() => parseCanonical(utf8(text), z.unknown(), { maxBytes: 1e6, what: "thing" }));
        const plainly = outcomeOf(() => {
          let said: unknown;
          try {
            said = JSON.parse(text);
          } catch (cause) {
            throw new Failure("bad-input", "no JSON", { cause });
          }
          if (canonicalJson(said) !== text) throw new Failure("tampered", "another spelling");
          return said;
        });
        expect(read).toEqual(plainly);
      }),
      { numRuns: 1000 },
    );
  });

  it("is refused what is nested so deep that walking through it would exhaust the stack", async () => {
    const nest = (depth: number) => utf8("[".repeat(depth) + "]".repeat(depth));
    const read = (bytes: Uint8Array) => parseCanonical(bytes, z.unknown(), { maxBytes: 1e6, what: "thing" });
    expect(await failureOf(() => read(nest(120_000)))).toBe("bad-input");
    expect(await failureOf(() => read(nest(400)))).toBe("none");
  });
});

describe("Somebody who has done with bytes", () => {
  it("frees their memory at once, and never that of what lies beside them", () => {
    const [whole, part] = [Uint8Array.of(1, 2, 3), Uint8Array.of(4, 5, 6).subarray(1)];
    for (const bytes of [whole, part, new Uint8Array(0), whole]) letGo(bytes);
    expect(whole).toHaveLength(0);
    expect(part).toEqual(Uint8Array.of(5, 6));
  });
});

describe("Somebody who checks padding", () => {
  it("finds one bit anywhere in it, and none beside it", () => {
    const lengths = [0, 1, 2, 3, 4, 7, 8, 9, 4096];
    for (const { from, length } of [0, 1, 2, 3].flatMap((from) => lengths.map((length) => ({ from, length })))) {
      const bytes = new Uint8Array(5000)
        .fill(255)
        .subarray(from, from + length)
        .fill(0);
      expect(isAllZero(bytes)).toBe(true);
      for (const at of [0, 1, length >> 1, length - 2, length - 1].filter((place) => place >= 0 && place < length)) {
        bytes[at] = 1 << (at % 8);
        expect(isAllZero(bytes), `${at} of ${length} from ${from}`).toBe(false);
        bytes[at] = 0;
      }
    }
  });
});
