// What every IPFS node that the service can use must do, whichever it is: the same tests for the embedded one and for Kubo.

import { createHash, randomBytes } from "node:crypto";
import { mkdtemp, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CID } from "multiformats/cid";
import * as Digest from "multiformats/hashes/digest";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openHelia } from "#indexer/ipfs/helia.ts";
import type { Ipfs } from "#indexer/ipfs/index.ts";

/** A node under test: where its blocks lie on disk, and how it is started again. */
export type Subject = { node: Ipfs; blocks: string; restart(): Promise<Ipfs>; remove(): Promise<void> };

/** The CID of a block of this kind. */
export function cidOf(bytes: Uint8Array, codec: "raw" | "dag-pb" = "raw"): string {
  const digest = Digest.create(0x12, createHash("sha256").update(bytes).digest());
  return CID.createV1(codec === "raw" ? 0x55 : 0x70, digest).toString();
}

/** Bytes that nobody else has. */
export const fresh = (size = 4_096) => new Uint8Array(randomBytes(size));

/** A dag-pb block that links to `child`, of which nobody has to hold anything. */
export function linkTo(child: string): Uint8Array {
  const { bytes } = CID.parse(child);
  return new Uint8Array([0x12, bytes.length + 4, 0x0a, bytes.length, ...bytes, 0x12, 0x00]);
}

/** Writes other bytes into the file in which a node keeps this block. */
export async function alterOnDisk(blocks: string, bytes: Uint8Array): Promise<void> {
  for (const name of await readdir(blocks, { recursive: true })) {
    const held = await readFile(join(blocks, name)).catch(() => null);
    if (held?.equals(bytes)) return writeFile(join(blocks, name), Buffer.alloc(bytes.length, 7));
  }
  throw new Error("This block lies in no file.");
}

/** The address under which others dial a node. */
export async function addressOf(node: Ipfs): Promise<string> {
  const found = (await node.info()).addresses.find((address) => address.startsWith("/ip4/127.0.0.1/tcp/"));
  if (found === undefined) throw new Error("The node listens nowhere on loopback.");
  return found;
}

/** An embedded node in a folder of its own. */
export async function startHelia(): Promise<Subject> {
  const folder = await mkdtemp(join(tmpdir(), "placet-ipfs-"));
  const blocks = join(folder, "blocks");
  const subject: Subject = {
    node: await openHelia({ folder, blocks, port: 0 }),
    blocks,
    async restart() {
      await subject.node.stop();
      subject.node = await openHelia({ folder, blocks, port: 0 });
      return subject.node;
    },
    async remove() {
      await subject.node.stop();
      await rm(folder, { recursive: true, force: true, maxRetries: 5 });
    },
  };
  return subject;
}

/** The tests, on a node that `start` starts. */
export function testNode(name: string, start: () => Promise<Subject>): void {
  describe(name, () => {
    let subject: Subject;
    let node: Ipfs;
    let peer: Subject;

    beforeAll(async () => {
      subject = await start();
      node = subject.node;
      peer = await startHelia();
      await node.connect(await addressOf(peer.node));
    }, 120_000);
    afterAll(async () => {
      await peer?.remove();
      await subject?.remove();
    });

    it("refuses bytes that are not the block that the CID names, and CIDs of another kind", async () => {
      await expect(node.put(cidOf(fresh()), fresh())).rejects.toMatchObject({ code: "tampered" });
      await expect(node.put("not a cid", fresh())).rejects.toMatchObject({ code: "bad-input" });
      const old = CID.createV0(CID.parse(cidOf(fresh(), "dag-pb")).multihash as never).toString();
      await expect(node.put(old, fresh())).rejects.toMatchObject({ code: "unsupported-type" });
      const large = fresh(2 * 1024 * 1024 + 1);
      await expect(node.put(cidOf(large), large)).rejects.toMatchObject({ code: "too-large" });
    });

    it("holds blocks of both kinds under the very CIDs that they hash to, up to the largest", async () => {
      const leaf = fresh(2 * 1024 * 1024);
      const root = linkTo(cidOf(leaf));
      for (const [bytes, cid] of [
        [leaf, cidOf(leaf)],
        [root, cidOf(root, "dag-pb")],
      ] as const) {
        await node.put(cid, bytes);
        await node.put(cid, bytes); // handed in twice, held once
        expect(await node.has(cid)).toBe(true);
        expect(Buffer.compare(await node.get(cid), bytes)).toBe(0);
      }
    });

    it("gives a block to another node over the network, and takes one from it", async () => {
      const [own, other] = [fresh(300_000), fresh(300_000)];
      await node.put(cidOf(own), own);
      await peer.node.put(cidOf(other), other);
      expect(Buffer.compare(await peer.node.get(cidOf(own), { timeoutMs: 20_000 }), own)).toBe(0);
      expect(await node.has(cidOf(other))).toBe(false);
      await expect(node.get(cidOf(other))).rejects.toMatchObject({ code: "not-found" });
      expect(Buffer.compare(await node.get(cidOf(other), { timeoutMs: 20_000 }), other)).toBe(0);
    });

    it("collects what was only fetched and what was let go of, and keeps what is pinned", async () => {
      const [kept, pinned, fetched, dropped] = [fresh(), fresh(), fresh(), fresh()];
      // A pinned root does not pin what it links to, nor does its missing leaf stop the collection.
      const root = linkTo(cidOf(fresh()));
      await node.put(cidOf(kept), kept);
      await node.put(cidOf(root, "dag-pb"), root);
      await node.put(cidOf(dropped), dropped);
      for (const bytes of [pinned, fetched]) {
        await peer.node.put(cidOf(bytes), bytes);
        await node.get(cidOf(bytes), { timeoutMs: 20_000 });
      }
      await node.pin(cidOf(pinned));
      await node.unpin(cidOf(dropped));
      expect(await node.has(cidOf(dropped))).toBe(false);
      await node.collect();
      const cids = [cidOf(kept), cidOf(pinned), cidOf(root, "dag-pb"), cidOf(fetched)];
      expect(await Promise.all(cids.map((cid) => node.has(cid)))).toEqual([true, true, true, false]);
    });

    it("lets go of a block for good, more than once if asked, and says so when it is asked for it", async () => {
      const bytes = fresh();
      await node.put(cidOf(bytes), bytes);
      await node.unpin(cidOf(bytes));
      await node.unpin(cidOf(bytes));
      expect(await node.has(cidOf(bytes))).toBe(false);
      await expect(node.get(cidOf(bytes))).rejects.toMatchObject({ code: "not-found" });
      await expect(node.get(cidOf(bytes), { timeoutMs: 500 })).rejects.toMatchObject({ code: "not-found" });
      await expect(node.pin(cidOf(bytes))).rejects.toMatchObject({ code: "not-found" });
      await node.put(cidOf(bytes), bytes);
      await node.collect();
      expect(await node.has(cidOf(bytes))).toBe(true);
    });

    it("is given nothing by a node that lies", async () => {
      const bytes = fresh();
      await peer.node.put(cidOf(bytes), bytes);
      await alterOnDisk(peer.blocks, bytes);
      await expect(node.get(cidOf(bytes), { timeoutMs: 1_500 })).rejects.toMatchObject({ code: "not-found" });
      expect(await node.has(cidOf(bytes))).toBe(false);
    });

    it("notices that a file on its disk was altered", async () => {
      const bytes = fresh();
      await node.put(cidOf(bytes), bytes);
      await alterOnDisk(subject.blocks, bytes);
      await expect(node.get(cidOf(bytes))).rejects.toMatchObject({ code: "tampered" });
    });

    it("cannot be connected to a node that is gone, and says so", async () => {
      const gone = await startHelia();
      const address = await addressOf(gone.node);
      await gone.remove();
      await expect(node.connect(address)).rejects.toMatchObject({ code: "unavailable" });
    });

    it("keeps its blocks, its pins and its own identity over a restart", async () => {
      const bytes = fresh();
      await node.put(cidOf(bytes), bytes);
      const before = await node.info();
      node = await subject.restart();
      await node.collect();
      expect(Buffer.compare(await node.get(cidOf(bytes)), bytes)).toBe(0);
      const after = await node.info();
      expect(after.peerId).toBe(before.peerId);
      expect(after.addresses.length).toBeGreaterThan(0);
      for (const address of after.addresses) expect(address).toMatch(/^\/ip4\/127\.0\.0\.1\/tcp\/\d+/);
    });
  });
}
