// Several nodes over real HTTP: who is asked, who rests, for how long, and what is never believed.

import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { createPublicClient } from "viem";
import { backOff, createEndpoint, createNodes, isTrouble, nodesTransport } from "#indexer/rpc/index.ts";
import { honest, refuse, startFakeNodes } from "../sim/fake-node.ts";
import type { Call, FakeNodes, NodeView } from "../sim/fake-node.ts";
import { growChain } from "../sim/follower.ts";
import { makeGenesis } from "../sim/generated-chain.ts";

const genesis = makeGenesis();
const tip = growChain(genesis, 10);
const identity = { chainId: 31_337, genesisHash: genesis.hash };
const newest = [{ method: "eth_getBlockByNumber", params: ["latest", false] }];

describe("Whoever asks several nodes", () => {
  let fake: FakeNodes;
  let first: NodeView;
  let second: NodeView;
  const posts: { node: number; at: number; calls: Call[] }[] = [];

  beforeAll(async () => {
    fake = await startFakeNodes();
  });
  afterAll(() => fake.close());
  beforeEach(() => {
    posts.length = 0;
    troubles = 0;
    const note = (node: number) => (calls: Call[]) => {
      posts.push({ node, at: Date.now(), calls });
      return null;
    };
    first = honest(tip, { onPost: note(0) });
    second = honest(tip, { onPost: note(1) });
    fake.show([first, second]);
  });

  let troubles = 0;
  const make = (count = 2, timeoutMs = 1_000) =>
    createNodes({
      urls: Array.from({ length: count }, (_, at) => fake.url(at)),
      timeoutMs,
      identity,
      leastRestMs: 20,
      onTrouble: () => (troubles += 1),
    });
  const resultOf = async (nodes: ReturnType<typeof make>) => {
    const [answer] = await nodes.send(newest);
    return answer?.ok === true ? (answer.result as { hash: string }).hash : answer?.error;
  };

  it("asks the first while it is well", async () => {
    const nodes = make();
    for (let n = 0; n < 3; n += 1) expect(await resultOf(nodes)).toBe(tip.hash);
    expect(new Set(posts.map(({ node }) => node))).toEqual(new Set([0]));
  });

  it.each([
    ["hangs up", { kind: "hang-up" } as const],
    ["says half a word", { kind: "half" } as const],
    ["answers with a page of an overloaded proxy", { kind: "status", status: 502, body: "<html>" } as const],
    ["answers nothing at all", { kind: "silence" } as const],
  ])("gets the other's answer when the first %s", async (_, fault) => {
    first.onPost = () => fault;
    const nodes = make(2, 300);
    const began = Date.now();
    expect(await resultOf(nodes)).toBe(tip.hash);
    expect(Date.now() - began).toBeLessThan(2_000);
    expect(nodes.states()[0]?.state).not.toBe("well");
    expect(nodes.states()[1]?.state).toBe("well");
  });

  it("waits for as long as a node that answers 429 asks, and goes to the other meanwhile", async () => {
    let busy = true;
    const note = first.onPost;
    first.onPost = async (calls) => {
      await note(calls);
      return busy ? { kind: "status", status: 429, headers: { "Retry-After": "1" }, body: "slow down" } : null;
    };
    const nodes = make();
    expect(await resultOf(nodes)).toBe(tip.hash);
    busy = false;
    const refusedAt = posts.find(({ node }) => node === 0)?.at ?? 0;
    while (Date.now() - refusedAt < 1_300) {
      await resultOf(nodes);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    const again = posts.filter(({ node }) => node === 0)[1];
    expect((again?.at ?? 0) - refusedAt).toBeGreaterThanOrEqual(990);
    expect(posts.filter(({ node }) => node === 1).length).toBeGreaterThan(5);
  });

  const busyText = JSON.stringify({ jsonrpc: "2.0", id: 0, error: { code: -32_000, message: "rate limit reached" } });
  const asksForPatience = [
    ["is overloaded with 503", "node-unreachable", 503, "<html>", 1],
    ["says in a batch that it is busy", "node-busy", 200, `[${busyText},${busyText}]`, 2],
    ["says to one call that it is busy", "node-busy", 200, busyText, 1],
    ["refuses one call with 403 for being busy", "node-busy", 403, busyText, 1],
  ] as const;

  it.each(asksForPatience)(
    "keeps how long a node that %s asks to be left alone",
    async (_, trouble, status, body, calls) => {
      first.onPost = () => ({ kind: "status", status, headers: { "Retry-After": "7" }, body });
      const endpoint = createEndpoint({ url: fake.url(0), timeoutMs: 1_000 });
      const error: unknown = await endpoint
        .send(Array.from({ length: calls }, () => newest).flat())
        .catch((thrown: unknown) => thrown);
      expect(isTrouble(error, trouble)).toBe(true);
      expect(error).toMatchObject({ retryAfterMs: 7_000 });
    },
  );

  it("does not ask one that is away for longer than anybody waits, and says why", async () => {
    const note = first.onPost;
    first.onPost = async (calls) => {
      await note(calls);
      return { kind: "status", status: 503, headers: { "Retry-After": "600" }, body: "<html>" };
    };
    const nodes = make(1);
    for (let n = 0; n < 3; n += 1) await expect(nodes.send(newest)).rejects.toThrow(/HTTP 503/);
    expect(posts).toHaveLength(1);
    expect(nodes.states()[0]?.state).toBe("resting");
  });

  it("hears of each call that failed once, also where several failed together", async () => {
    const nodes = make();
    const client = createPublicClient({ transport: nodesTransport(nodes), cacheTime: 0 });
    await client.getChainId();
    expect(troubles).toBe(0);
    first.onPost = () => ({ kind: "hang-up" });
    await Promise.all([client.getChainId(), client.getChainId(), client.getBlock()]);
    expect(troubles).toBe(1);
    second.onPost = first.onPost;
    const error: unknown = await nodes.send(newest).catch((thrown: unknown) => thrown);
    const after = troubles;
    expect(after).toBeGreaterThan(1);
    // As the loop does that was given a node and met the error itself.
    const alone = make(1);
    first.onPost = () => null;
    const node = await alone.choose();
    for (let n = 0; n < 2; n += 1) alone.blame(node, error);
    expect(troubles).toBe(after + 1);
  });

  it("with one node alone waits for it, and asks again", async () => {
    let refusals = 1;
    const note = first.onPost;
    first.onPost = async (calls) => {
      await note(calls);
      refusals -= 1;
      return refusals >= 0 ? { kind: "status", status: 429, headers: { "Retry-After": "1" }, body: "" } : null;
    };
    const began = Date.now();
    expect(await resultOf(make(1))).toBe(tip.hash);
    expect(Date.now() - began).toBeGreaterThanOrEqual(990);
  });

  it("never asks a node of another chain for anything but which chain it serves", async () => {
    first.chainId = 1;
    const nodes = make();
    expect(await resultOf(nodes)).toBe(tip.hash);
    const asked = posts.filter(({ node }) => node === 0).flatMap(({ calls }) => calls.map(({ method }) => method));
    expect(asked).toEqual(["eth_chainId", "eth_getBlockByNumber"]);
    expect(nodes.states()[0]?.state).toBe("wrong-chain");
    second.chainId = 1;
    await expect(make().choose()).rejects.toMatchObject({ code: "wrong-chain" });
  });

  it("asks a node again which chain it serves after it was away", async () => {
    const nodes = make(1);
    await nodes.send(newest);
    const note = first.onPost;
    first.onPost = () => ({ kind: "hang-up" });
    await expect(nodes.send(newest)).rejects.toSatisfy((error) => isTrouble(error, "node-unreachable"));
    first.onPost = note;
    first.chainId = 5;
    await expect(nodes.choose()).rejects.toMatchObject({ code: "wrong-chain" });
  });

  it("tells no more of a URL than its origin", async () => {
    const nodes = createNodes({
      urls: [`${new URL(fake.url(0)).origin}/v2/secret-key`],
      timeoutMs: 200,
      identity,
      leastRestMs: 5,
    });
    const error: unknown = await nodes.send(newest).catch((thrown: unknown) => thrown);
    expect(String((error as Error).message)).not.toContain("secret-key");
    const client = createPublicClient({ transport: nodesTransport(nodes) });
    const told: unknown = await client.getBlockNumber().catch((thrown: unknown) => thrown);
    expect(String((told as Error).stack)).not.toContain("secret-key");
    expect(JSON.stringify(nodes.states())).not.toContain("secret-key");
  });

  it("gives a batch in parts to a node that takes only a few calls at once", async () => {
    const sizes: number[] = [];
    first.onPost = (calls) => {
      sizes.push(calls.length);
      return calls.length > 10
        ? {
            kind: "status",
            status: 413,
            body: JSON.stringify({ error: { code: -32_600, message: "batch too large" } }),
          }
        : null;
    };
    const endpoint = createEndpoint({ url: fake.url(0), timeoutMs: 1_000 });
    const calls = Array.from({ length: 60 }, (_, at) => ({
      method: "eth_getBlockByNumber",
      params: [`0x${(at % 10).toString(16)}`, false],
    }));
    const answers = await endpoint.send(calls);
    expect(answers).toHaveLength(60);
    expect(answers.every((answer) => answer.ok && answer.result !== null)).toBe(true);
    await endpoint.send(calls);
    expect(Math.max(...sizes.slice(-6))).toBeLessThanOrEqual(10);
  });

  it("takes a batch with an answer missing for no answer", async () => {
    first.onResult = (call, result) => (call.params[0] === "0x3" ? undefined : result);
    const endpoint = createEndpoint({ url: fake.url(0), timeoutMs: 1_000 });
    const calls = ["0x2", "0x3"].map((name) => ({ method: "eth_getBlockByNumber", params: [name, false] }));
    await expect(endpoint.send(calls)).rejects.toSatisfy((error) => isTrouble(error, "inconsistent-node"));
  });

  it("reads a revert by name through all of this, as viem does", async () => {
    first.onResult = (call, result) => (call.method === "eth_call" ? refuse(3, "execution reverted") : result);
    const client = createPublicClient({ transport: nodesTransport(make(1)) });
    await expect(client.call({ to: `0x${"11".repeat(20)}` })).rejects.toMatchObject({ name: "CallExecutionError" });
    expect(posts.filter(({ calls }) => calls.some(({ method }) => method === "eth_call"))).toHaveLength(1);
  });
});

describe("The wait after a failure", () => {
  it("doubles up to a ceiling, and differs from one service to the next", () => {
    const wait = (failures: number, random: number) =>
      backOff({ failures, leastMs: 100, mostMs: 5_000, random: () => random });
    expect(wait(1, 0.999)).toBeLessThanOrEqual(200);
    expect(wait(3, 0.999)).toBeGreaterThan(700);
    expect(wait(40, 0.999)).toBeLessThanOrEqual(5_000);
    expect(wait(3, 0)).toBe(50);
    const waits = new Set(Array.from({ length: 20 }, () => backOff({ failures: 5, leastMs: 100, mostMs: 60_000 })));
    expect(waits.size).toBeGreaterThan(10);
  });
});
