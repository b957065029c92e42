// Bytes and their spellings: hex, base64url, UTF-8, fixed-width integers, comparison, randomness.
// Rule: text that comes from outside is refused with a Failure, never repaired.

import { sha256 as sha256Noble } from "@noble/hashes/sha2.js";
import { bytesToHex, concatBytes, hexToBytes } from "@noble/hashes/utils.js";
import type { Hex } from "viem";
import { Failure } from "./failure.ts";

/** Bytes that own an ordinary (not shared) buffer: what WebCrypto, streams and Blob accept. */
export type Bytes = Uint8Array<ArrayBuffer>;

const BASE64URL = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
/** What stands for a character that is no letter of base64url: a bit that no six bits have. */
const NO_LETTER = 0x40;
const sixBits = new Uint8Array(128).fill(NO_LETTER);
for (let value = 0; value < 64; value++) sixBits[BASE64URL.charCodeAt(value)] = value;

const textEncoder = new TextEncoder();
const strictTextDecoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** The same bytes typed as `Bytes`; copies only what lies in shared memory. */
export function toBytes(bytes: Uint8Array): Bytes {
  return bytes.buffer instanceof ArrayBuffer ? (bytes as Bytes) : new Uint8Array(bytes);
}

/** Lower-case 0x hex. */
export function toHex(bytes: Uint8Array): Hex {
  return `0x${bytesToHex(bytes)}`;
}

/** Bytes of 0x hex, of exactly `size` bytes if given. Throws Failure("bad-input"). */
export function fromHex(text: string, size?: number): Bytes {
  let bytes: Bytes | undefined;
  try {
    if (text.startsWith("0x")) bytes = toBytes(hexToBytes(text.slice(2)));
  } catch {
    // told below: an odd number of digits, or something that is none
  }
  if (bytes === undefined) {
    throw new Failure("bad-input", "This value is not hexadecimal. Nothing was changed. Check where it came from.");
  }
  if (size !== undefined && bytes.length !== size) {
    throw new Failure(
      "bad-input",
      `A value of ${size} bytes was expected, and ${bytes.length} came. Nothing was changed.`,
    );
  }
  return bytes;
}

/** base64url without padding (RFC 4648, section 5). */
export function toBase64Url(bytes: Uint8Array): string {
  let binary = "";
  for (let at = 0; at < bytes.length; at += 0x8000) binary += String.fromCharCode(...bytes.subarray(at, at + 0x8000));
  return btoa(binary).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
}

/** As the platform reads base64url, where it does (browsers since 2025); undefined where it refuses. */
function readByPlatform(text: string): Bytes | undefined {
  try {
    return Uint8Array.fromBase64(text, { alphabet: "base64url" });
  } catch {
    return undefined;
  }
}

function readByTable(text: string): Bytes | undefined {
  const bytes = new Uint8Array(Math.floor((text.length * 3) / 4));
  let seen = 0;
  let bits = 0;
  for (let at = 0, to = 0; at < text.length; at++) {
    const six = sixBits[text.charCodeAt(at)] ?? NO_LETTER;
    seen |= six;
    bits = (bits << 6) | six;
    if ((at & 3) !== 0) bytes[to++] = bits >> (6 - 2 * (at & 3));
  }
  return (seen & NO_LETTER) === 0 ? bytes : undefined;
}

const readBase64Url = typeof Uint8Array.fromBase64 === "function" ? readByPlatform : readByTable;

/**
 * Bytes of unpadded base64url, of exactly `size` bytes if given. Only the one canonical spelling is accepted, so that
 * equal bytes always have equal text. Throws Failure("bad-input").
 */
export function fromBase64Url(text: string, size?: number): Bytes {
  const { length } = text;
  const bytes = readBase64Url(text);
  // Six bits a letter: where the last one has some to spare, only zeros there are the canonical spelling. What is shorter than
  // its letters had padding or white space among them, which the platform passes over.
  const spare = length % 4 === 2 ? 15 : length % 4 === 3 ? 3 : 0;
  const last = sixBits[text.charCodeAt(length - 1)] ?? 0;
  if (!bytes || length % 4 === 1 || bytes.length !== Math.floor((length * 3) / 4) || (last & spare) !== 0) {
    throw new Failure("bad-input", "This value is not base64url. Nothing was changed. Check where it came from.");
  }
  if (size !== undefined && bytes.length !== size) {
    throw new Failure(
      "bad-input",
      `A value of ${size} bytes was expected, and ${bytes.length} came. Nothing was changed.`,
    );
  }
  return bytes;
}

/** UTF-8 bytes of a text. */
export function utf8(text: string): Bytes {
  return toBytes(textEncoder.encode(text));
}

/** Text of UTF-8 bytes. Throws Failure("bad-input") where they are not valid UTF-8. */
export function fromUtf8(bytes: Uint8Array): string {
  try {
    return strictTextDecoder.decode(bytes);
  } catch (cause) {
    throw new Failure("bad-input", "These bytes are not text in UTF-8. Nothing was changed.", { cause });
  }
}

/** The parts, one after another, in a new array. */
export function concat(...parts: Uint8Array[]): Bytes {
  return toBytes(concatBytes(...parts));
}

/** True where both hold the same bytes; the time depends on the length alone. */
export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  let difference = 0;
  for (let at = 0; at < a.length; at++) difference |= (a[at] ?? 0) ^ (b[at] ?? 0);
  return difference === 0;
}

/** True where all bytes are zero, as padding must be. Plain loops, over four bytes at a time where they lie so. */
export function isAllZero(bytes: Uint8Array): boolean {
  const { buffer, byteOffset, length } = bytes;
  const before = Math.min(-byteOffset & 3, length);
  const fours = (length - before) >> 2;
  const words = new Uint32Array(buffer, fours === 0 ? 0 : byteOffset + before, fours);
  let seen = 0;
  for (let at = 0; at < before; at++) seen |= bytes[at] ?? 0;
  for (let at = 0; at < fours; at++) seen |= words[at] ?? 0;
  for (let at = before + fours * 4; at < length; at++) seen |= bytes[at] ?? 0;
  return seen === 0;
}

/** An unsigned 32-bit integer, big-endian. Throws Failure("bad-input") out of range. */
export function u32(value: number): Bytes {
  if (!Number.isInteger(value) || value < 0 || value > 0xffffffff) {
    throw new Failure("bad-input", "A number does not fit into 32 bits. Nothing was changed.");
  }
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, value);
  return bytes;
}

/** An unsigned 64-bit integer, big-endian. Throws Failure("bad-input") out of range. */
export function u64(value: bigint): Bytes {
  if (value < 0n || value > 0xffffffffffffffffn) {
    throw new Failure("bad-input", "A number does not fit into 64 bits. Nothing was changed.");
  }
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setBigUint64(0, value);
  return bytes;
}

/** The unsigned big-endian 32-bit integer at `at`. Throws Failure("bad-input") past the end. */
export function readU32(bytes: Uint8Array, at: number): number {
  if (at < 0 || at + 4 > bytes.length)
    throw new Failure("bad-input", "These bytes end too early. Nothing was changed.");
  return new DataView(bytes.buffer, bytes.byteOffset).getUint32(at);
}

/** The unsigned big-endian 64-bit integer at `at`. Throws Failure("bad-input") past the end. */
export function readU64(bytes: Uint8Array, at: number): bigint {
  if (at < 0 || at + 8 > bytes.length)
    throw new Failure("bad-input", "These bytes end too early. Nothing was changed.");
  return new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(at);
}

/** Fresh bytes from the platform's cryptographic generator. */
export function randomBytes(length: number): Bytes {
  const bytes = new Uint8Array(length);
  // getRandomValues gives at most 65,536 bytes a call.
  for (let at = 0; at < length; at += 65_536) crypto.getRandomValues(bytes.subarray(at, at + 65_536));
  return bytes;
}

/** SHA-256, at once (for large bytes prefer WebCrypto's digest, which is some times faster). */
export function sha256(bytes: Uint8Array): Bytes {
  return toBytes(sha256Noble(bytes));
}

/** Overwrites secrets with zeros: best effort, since a JavaScript engine may have copied them. */
export function wipe(...secrets: Uint8Array[]): void {
  for (const secret of secrets) secret.fill(0);
}

let nowhere: MessagePort | undefined;

/** A port that leads nowhere: its other end is closed. */
function leadNowhere(): MessagePort {
  const { port1, port2 } = new MessageChannel();
  port2.close();
  return port1;
}

/**
 * Frees the memory of bytes that nobody will read again, at once instead of at some later collection: they are empty
 * from then on. Bytes that are a part of a larger buffer are left alone, since others may lie beside them.
 *
 * They are moved to a port that leads nowhere, since that is what frees them: `ArrayBuffer.prototype.transfer(0)` leaves
 * the memory to the collector and takes away what would have made it collect (Chromium 156: 288 MiB after 300 MB).
 */
export function letGo(bytes: Bytes): void {
  const { buffer } = bytes;
  if (bytes.length !== buffer.byteLength || bytes.length === 0) return;
  nowhere ??= leadNowhere();
  nowhere.postMessage(undefined, [buffer]);
}
