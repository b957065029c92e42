// A copy of documents as one file: CAR, version 1 (ipld.io/specs/transport/car/carv1), as any IPFS node takes in with
// `ipfs dag import`. Rule: it holds ciphertext and manifests alone, and each block is checked on the way in.

import { CID } from "multiformats/cid";
import { concat, equalBytes, toBytes, utf8, type Bytes } from "../bytes.ts";
import { Failure } from "../failure.ts";
import { verifyBlock } from "./cid.ts";
import type { Block } from "./file.ts";

const MAX_BLOCK = 2 * 1024 * 1024;
/** Room for the length and the CID before a block. */
const MAX_PREFIX = 128;
const MAX_HEADER = 8 * 1024 * 1024;
const VERSION_1 = concat(new Uint8Array([0x67]), utf8("version"), new Uint8Array([1]));

/** A file that can be read from any place. */
export type CarSource = { size: number; read(start: number, end: number): Promise<Uint8Array> };

/** Unsigned LEB128, as multiformats' varints are. */
function varint(value: number): Bytes {
  const bytes: number[] = [];
  for (let left = value; ; left = Math.floor(left / 128)) {
    if (left < 128) return new Uint8Array([...bytes, left]);
    bytes.push((left % 128) + 128);
  }
}

/** A CBOR head in its shortest form: major type and count. */
function head(major: number, count: number): Bytes {
  if (count < 24) return new Uint8Array([(major << 5) | count]);
  if (count < 0x100) return new Uint8Array([(major << 5) | 24, count]);
  if (count < 0x10000) return new Uint8Array([(major << 5) | 25, count >> 8, count & 255]);
  return new Uint8Array([(major << 5) | 26, count >>> 24, (count >>> 16) & 255, (count >>> 8) & 255, count & 255]);
}

/** The file's first bytes: DAG-CBOR `{roots, version: 1}`. Roots are the manifests; at least one. */
export function carHeader(roots: readonly string[]): Bytes {
  const links = roots.map((root) => {
    const cid = CID.parse(root).bytes;
    // Tag 42, and a byte string that begins with the multibase prefix of raw bytes.
    return concat(new Uint8Array([0xd8, 42]), head(2, cid.length + 1), new Uint8Array([0]), toBytes(cid));
  });
  const header = concat(head(5, 2), head(3, 5), utf8("roots"), head(4, roots.length), ...links, VERSION_1);
  return concat(varint(header.length), header);
}

/** What stands before a block of so many bytes: their length together, then the CID. */
export function carPrefix(cid: string, size: number): Bytes {
  const name = toBytes(CID.parse(cid).bytes);
  return concat(varint(name.length + size), name);
}

/**
 * The blocks of a file, one after another, each checked against its CID.
 * Throws Failure("bad-input" | "tampered") at the first thing that is no CAR of version 1, or was damaged.
 */
export async function* readCar(source: CarSource): AsyncGenerator<Block> {
  const refuse = (cause?: unknown) =>
    new Failure("bad-input", "This is not a whole copy of records, or it was damaged. What came before was used.", {
      cause,
    });
  const header = await readLength(source, 0, refuse);
  if (header.value > MAX_HEADER || header.end + header.value > source.size) throw refuse();
  const words = await source.read(header.end, header.end + header.value);
  if (!equalBytes(toBytes(words.subarray(words.length - VERSION_1.length)), VERSION_1)) throw refuse();
  for (let at = header.end + header.value; at < source.size;) {
    const length = await readLength(source, at, refuse);
    const end = length.end + length.value;
    if (length.value > MAX_BLOCK + MAX_PREFIX || end > source.size) throw refuse();
    const section = toBytes(await source.read(length.end, end));
    let cid: string;
    let bytes: Bytes;
    try {
      const [name, rest] = CID.decodeFirst(section);
      cid = name.toString();
      bytes = toBytes(rest);
    } catch (cause) {
      throw refuse(cause);
    }
    await verifyBlock(cid, bytes);
    yield { cid, bytes };
    at = end;
  }
}

async function readLength(
  source: CarSource,
  at: number,
  refuse: () => Failure,
): Promise<{ value: number; end: number }> {
  const bytes = await source.read(at, Math.min(at + 5, source.size));
  let value = 0;
  for (const [index, byte] of bytes.entries()) {
    value += (byte % 128) * 128 ** index;
    if (byte < 128) return { value, end: at + index + 1 };
  }
  throw refuse();
}
