// A Helia node inside this process: blocks and its key on disk, TCP on loopback, Bitswap. It looks nobody up and dials
// nobody but the peers that it is told of: whoever else wants a block dials it.

import { mkdir } from "node:fs/promises";
import { join, resolve } from "node:path";
import { noise } from "@chainsafe/libp2p-noise";
import { yamux } from "@chainsafe/libp2p-yamux";
import { withBitswap } from "@helia/bitswap";
import { withLibp2pLight } from "@helia/libp2p";
import { identify } from "@libp2p/identify";
import { tcp } from "@libp2p/tcp";
import { FsBlockstore } from "blockstore-fs";
import { FsDatastore } from "datastore-fs";
import { createHeliaLight } from "helia";
import type { CID } from "multiformats/cid";
// The same addresses as libp2p's, which has no door of its own to them.
import { multiaddr } from "kubo-rpc-client";
import { Failure } from "#protocol/failure.ts";
import { checkBlock, notHere, readCid } from "./verify.ts";
import type { Ipfs } from "./ipfs.ts";

const DIAL_MS = 10_000;
/** A walk over a pin's one block, which would wait for ever for one that was lost. */
const WALK_MS = 10_000;
const LOST_WALK_MS = 100;

/**
 * Starts a node that keeps its key in `folder` and its blocks as files in `blocks`, listening on 127.0.0.1 at `port` (0: a
 * free one). Blocks are written aside and renamed, so several nodes may share their folder; a node's own folder none may.
 */
export async function openHelia(options: { folder: string; blocks: string; port: number }): Promise<Ipfs> {
  const { folder, blocks, port } = options;
  await mkdir(folder, { recursive: true });
  const blockstore = new FsBlockstore(blocks);
  const datastore = new FsDatastore(join(folder, "data"));
  await blockstore.open();
  await datastore.open();
  const helia = withBitswap(
    withLibp2pLight(createHeliaLight({ blockstore, datastore }), {
      addresses: { listen: [`/ip4/127.0.0.1/tcp/${port}`] },
      transports: [tcp()],
      connectionEncrypters: [noise()],
      streamMuxers: [yamux()],
      services: { identify: identify() },
    }),
  );
  await helia.start();
  return {
    kind: "helia",
    async put(text, bytes) {
      const cid = readCid(text);
      checkBlock(cid, bytes);
      await helia.blockstore.put(cid, bytes);
      await pin(text);
    },
    async get(text, { timeoutMs = 0 } = {}) {
      const cid = readCid(text);
      const held = await blockstore.has(cid);
      if (!held && timeoutMs === 0) throw notHere();
      const bytes = held ? await collect(blockstore.get(cid)) : await fetch(cid, timeoutMs);
      checkBlock(cid, bytes);
      return bytes;
    },
    has: async (text) => blockstore.has(readCid(text)),
    pin,
    async unpin(text) {
      const cid = readCid(text);
      const held = await blockstore.has(cid);
      try {
        if (await helia.pins.isPinned(cid))
          for await (const _ of helia.pins.rm(cid, { signal: AbortSignal.timeout(held ? WALK_MS : LOST_WALK_MS) }));
      } catch (error) {
        // A block that was lost from the disk cannot be walked over, and needs no pin any more.
        if (held) throw error;
      }
      if (held) await blockstore.delete(cid);
    },
    async collect() {
      if (resolve(blocks) !== resolve(folder, "blocks")) {
        throw new Failure(
          "conflict",
          "Other nodes share this folder of blocks, and what they pin is not known here. Nothing was deleted.",
        );
      }
      await helia.gc();
    },
    async connect(address) {
      try {
        await helia.libp2p.dial(multiaddr(address), { signal: AbortSignal.timeout(DIAL_MS) });
      } catch (cause) {
        throw new Failure("unavailable", "That IPFS node cannot be reached. Nothing was changed.", { cause });
      }
    },
    info: async () => ({
      peerId: helia.libp2p.peerId.toString(),
      addresses: helia.libp2p.getMultiaddrs().map((address) => address.toString()),
    }),
    async stop() {
      await helia.stop();
      await blockstore.close();
      await datastore.close();
    },
  };

  /** Asks the peers, and ends in time: Bitswap itself waits longer for a peer that has stalled than it was told to. */
  async function fetch(cid: CID, timeoutMs: number): Promise<Uint8Array> {
    const signal = AbortSignal.timeout(timeoutMs);
    const fetched = collect(helia.blockstore.get(cid, { signal }));
    const late = new Promise<never>((_, reject) => signal.addEventListener("abort", () => reject(notHere())));
    try {
      return await Promise.race([fetched, late]);
    } catch (cause) {
      fetched.catch(() => undefined);
      throw notHere(cause);
    }
  }

  /** One block at a time: a body's blocks are pinned as they come, so nothing needs to be walked. */
  async function pin(text: string): Promise<void> {
    const cid = readCid(text);
    if (await helia.pins.isPinned(cid)) return;
    if (!(await blockstore.has(cid))) throw notHere();
    try {
      for await (const _ of helia.pins.add(cid, { depth: 0, signal: AbortSignal.timeout(WALK_MS) }));
    } catch (error) {
      // Two uploads of one block at the same time: the other one pinned it.
      if (!(await helia.pins.isPinned(cid))) throw error;
    }
  }
}

async function collect(parts: AsyncIterable<Uint8Array> | Iterable<Uint8Array>): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  for await (const part of parts) chunks.push(part);
  return chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks);
}
