// The embedded IPFS node: bytes are only ever taken and given under the CID that they hash to.

import { createHash } from "node:crypto";
import { mkdtemp, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CID } from "multiformats/cid";
import * as Digest from "multiformats/hashes/digest";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openHelia } from "#indexer/ipfs/helia.ts";
import type { Ipfs } from "#indexer/ipfs/index.ts";

const cidOf = (bytes: Uint8Array) =>
  CID.createV1(0x55, Digest.create(0x12, createHash("sha256").update(bytes).digest())).toString();
const text = (words: string) => new TextEncoder().encode(words);

describe("The embedded IPFS node", () => {
  let folder = "";
  let node: Ipfs;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "placet-ipfs-"));
    node = await openHelia({ folder, blocks: join(folder, "blocks"), port: 0 });
  });
  afterAll(async () => {
    await node.stop();
    await rm(folder, { recursive: true });
  });

  it("gives back what it was given, and keeps it and its own identity over a restart", async () => {
    const bytes = text("sealed bytes");
    const cid = cidOf(bytes);
    await node.put(cid, bytes);
    await node.put(cid, bytes);
    const before = await node.info();
    await node.stop();
    node = await openHelia({ folder, blocks: join(folder, "blocks"), port: 0 });
    expect(await node.has(cid)).toBe(true);
    expect(new Uint8Array(await node.get(cid))).toEqual(bytes);
    expect((await node.info()).peerId).toBe(before.peerId);
    expect((await node.info()).addresses[0]).toMatch(/^\/ip4\/127\.0\.0\.1\/tcp\/\d+/);
  });

  it("refuses bytes that are not the block that the CID names", async () => {
    await expect(node.put(cidOf(text("one")), text("two"))).rejects.toMatchObject({ code: "tampered" });
    await expect(node.put("not a cid", text("two"))).rejects.toMatchObject({ code: "bad-input" });
  });

  it("notices that a file on its disk was altered", async () => {
    const bytes = text("to be altered on disk");
    await node.put(cidOf(bytes), bytes);
    const blocks = join(folder, "blocks");
    for (const name of await readdir(blocks, { recursive: true })) {
      const held = await readFile(join(blocks, name)).catch(() => null);
      if (held?.equals(bytes)) await writeFile(join(blocks, name), text("altered"));
    }
    await expect(node.get(cidOf(bytes))).rejects.toMatchObject({ code: "tampered" });
  });

  it("lets go of a block, and says so when it is asked for it", async () => {
    const bytes = text("to be erased");
    await node.put(cidOf(bytes), bytes);
    await node.unpin(cidOf(bytes));
    expect(await node.has(cidOf(bytes))).toBe(false);
    await expect(node.get(cidOf(bytes))).rejects.toMatchObject({ code: "not-found" });
  });

  it("gives a block to another node that dials it", async () => {
    const bytes = text("asked for over the network");
    await node.put(cidOf(bytes), bytes);
    const { createHeliaLight } = await import("helia");
    const { withLibp2pLight } = await import("@helia/libp2p");
    const { withBitswap } = await import("@helia/bitswap");
    const { tcp } = await import("@libp2p/tcp");
    const { noise } = await import("@chainsafe/libp2p-noise");
    const { yamux } = await import("@chainsafe/libp2p-yamux");
    const { identify } = await import("@libp2p/identify");
    const other = withBitswap(
      withLibp2pLight(createHeliaLight(), {
        addresses: { listen: ["/ip4/127.0.0.1/tcp/0"] },
        transports: [tcp()],
        connectionEncrypters: [noise()],
        streamMuxers: [yamux()],
        services: { identify: identify() },
      }),
    );
    await other.start();
    try {
      const [address] = (await node.info()).addresses;
      // libp2p dials address objects only; its own one is turned into the address of the node to dial.
      const [own] = other.libp2p.getMultiaddrs();
      if (own === undefined || address === undefined) throw new Error("A node listens nowhere.");
      await other.libp2p.dial(own.decapsulate("/ip4").encapsulate(address));
      const parts: Uint8Array[] = [];
      for await (const part of other.blockstore.get(CID.parse(cidOf(bytes)), { signal: AbortSignal.timeout(10_000) }))
        parts.push(part);
      expect(new Uint8Array(Buffer.concat(parts))).toEqual(bytes);
    } finally {
      await other.stop();
    }
  });
});
