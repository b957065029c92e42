// Readers of events, made from the ABI: one table lookup and a few slices an event where a general decoder interprets
// types anew each time. Rule: it answers only for what is plain (whole words of simple types, numbers in range); for all
// else it says null, and the general decoder decides.

import type { Abi, AbiEvent, AbiParameter, Hex } from "viem";
import { toEventSelector } from "viem/utils";
import { addressInWord } from "./checksum.ts";

/** An event read: its name, and its arguments as viem's decodeEventLog gives them. */
export type DecodedEvent = { readonly eventName: string; readonly args: Readonly<Record<string, unknown>> };

/** Reads one word of 64 lower-case hex digits; undefined when the general decoder must look. */
type ReadWord = (word: string) => unknown;

type Field = { readonly name: string; readonly read: ReadWord };
type Layout = { readonly name: string; readonly indexed: readonly Field[]; readonly plain: readonly Field[] };

const noughts = "0".repeat(64);

/** Above 48 bits viem gives a bigint, up to there a number. */
const readNumber: ReadWord = (word) =>
  word.startsWith("0000000000000000000000000000000000000000000000000000")
    ? Number.parseInt(word.slice(52), 16)
    : undefined;
const readBigint: ReadWord = (word) => BigInt(`0x${word}`);
const readBool: ReadWord = (word) => {
  if (word === noughts) return false;
  return word.endsWith("1") && word.startsWith(noughts.slice(1)) ? true : undefined;
};

/** How a type is read; null for what does not fit into one word, or is signed. */
function readerOf({ type }: AbiParameter): ReadWord | null {
  if (type === "address") return addressInWord;
  if (type === "bool") return readBool;
  const unsigned = /^uint(\d+)$/.exec(type);
  if (unsigned !== null) return Number(unsigned[1]) <= 48 ? readNumber : readBigint;
  const bytes = /^bytes(\d+)$/.exec(type);
  if (bytes === null) return null;
  const digits = 2 * Number(bytes[1]);
  return (word) => `0x${word.slice(0, digits)}`;
}

/** How an event lies in topics and data; null when that is not plain. */
function layoutOf(event: AbiEvent): Layout | null {
  const [indexed, plain]: [Field[], Field[]] = [[], []];
  for (const input of event.inputs) {
    const read = readerOf(input);
    if (read === null || input.name === undefined || input.name === "") return null;
    (input.indexed === true ? indexed : plain).push({ name: input.name, read });
  }
  return event.anonymous === true || plain.length === 0 ? null : { name: event.name, indexed, plain };
}

/** Makes the reader of an ABI's events. It expects topics and data that were checked to be hex. */
export function createEventDecoder(abi: Abi): (log: { topics: readonly Hex[]; data: Hex }) => DecodedEvent | null {
  const layouts = new Map<string, Layout>();
  for (const item of abi) {
    const layout = item.type === "event" ? layoutOf(item) : null;
    if (item.type === "event" && layout !== null) layouts.set(toEventSelector(item), layout);
  }
  return ({ topics, data }) => {
    const layout = layouts.get(topics[0] ?? "");
    if (layout === undefined) return null;
    const { indexed, plain, name } = layout;
    // To the word: heads do not cover where topics end and data begins, so an act laid out otherwise was rearranged.
    if (topics.length !== indexed.length + 1 || data.length !== 2 + 64 * plain.length) return null;
    const args: Record<string, unknown> = {};
    for (let at = 0; at < indexed.length; at += 1) {
      const field = indexed[at];
      const value = field?.read((topics[at + 1] ?? "").slice(2).toLowerCase());
      if (field === undefined || value === undefined) return null;
      args[field.name] = value;
    }
    const words = data.toLowerCase();
    for (let at = 0; at < plain.length; at += 1) {
      const field = plain[at];
      const value = field?.read(words.slice(2 + 64 * at, 66 + 64 * at));
      if (field === undefined || value === undefined) return null;
      args[field.name] = value;
    }
    return { eventName: name, args };
  };
}
