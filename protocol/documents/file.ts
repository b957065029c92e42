// A file on IPFS: raw leaves under one UnixFS root (dag-pb), as any IPFS node serves it. Rule: there is one way to cut a
// file, so equal bytes have equal CIDs, and a root that is cut in another way is refused.

import { createLink, createNode, decode, encode } from "@ipld/dag-pb";
import { UnixFS } from "ipfs-unixfs";
import { CID } from "multiformats/cid";
import { concat, toBytes, toHex, type Bytes } from "../bytes.ts";
import { Failure } from "../failure.ts";
import { cidOfBlock, digestBlock, fileCid, parseCid, rawCid, verifyBlock } from "./cid.ts";
import type { Digester } from "./digester.ts";

// One level of links: 16,384 leaves of 512 KiB are 8 GiB, and the root then still is below 1 MiB.
const MAX_LEAVES = 16_384;

/** One IPFS block. */
export type Block = { cid: string; bytes: Bytes };

/** A leaf in a root. */
export type Leaf = { cid: string; size: number };

/** A file by its leaves. */
export type FileLayout = { size: number; leaves: Leaf[] };

/** The leaves of bytes that begin at a leaf's border, hashed at the same time; by the digester where all is one leaf. */
export async function cutLeaves(bytes: Bytes, leafSize: number, digester?: Digester): Promise<Block[]> {
  if (digester !== undefined && bytes.length <= leafSize && bytes.length === bytes.buffer.byteLength) {
    const { digest, bytes: same } = await digester.digest(bytes);
    return [{ cid: rawCid(toHex(digest)), bytes: same }];
  }
  const leaves: Bytes[] = [];
  for (let at = 0; at < bytes.length; at += leafSize) leaves.push(bytes.subarray(at, at + leafSize));
  return Promise.all(leaves.map(async (leaf) => ({ cid: await cidOfBlock(leaf), bytes: leaf })));
}

/** The root over these leaves: its CID is the file's. Throws Failure("too-large"). */
export async function makeRoot(leaves: readonly Leaf[]): Promise<Block> {
  if (leaves.length > MAX_LEAVES) throw new Failure("too-large", "This file is too large. It was not stored.");
  const file = new UnixFS({ type: "file", blockSizes: leaves.map((leaf) => BigInt(leaf.size)) });
  const links = leaves.map((leaf) => createLink("", leaf.size, CID.parse(leaf.cid)));
  const bytes = toBytes(encode(createNode(file.marshal(), links)));
  return { cid: fileCid(toHex(await digestBlock(bytes))), bytes };
}

/**
 * Reads a root after checking it against its CID; all leaves but the last must have `leafSize` bytes.
 * Throws Failure("tampered") for other bytes, Failure("bad-input") for a root of another shape.
 */
export async function readRoot(cid: string, options: { bytes: Uint8Array; leafSize: number }): Promise<FileLayout> {
  const { bytes, leafSize } = options;
  const refuse = (cause?: unknown) =>
    new Failure("bad-input", "This file is not put together as Placet does it. It was not opened.", { cause });
  if (parseCid(cid).codec !== "dag-pb") throw refuse();
  await verifyBlock(cid, bytes);
  let leaves: Leaf[];
  try {
    const node = decode(toBytes(bytes));
    const sizes = UnixFS.unmarshal(node.Data ?? new Uint8Array(0)).blockSizes;
    leaves = node.Links.map((link, index) => ({ cid: link.Hash.toString(), size: Number(sizes[index] ?? -1n) }));
  } catch (cause) {
    throw refuse(cause);
  }
  const last = leaves.length - 1;
  const regular = leaves.every(
    (leaf, index) =>
      parseCid(leaf.cid).codec === "raw" &&
      (index < last ? leaf.size === leafSize : leaf.size > 0 && leaf.size <= leafSize),
  );
  if (!regular) throw refuse();
  // Written again it must be the same: nothing else can hide in a root.
  if ((await makeRoot(leaves)).cid !== cid) throw refuse();
  return { size: leaves.reduce((sum, leaf) => sum + leaf.size, 0), leaves };
}

/** The bytes [from, to) of a file whose root was read, from leaves that are each checked against their CID. */
export async function readLeaves(
  file: FileLayout,
  options: { from: number; to: number; leafSize: number; fetchBlock(cid: string): Promise<Uint8Array> },
): Promise<Bytes> {
  const { from, to, leafSize, fetchBlock } = options;
  const fetchLeaf = async (leaf: Leaf): Promise<Bytes> => {
    const bytes = await fetchBlock(leaf.cid);
    await verifyBlock(leaf.cid, bytes);
    if (bytes.length !== leaf.size)
      throw new Failure("tampered", "A block has another size than its file says. It was not used.");
    return toBytes(bytes);
  };
  const first = Math.floor(from / leafSize);
  const parts = await Promise.all(file.leaves.slice(first, Math.ceil(to / leafSize)).map(fetchLeaf));
  const [only] = parts;
  const bytes = parts.length === 1 && only !== undefined ? only : concat(...parts);
  return bytes.subarray(from - first * leafSize, to - first * leafSize);
}
