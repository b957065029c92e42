// The embedded IPFS node: bytes are only ever taken and given under the CID that they hash to.

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { openHelia } from "#indexer/ipfs/helia.ts";
import { openIpfs } from "#indexer/ipfs/index.ts";
import { addressOf, cidOf, fresh, startHelia, testNode } from "./behaviour.ts";

testNode("The embedded IPFS node", startHelia);

describe("An embedded IPFS node", () => {
  it("collects nothing from a folder of blocks that others share, whose pins it does not know", async () => {
    const folder = await mkdtemp(join(tmpdir(), "placet-ipfs-"));
    const node = await openHelia({ folder: join(folder, "one"), blocks: join(folder, "shared"), port: 0 });
    try {
      await expect(node.collect()).rejects.toMatchObject({ code: "conflict" });
    } finally {
      await node.stop();
      await rm(folder, { recursive: true });
    }
  });

  it("is connected to the peers that the operator names, without being asked for anything", async () => {
    const other = await startHelia();
    const folder = await mkdtemp(join(tmpdir(), "placet-ipfs-"));
    const settings = { dataDir: folder, ipfsApiUrl: null, ipfsPort: 0, blocksDir: null };
    const node = await openIpfs({ ...settings, ipfsPeers: [await addressOf(other.node)] });
    try {
      const bytes = fresh();
      await other.node.put(cidOf(bytes), bytes);
      expect(Buffer.compare(await node.get(cidOf(bytes), { timeoutMs: 20_000 }), bytes)).toBe(0);
    } finally {
      await node.stop();
      await other.remove();
      await rm(folder, { recursive: true });
    }
  });
});
