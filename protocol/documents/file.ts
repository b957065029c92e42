// A file on IPFS: raw leaves of 1 MiB under one UnixFS root (dag-pb), as any IPFS node serves it. Rule: there is one way
// to cut a file, so equal bytes have equal CIDs, and a root that is cut in another way is refused.

import { createLink, createNode, decode, encode } from "@ipld/dag-pb";
import { UnixFS } from "ipfs-unixfs";
import { CID } from "multiformats/cid";
import { concat, toBytes, toHex, type Bytes } from "../bytes.ts";
import { Failure } from "../failure.ts";
import { cidOfBlock, digestBlock, fileCid, parseCid, verifyBlock } from "./cid.ts";
import { cutter } from "./stream.ts";

/** Bytes of a leaf; only a file's last leaf is shorter. Every IPFS node passes on blocks of this size. */
export const BLOCK_SIZE = 1_048_576;
// One level of links: 16,384 leaves are 16 GiB, and the root then still is below 1 MiB.
const MAX_LEAVES = 16_384;

/** One IPFS block. The root comes last, and its CID is the file's. */
export type Block = { cid: string; bytes: Bytes; root: boolean };

/** A leaf in a root. */
export type Leaf = { cid: string; size: number };

async function encodeRoot(leaves: Leaf[]): Promise<Block> {
  if (leaves.length > MAX_LEAVES) throw new Failure("too-large", "This file is too large. It was not stored.");
  const file = new UnixFS({ type: "file", blockSizes: leaves.map((leaf) => BigInt(leaf.size)) });
  const links = leaves.map((leaf) => createLink("", leaf.size, CID.parse(leaf.cid)));
  const bytes = toBytes(encode(createNode(file.marshal(), links)));
  return { cid: fileCid(toHex(await digestBlock(bytes))), bytes, root: true };
}

/** Bytes in, blocks out: the leaves as soon as they are full, then the root. At most one leaf is held. */
export function blockStream(): TransformStream<Uint8Array, Block> {
  const cut = cutter(BLOCK_SIZE);
  const leaves: Leaf[] = [];
  const toLeaf = async (bytes: Bytes): Promise<Block> => {
    const cid = await cidOfBlock(bytes);
    leaves.push({ cid, size: bytes.length });
    return { cid, bytes, root: false };
  };
  return new TransformStream({
    async transform(bytes, controller) {
      for (const piece of cut.push(bytes)) controller.enqueue(await toLeaf(piece));
    },
    async flush(controller) {
      if (cut.held() > 0) controller.enqueue(await toLeaf(cut.rest()));
      controller.enqueue(await encodeRoot(leaves));
    },
  });
}

/** The root of a file whose leaves are known: what resuming an upload needs. */
export async function makeRoot(leaves: Leaf[]): Promise<Block> {
  return encodeRoot(leaves);
}

/**
 * Reads a root after checking it against its CID. Throws Failure("tampered") for other bytes, Failure("bad-input") for a
 * root of another shape.
 */
export async function readRoot(cid: string, bytes: Uint8Array): Promise<{ size: number; leaves: Leaf[] }> {
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
      (index < last ? leaf.size === BLOCK_SIZE : leaf.size > 0 && leaf.size <= BLOCK_SIZE),
  );
  if (!regular) throw refuse();
  // Written again it must be the same: nothing else can hide in a root.
  if ((await encodeRoot(leaves)).cid !== cid) throw refuse();
  return { size: leaves.reduce((sum, leaf) => sum + leaf.size, 0), leaves };
}

/**
 * The bytes [from, to) of a file, each leaf verified before any of it is given out. `fetchBlock` may ask anybody.
 * Leaves are fetched when the stream is read, `ahead` of them at a time (default 4).
 */
export function readFile(options: {
  cid: string;
  fetchBlock(cid: string): Promise<Uint8Array>;
  from?: number;
  to?: number;
  ahead?: number;
}): ReadableStream<Bytes> {
  const { cid, fetchBlock, from = 0, ahead = 4 } = options;
  let leaves: Leaf[] | undefined;
  let end = 0;
  let index = Math.floor(from / BLOCK_SIZE);
  const coming: Promise<Bytes>[] = [];
  let next = index;

  async function fetchLeaf(leaf: Leaf): Promise<Bytes> {
    const bytes = await fetchBlock(leaf.cid);
    await verifyBlock(leaf.cid, bytes);
    if (bytes.length !== leaf.size)
      throw new Failure("tampered", "A block has another size than its file says. It was not used.");
    return toBytes(bytes);
  }

  return new ReadableStream<Bytes>(
    {
      async pull(controller) {
        if (leaves === undefined) {
          const root = await readRoot(cid, await fetchBlock(cid));
          leaves = root.leaves;
          end = Math.min(options.to ?? root.size, root.size);
        }
        const start = index * BLOCK_SIZE;
        if (start >= end) {
          controller.close();
          return;
        }
        while (coming.length < ahead && next * BLOCK_SIZE < end) {
          const leaf = leaves[next];
          if (leaf === undefined) break;
          const fetched = fetchLeaf(leaf);
          fetched.catch(() => undefined); // reported when its turn comes
          coming.push(fetched);
          next += 1;
        }
        const bytes = await coming.shift();
        if (bytes === undefined) throw new Failure("tampered", "This file ends too early. Fetch it again.");
        controller.enqueue(bytes.subarray(Math.max(0, from - start), Math.min(bytes.length, end - start)));
        index += 1;
      },
    },
    { highWaterMark: 0 },
  );
}

/** All blocks of something small, the root last. */
export async function makeFile(bytes: Uint8Array): Promise<Block[]> {
  const source: ReadableStream<Uint8Array> = new Blob([toBytes(bytes)]).stream();
  return drain(source.pipeThrough(blockStream()));
}

/** Everything that a stream gives. Read by its reader, since not every browser iterates over streams. */
async function drain<T>(stream: ReadableStream<T>): Promise<T[]> {
  const parts: T[] = [];
  const reader = stream.getReader();
  for (let step = await reader.read(); !step.done; step = await reader.read()) parts.push(step.value);
  return parts;
}

/** All bytes of a stream: only for what is known to be small. */
export async function collect(stream: ReadableStream<Uint8Array>): Promise<Bytes> {
  return concat(...(await drain(stream)));
}
