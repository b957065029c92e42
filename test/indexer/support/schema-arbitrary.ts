// From a JSON Schema to values for fast-check: such as it allows, such as it nearly allows, and such as nobody should send.
// Rule: a keyword that this does not know is an error, so that no part of a description goes untested in silence.

import { fc } from "../../support/fast-check.ts";

/** A JSON Schema, as far as ours use it. */
export type Schema = { readonly [keyword: string]: unknown };

/** What schemas refer to, and real values that patterns alone would never hit: they lead a call past the first check. */
export type Known = { schemas: Readonly<Record<string, Schema>>; values: readonly string[] };

const told = new Set([
  "description",
  "title",
  "default",
  "examples",
  "format",
  "$schema",
  "deprecated",
  "contentEncoding",
]);
const understood = new Set([
  ...told,
  ...["$ref", "type", "const", "enum", "anyOf", "oneOf", "pattern", "minLength", "maxLength", "minimum", "maximum"],
  ...["exclusiveMinimum", "items", "prefixItems", "minItems", "maxItems", "properties", "required"],
  ...["additionalProperties", "propertyNames", "not"],
]);

const MOST_TEXT = 120;

/** Values that the schema allows. Throws for a keyword that is not understood. */
export function arbitraryOf(schema: Schema, known: Known): fc.Arbitrary<unknown> {
  for (const keyword of Object.keys(schema))
    if (!understood.has(keyword)) throw new Error(`The schema says ${keyword}, which is not understood here.`);
  if (typeof schema["$ref"] === "string") return arbitraryOf(resolve(schema["$ref"], known), known);
  if ("const" in schema) return fc.constant(schema["const"]);
  if (Array.isArray(schema["enum"])) return fc.constantFrom<unknown>(...(schema["enum"] as unknown[]));
  const choices = (schema["anyOf"] ?? schema["oneOf"]) as Schema[] | undefined;
  if (choices !== undefined)
    return fc.oneof(...choices.filter((each) => each["not"] === undefined).map((each) => arbitraryOf(each, known)));
  const types = Array.isArray(schema["type"]) ? (schema["type"] as string[]) : [schema["type"] as string | undefined];
  return fc.oneof(...types.map((type) => ofType(type, schema, known)));
}

function resolve(reference: string, known: Known): Schema {
  const found = known.schemas[reference.replace("#/components/schemas/", "")];
  if (found === undefined) throw new Error(`Nothing is called ${reference}.`);
  return found;
}

function ofType(type: string | undefined, schema: Schema, known: Known): fc.Arbitrary<unknown> {
  switch (type) {
    case undefined:
      return fc.jsonValue({ maxDepth: 2 });
    case "null":
      return fc.constant(null);
    case "boolean":
      return fc.boolean();
    case "integer":
      return wholeNumber(schema);
    case "number":
      return fc.double({ noNaN: true, noDefaultInfinity: true });
    case "string":
      return text(schema, known);
    case "array":
      return list(schema, known);
    case "object":
      return thing(schema, known);
    default:
      throw new Error(`The schema names the type ${type}, which is none.`);
  }
}

function wholeNumber(schema: Schema): fc.Arbitrary<number> {
  const least = Number(
    schema["minimum"] ??
      (schema["exclusiveMinimum"] === undefined ? -(2 ** 31) : Number(schema["exclusiveMinimum"]) + 1),
  );
  const most = Number(schema["maximum"] ?? Number.MAX_SAFE_INTEGER);
  return fc.oneof(
    fc.constantFrom(least, most),
    fc.integer({ min: least, max: Math.min(most, least + 300) }),
    fc.integer({ min: least, max: most }),
  );
}

function text(schema: Schema, { values }: Known): fc.Arbitrary<string> {
  const { pattern, minLength = 0, maxLength } = schema as { pattern?: string; minLength?: number; maxLength?: number };
  const least = minLength;
  const most = Math.min(maxLength ?? MOST_TEXT, Math.max(MOST_TEXT, least));
  if (pattern === undefined) {
    const fitting = values.filter((value) => value.length >= least && value.length <= (maxLength ?? Infinity));
    const any = fc
      .string({ minLength: least, maxLength: most, unit: least > 8 ? "grapheme-ascii" : "grapheme" })
      .filter((made) => made.length <= (maxLength ?? Infinity));
    return fitting.length === 0 ? any : fc.oneof(any, fc.constantFrom(...fitting));
  }
  const form = new RegExp(pattern, "u");
  const digits = hexadecimal(pattern);
  const real = values.filter((value) => form.test(value) && value.length <= (maxLength ?? Infinity));
  const made = (digits ?? fc.stringMatching(form)).filter(
    (one) => one.length >= least && one.length <= (maxLength ?? Infinity),
  );
  return real.length === 0
    ? made
    : fc.oneof({ weight: 1, arbitrary: made }, { weight: 4, arbitrary: fc.constantFrom(...real) });
}

/** Hexadecimal digits by hand, in a fraction of the time that matching a pattern takes: most of what we take is that. */
function hexadecimal(pattern: string): fc.Arbitrary<string> | null {
  const found = /^\^0x\(?\[0-9a-f(?:A-F)?\]\{(\d+)\}(?:\)(?:\*|\{(\d+),\d+\}))?\$$/.exec(pattern);
  if (found === null) return null;
  const [, size = "", least] = found;
  const times = pattern.includes(")")
    ? { minLength: Number(least ?? 0), maxLength: 80 }
    : { minLength: 1, maxLength: 1 };
  const part = fc
    .array(fc.nat(15), { minLength: Number(size), maxLength: Number(size) })
    .map((nibbles) => nibbles.map((nibble) => nibble.toString(16)).join(""));
  return fc.array(part, times).map((parts) => `0x${parts.join("")}`);
}

function list(schema: Schema, known: Known): fc.Arbitrary<unknown[]> {
  if (Array.isArray(schema["prefixItems"]))
    return fc.tuple(...(schema["prefixItems"] as Schema[]).map((each) => arbitraryOf(each, known)));
  const least = Number(schema["minItems"] ?? 0);
  return fc.array(arbitraryOf((schema["items"] ?? {}) as Schema, known), {
    minLength: least,
    maxLength: Math.min(Number(schema["maxItems"] ?? 4), least + 4),
  });
}

function thing(schema: Schema, known: Known): fc.Arbitrary<object> {
  const properties = (schema["properties"] ?? {}) as Record<string, Schema>;
  const required = (schema["required"] ?? []) as string[];
  const fields = Object.fromEntries(Object.entries(properties).map(([name, each]) => [name, arbitraryOf(each, known)]));
  const whole = fc.record(fields, { requiredKeys: required, noNullPrototype: true } as never) as fc.Arbitrary<object>;
  const rest = schema["additionalProperties"];
  if (rest === false || rest === undefined) return whole;
  const more = fc.dictionary(
    fc.string({ maxLength: 12 }),
    rest === true ? fc.jsonValue({ maxDepth: 1 }) : arbitraryOf(rest as Schema, known),
    {
      maxKeys: 3,
      noNullPrototype: true,
    },
  );
  return fc.tuple(more, whole).map(([others, own]) => ({ ...others, ...own }));
}

const deep = (depth: number): unknown => (depth === 0 ? 1 : [deep(depth - 1)]);

/** What nobody should send, one by one. */
export const hostileValues: readonly unknown[] = [
  null,
  "",
  " ",
  "\u0000",
  "a\u0000b",
  "\ud800",
  "\u202e\u0301🧬",
  "x".repeat(5_000),
  "0x",
  `0x${"0".repeat(40)}`,
  `0x${"f".repeat(64)}`,
  `0X${"F".repeat(64)}`,
  "' or '1'='1",
  "\\",
  "%",
  "%00",
  "../../../etc/passwd",
  "__proto__",
  "constructor",
  "-1",
  "1e309",
  "9007199254740993",
  "99999999999999999999999999",
  "NaN",
  -1,
  0.5,
  1e308,
  2 ** 53,
  -(2 ** 63),
  2 ** 63,
  true,
  [],
  {},
  [[]],
  deep(400),
  { toString: 1, __proto__: 2 },
  JSON.parse('{"__proto__":{"admin":true},"constructor":{"prototype":{}}}'),
  "W10",
  "WzEsMl0",
  Buffer.from('[1e308,"\\u0000"]').toString("base64url"),
  Buffer.from('["\\u0000",-1,"x"]').toString("base64url"),
  Buffer.from('["a","b"]').toString("base64url"),
  Buffer.from('["a",0.5,"b"]').toString("base64url"),
  Buffer.from("[0.5,-1]").toString("base64url"),
  Buffer.from('[9007199254740991,"\\ud800"]').toString("base64url"),
];

/** Hostile values. */
export const hostile: fc.Arbitrary<unknown> = fc.oneof(
  fc.constantFrom(...hostileValues),
  fc.jsonValue({ maxDepth: 3 }),
  fc.string({ unit: "binary" }),
);

/** A value with one thing in it changed: something hostile in a place, a field left out, one too many, a number next to its bound. */
export function nearly(values: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> {
  return fc
    .tuple(values, hostile, fc.nat(), fc.constantFrom("put", "drop", "add", "next"))
    .map(([value, bad, where, how]) => {
      const copy = structuredClone(value);
      const places = findPlaces(copy);
      const place = places[where % places.length];
      if (place === undefined) return bad;
      const { holder, key } = place;
      if (how === "drop") Reflect.deleteProperty(holder, key);
      else if (how === "add") holder[`${key}2`] = bad;
      else if (how === "next" && typeof holder[key] === "number") holder[key] += where % 2 === 0 ? 1 : -1;
      else if (how === "next" && typeof holder[key] === "string") holder[key] = `${holder[key]}0`;
      else holder[key] = bad;
      return copy;
    });
}

function findPlaces(value: unknown): { holder: Record<string, unknown>; key: string }[] {
  if (typeof value !== "object" || value === null) return [];
  const holder = value as Record<string, unknown>;
  return Object.keys(holder).flatMap((key) => [{ holder, key }, ...findPlaces(holder[key])]);
}
