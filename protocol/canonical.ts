// One spelling for each JSON value (RFC 8785, JSON Canonicalization Scheme), so that a hash or a signature over a
// structure means the same to everybody. Rule: bytes that are not the canonical spelling of what they say are refused.

import type { z } from "zod";
import { fromUtf8, utf8, type Bytes } from "./bytes.ts";
import { Failure } from "./failure.ts";

/** Deeper than anything real: what is nested deeper would exhaust the stack of whoever walks through it. */
const MAX_DEPTH = 500;

const cannotBeWritten = (): Failure =>
  new Failure("bad-input", "This value cannot be written down exactly. Nothing was changed.");

function spell(value: unknown, depth: number): string {
  if (value === null || typeof value === "boolean") return String(value);
  if (typeof value === "number" && Number.isFinite(value)) return JSON.stringify(value);
  if (typeof value === "string" && value.isWellFormed()) return JSON.stringify(value);
  if (depth > MAX_DEPTH) throw cannotBeWritten();
  if (Array.isArray(value)) return `[${value.map((item) => spell(item, depth + 1)).join(",")}]`;
  if (typeof value === "object" && Object.getPrototypeOf(value) === Object.prototype) {
    const members = Object.entries(value).filter(([, member]) => member !== undefined);
    // RFC 8785 3.2.3: sorted by UTF-16 code units, which is how JavaScript compares strings.
    members.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
    return `{${members.map(([name, member]) => `${spell(name, depth)}:${spell(member, depth + 1)}`).join(",")}}`;
  }
  throw cannotBeWritten();
}

/**
 * The RFC 8785 text of a value. Members that are undefined are left out. Throws Failure("bad-input") for what JSON lacks and
 * for what is nested more than 500 deep.
 */
export function canonicalJson(value: unknown): string {
  return spell(value, 0);
}

/** Whether the members of every object in a JSON value come in RFC 8785's order already, and none is nested too deep. */
function isSorted(value: unknown, depth = 0): boolean {
  if (typeof value !== "object" || value === null) return true;
  if (depth > MAX_DEPTH) return false;
  if (Array.isArray(value)) return value.every((item) => isSorted(item, depth + 1));
  let last: string | undefined;
  for (const [name, member] of Object.entries(value)) {
    if ((last !== undefined && name <= last) || !isSorted(member, depth + 1)) return false;
    last = name;
  }
  return true;
}

/**
 * Whether a text is the canonical spelling of the value that `JSON.parse` made of it. Where the members come in order, the
 * platform's own spelling is RFC 8785's but for half a surrogate pair, which it writes as `\ud...`: it is many times as fast
 * for an envelope's tens of thousands of letters. All else is decided, and refused, by `canonicalJson`.
 */
function isCanonical(text: string, value: unknown): boolean {
  if (isSorted(value) && !text.includes("\\ud") && JSON.stringify(value) === text) return true;
  return canonicalJson(value) === text;
}

/** UTF-8 bytes of `canonicalJson`. */
export function canonicalBytes(value: unknown): Bytes {
  return utf8(canonicalJson(value));
}

/**
 * Reads canonical JSON of a known shape. `what` names the thing in the error ("This manifest ...").
 * Throws Failure("too-large"), Failure("bad-input") for another shape, Failure("tampered") for a non-canonical spelling.
 */
export function parseCanonical<S extends z.ZodType>(
  bytes: Uint8Array,
  schema: S,
  options: { maxBytes: number; what: string },
): z.output<S> {
  if (bytes.length > options.maxBytes) {
    throw new Failure("too-large", `This ${options.what} is larger than any real one can be. It was not opened.`);
  }
  const text = fromUtf8(bytes);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new Failure("bad-input", `This ${options.what} is not readable as JSON. It was not used.`, { cause });
  }
  const parsed = schema.safeParse(value);
  if (!parsed.success) {
    throw new Failure("bad-input", `This ${options.what} has not the shape it should have. It was not used.`, {
      cause: parsed.error,
    });
  }
  if (!isCanonical(text, value)) {
    throw new Failure("tampered", `This ${options.what} is not spelled as Placet spells it. It was not used.`);
  }
  return parsed.data;
}
