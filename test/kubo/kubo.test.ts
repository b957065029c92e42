// A real Kubo node by its RPC API, and the embedded node as its peer: the same tests as the embedded one, and what only a
// node in a process of its own can do: stall, and die.

import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openKubo } from "#indexer/ipfs/kubo.ts";
import type { Ipfs } from "#indexer/ipfs/index.ts";
import { addressOf, alterOnDisk, cidOf, fresh, startHelia, testNode } from "../indexer/ipfs/behaviour.ts";
import type { Subject } from "../indexer/ipfs/behaviour.ts";
import { startKubo, type TestKubo } from "./start-kubo.ts";

testNode("A Kubo node", async () => {
  const kubo = await startKubo();
  return {
    node: await openKubo(await kubo.start()),
    blocks: join(kubo.folder, "blocks"),
    async restart() {
      await kubo.kill();
      return openKubo(await kubo.start());
    },
    remove: () => kubo.stop(),
  };
});

describe("A Kubo node and an embedded one", () => {
  let kubo: TestKubo;
  let node: Ipfs;
  let helia: Subject;

  beforeAll(async () => {
    kubo = await startKubo();
    node = await openKubo(await kubo.start(), { callMs: 4_000 });
    helia = await startHelia();
    await helia.node.connect(await addressOf(node));
  }, 120_000);
  afterAll(async () => {
    await helia?.remove();
    await kubo?.stop();
  });

  it("stay at home: Kubo knows nobody but the embedded node", async () => {
    const peers = (await kubo.command("swarm", "peers")).split("\n");
    expect(peers).toHaveLength(1);
    expect(peers[0]).toContain((await helia.node.info()).peerId);
  });

  it("find the same bytes under the same CID, by either one's own reckoning", async () => {
    const bytes = fresh(100_000);
    await helia.node.put(cidOf(bytes), bytes);
    await node.get(cidOf(bytes), { timeoutMs: 20_000 });
    expect(await kubo.command("block", "stat", cidOf(bytes))).toContain(`Size: ${bytes.length}`);
    await kubo.command("block", "rm", cidOf(bytes));
    await node.put(cidOf(bytes), bytes);
    expect(await kubo.command("pin", "ls", "--type=direct", "--quiet")).toContain(cidOf(bytes));
  });

  it("are given nothing by Kubo where its disk was altered", async () => {
    const bytes = fresh();
    await node.put(cidOf(bytes), bytes);
    await alterOnDisk(join(kubo.folder, "blocks"), bytes);
    await expect(helia.node.get(cidOf(bytes), { timeoutMs: 1_500 })).rejects.toMatchObject({ code: "not-found" });
    expect(await helia.node.has(cidOf(bytes))).toBe(false);
  });

  it("are told apart when Kubo stalls: nothing is said to be missing, everything ends in time, and goes on after it", async () => {
    const [held, later] = [fresh(), fresh()];
    await node.put(cidOf(held), held);
    await kubo.freeze();
    try {
      const began = Date.now();
      const silent = { code: "unavailable" };
      await Promise.all([
        expect(node.put(cidOf(later), later)).rejects.toMatchObject(silent),
        expect(node.get(cidOf(held))).rejects.toMatchObject(silent),
        expect(node.has(cidOf(held))).rejects.toMatchObject(silent),
        expect(node.pin(cidOf(held))).rejects.toMatchObject(silent),
        expect(node.unpin(cidOf(held))).rejects.toMatchObject(silent),
        expect(node.info()).rejects.toMatchObject(silent),
        expect(helia.node.get(cidOf(held), { timeoutMs: 1_500 })).rejects.toMatchObject({ code: "not-found" }),
      ]);
      expect(Date.now() - began).toBeLessThan(15_000);
    } finally {
      kubo.thaw();
    }
    await node.put(cidOf(later), later);
    expect(Buffer.compare(await helia.node.get(cidOf(later), { timeoutMs: 20_000 }), later)).toBe(0);
  });

  it("lose nothing that was stored when Kubo is killed, and say meanwhile that it does not answer", async () => {
    const bytes = fresh();
    await node.put(cidOf(bytes), bytes);
    await kubo.kill();
    const silent = { code: "unavailable" };
    await expect(node.has(cidOf(bytes))).rejects.toMatchObject(silent);
    await expect(node.get(cidOf(bytes))).rejects.toMatchObject(silent);
    await expect(node.put(cidOf(bytes), bytes)).rejects.toMatchObject(silent);
    await expect(openKubo("http://127.0.0.1:9")).rejects.toMatchObject(silent);
    node = await openKubo(await kubo.start());
    expect(Buffer.compare(await node.get(cidOf(bytes)), bytes)).toBe(0);
    await node.collect();
    expect(await node.has(cidOf(bytes))).toBe(true);
    await node.connect(await addressOf(helia.node));
    expect(Buffer.compare(await helia.node.get(cidOf(bytes), { timeoutMs: 20_000 }), bytes)).toBe(0);
  });
});
