// The quick decoder against the general one (viem's): whatever it answers is the same, and what it does not answer is
// never a plain event of ours.

import { fc } from "../../support/fast-check.ts";
import { describe, expect, it } from "vitest";
import type { Abi, AbiEvent, AbiParameter, Hex } from "viem";
import {
  decodeEventLog,
  encodeAbiParameters,
  encodeEventTopics,
  keccak256,
  parseAbi,
  toEventSelector,
  toHex,
} from "viem";
import { ledgerAbi, providerRegistryAbi } from "#protocol/contracts/index.ts";
import { createEventDecoder } from "#protocol/history/event-decoder.ts";
import { hashHex } from "#protocol/keccak.ts";

const byteHex = (length: number) =>
  fc.uint8Array({ minLength: length, maxLength: length }).map((bytes) => toHex(bytes));

/** A value of a type, with its edges. */
function valueOf({ type }: AbiParameter): fc.Arbitrary<unknown> {
  if (type === "address") return byteHex(20);
  if (type === "bool") return fc.boolean();
  const bits = Number(/^uint(\d+)$/.exec(type)?.[1] ?? 0);
  if (bits > 0) {
    const most = 2n ** BigInt(bits) - 1n;
    const value = fc.oneof(fc.bigInt({ min: 0n, max: most }), fc.constantFrom(0n, 1n, most));
    return bits <= 48 ? value.map(Number) : value;
  }
  const length = Number(/^bytes(\d+)$/.exec(type)?.[1] ?? 0);
  if (length > 0) return byteHex(length);
  throw new Error(`An event of ours has a parameter of type ${type}: this test must learn it.`);
}

const ours: { abi: Abi; event: AbiEvent }[] = [ledgerAbi as Abi, providerRegistryAbi as Abi].flatMap((abi) =>
  abi.flatMap((item) => (item.type === "event" ? [{ abi, event: item }] : [])),
);
const acts = ours.filter(({ event }) => event.inputs.at(-1)?.name === "head");

/** What viem says; null when it throws. */
function decodeByViem(abi: Abi, { topics, data }: { topics: readonly Hex[]; data: Hex }) {
  try {
    const { eventName, args } = decodeEventLog({ abi, topics: topics as [Hex], data, strict: true });
    return { eventName, args };
  } catch {
    return null;
  }
}

describe("The quick decoder of events", () => {
  it("reads every act of both contracts as the general decoder does, without leaving one to it", () => {
    expect(acts.length).toBeGreaterThan(30);
    for (const { abi, event } of acts) {
      const decode = createEventDecoder(abi);
      fc.assert(
        fc.property(fc.tuple(...event.inputs.map(valueOf)), (values) => {
          const indexed = event.inputs.flatMap((input, at) => (input.indexed ? [values[at]] : []));
          const plain = event.inputs.flatMap((input, at) => (input.indexed ? [] : [{ input, value: values[at] }]));
          const topics = encodeEventTopics({ abi: [event], args: indexed } as never) as unknown as Hex[];
          const data = encodeAbiParameters(
            plain.map(({ input }) => input),
            plain.map(({ value }) => value),
          );
          const decoded = decode({ topics, data });
          expect(decoded).not.toBeNull();
          expect(decoded).toEqual(decodeByViem(abi, { topics, data }));
          expect(Object.keys(decoded?.args ?? {})).toEqual(
            Object.keys(decodeByViem(abi, { topics, data })?.args ?? {}),
          );
        }),
        { numRuns: 50 },
      );
    }
  });

  it("never answers otherwise than the general decoder, whatever words a node makes up", () => {
    const word = fc.oneof(
      byteHex(32),
      fc.bigInt({ min: 0n, max: 3n }).map((value) => toHex(value, { size: 32 })),
      fc.bigInt({ min: 2n ** 40n, max: 2n ** 64n }).map((value) => toHex(value, { size: 32 })),
    );
    const upper = fc.boolean();
    for (const { abi, event } of ours) {
      const decode = createEventDecoder(abi);
      fc.assert(
        fc.property(
          fc.array(word, { maxLength: 4 }),
          fc.array(word, { maxLength: 10 }),
          upper,
          (others, words, shout) => {
            const spell = (text: Hex): Hex => (shout ? `0x${text.slice(2).toUpperCase()}` : text);
            const topics = [toEventSelector(event), ...others.map(spell)];
            const data = spell(`0x${words.map((each) => each.slice(2)).join("")}`);
            const decoded = decode({ topics, data });
            if (decoded !== null) expect(decoded).toEqual(decodeByViem(abi, { topics, data }));
          },
        ),
        { numRuns: 100 },
      );
    }
  });

  it("leaves to the general decoder what is not plain: signed numbers, arrays, texts, and events that it was not made for", () => {
    const abi = parseAbi([
      "event Signed(address indexed a, int64 b)",
      "event Text(address indexed a, string b)",
      "event List(address indexed a, uint256[] b)",
      "event Nameless(address indexed, uint256)",
    ]);
    const decode = createEventDecoder(abi);
    for (const item of abi) {
      const topics = [toEventSelector(item), toHex(1, { size: 32 })];
      expect(decode({ topics, data: `0x${"00".repeat(31)}20${"00".repeat(32)}` })).toBeNull();
    }
    expect(decode({ topics: [toHex(7, { size: 32 })], data: "0x" })).toBeNull();
    expect(decode({ topics: [], data: "0x" })).toBeNull();
  });
});

describe("The fold's hash", () => {
  it("is keccak256 of the joined bytes, however they are cut and spelled", () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 700 }), { maxLength: 6 }), fc.boolean(), (parts, shout) => {
        const texts = parts
          .map((part) => toHex(part))
          .map((text) => (shout ? `0x${text.slice(2).toUpperCase()}` : text));
        expect(hashHex(texts)).toBe(keccak256(Uint8Array.from(parts.flatMap((part) => [...part]))));
      }),
    );
  });
});
