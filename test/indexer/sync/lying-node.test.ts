// A node that lies is asked again or told of; what it said is never stored. Each lie is told for a while by a node that
// speaks real JSON-RPC over a genuine chain, and at the end the tables are the fold of that chain.

import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import type { Hex } from "viem";
import { honest, refuse } from "../sim/fake-node.ts";
import type { Call, NodeView } from "../sim/fake-node.ts";
import { growChain, startFollower } from "../sim/follower.ts";
import type { Follower } from "../sim/follower.ts";
import { branchOf, place } from "../sim/generated-chain.ts";
import type { Block, JsonLog } from "../sim/generated-chain.ts";
import { makeGround } from "../sim/ground.ts";
import { createRandom } from "../sim/random.ts";
import { foldChain, readStored } from "../sim/pure-fold.ts";

type Lie = (call: Call, result: unknown) => unknown;

const onLogs =
  (change: (logs: JsonLog[]) => unknown): Lie =>
  ({ method }, result) =>
    method === "eth_getLogs" && (result as JsonLog[]).length > 0 ? change(result as JsonLog[]) : result;
const onBlocks =
  (change: (block: Record<string, unknown>, number: number) => unknown): Lie =>
  ({ method, params: [name] }, result) =>
    method === "eth_getBlockByNumber" && result !== null && name !== "0x0" && name !== "finalized"
      ? change(result as Record<string, unknown>, Number((result as { number: Hex }).number))
      : result;

const first = (logs: JsonLog[]): JsonLog => {
  const [log] = logs;
  if (log === undefined) throw new Error("There is no log.");
  return log;
};

/** Every lie, and a word of what is said about it. */
const lies: [name: string, lie: Lie, said: RegExp][] = [
  ["logs that were removed", onLogs((logs) => [{ ...first(logs), removed: true }, ...logs.slice(1)]), /removed/],
  [
    "logs of blocks that nobody asked for",
    onLogs((logs) => [...logs, { ...first(logs), blockNumber: "0xffff" }]),
    /not asked for/,
  ],
  [
    "logs of another block of that number",
    onLogs((logs) => [{ ...first(logs), blockHash: `0x${"12".repeat(32)}` }, ...logs.slice(1)]),
    /another block/,
  ],
  [
    "logs out of order",
    onLogs((logs) => (logs.length > 1 ? logs.toReversed() : [...logs, ...logs])),
    /out of order|twice/,
  ],
  ["a log twice", onLogs((logs) => [first(logs), ...logs]), /twice/],
  [
    "logs of another contract",
    onLogs((logs) => [{ ...first(logs), address: `0x${"77".repeat(20)}` }, ...logs.slice(1)]),
    /another contract/,
  ],
  [
    "a log whose data was changed",
    onLogs((logs) => [{ ...first(logs), data: `0x01${first(logs).data.slice(4)}` }, ...logs.slice(1)]),
    /does not continue|fold to/,
  ],
  [
    "a log that is none",
    onLogs((logs) => [{ ...first(logs), logIndex: "first" }, ...logs.slice(1)]),
    /number that is none/,
  ],
  ["no logs, though the blocks' own blooms speak of some", onLogs(() => []), /fold to|bloom/],
  [
    "the logs of all blocks but one",
    onLogs((logs) => logs.filter((log) => log.blockNumber !== first(logs).blockNumber)),
    /bloom|fold to|continue/,
  ],
  ["no list of logs at all", onLogs(() => null), /no list/],
  [
    "no block where there is one",
    onBlocks((block, number) => (number % 3 === 0 ? null : block)),
    /has no block|no newest/,
  ],
  [
    "a block with another parent",
    onBlocks((block, number) => (number % 3 === 0 ? { ...block, parentHash: `0x${"34".repeat(32)}` } : block)),
    /do not hash to/,
  ],
  [
    "a block for another number",
    onBlocks((block, number) => ({ ...block, number: `0x${(number + 1).toString(16)}` })),
    /do not hash to/,
  ],
  [
    "a block with another time",
    onBlocks((block) => ({ ...block, timestamp: `0x${(Number(block["timestamp"]) + 1).toString(16)}` })),
    /do not hash to/,
  ],
  [
    "a block whose bloom was emptied, and none of its logs",
    ({ method }, result) =>
      method === "eth_getLogs"
        ? []
        : method === "eth_getBlockByNumber" && result !== null
          ? { ...(result as object), logsBloom: `0x${"00".repeat(256)}` }
          : result,
    /do not hash to/,
  ],
  [
    "a block without some of its fields",
    onBlocks((block) => ({ ...block, receiptsRoot: undefined })),
    /do not hash to/,
  ],
  [
    "a block with a hash that is not its own",
    onBlocks((block, number) => (number % 3 === 0 ? { ...block, hash: `0x${"56".repeat(32)}` } : block)),
    /do not hash to/,
  ],
  ["a block that was not mined", onBlocks((block) => ({ ...block, hash: null })), /not mined/],
  [
    "heads that are not the contract's",
    ({ method }, result) =>
      method === "eth_call" && (result as string).length > 66
        ? `0x${"00".repeat(32)}${"9a".repeat(((result as string).length - 66) / 2)}`
        : result,
    /the contract says/,
  ],
  [
    "a roll that is not the contract's",
    ({ method }, result) =>
      method === "eth_call" && (result as string).length === 66 ? `0x${"9a".repeat(32)}` : result,
    /roll/,
  ],
];

describe("A node that gives", () => {
  let ground: Awaited<ReturnType<typeof makeGround>>;
  let follower: Follower | null = null;
  let tip: Block;

  beforeAll(async () => {
    ground = await makeGround();
    tip = growChain(ground.genesis, 60, 7);
  });
  afterEach(() => follower?.stop());
  afterAll(() => ground.close());

  /** What is stored must be the truth about the blocks up to the cursor, whatever was said. */
  async function expectTruth(): Promise<void> {
    const at = follower?.status().cursor?.number ?? 0;
    const block = branchOf(tip)[at];
    if (block === undefined) throw new Error("The cursor is beyond the chain.");
    expect(await readStored(ground.database)).toEqual(foldChain(block));
  }

  it.each(lies)("%s is found out, and nothing of it is stored", async (_, lie, said) => {
    const view: NodeView = honest(tip);
    ground.nodes.show([view]);
    follower = await startFollower(ground, { env: { PLACET_FINALITY_SECONDS: "1000" } });
    await follower.until(({ cursor }) => cursor?.hash === tip.hash);
    // The lie begins while the chain goes on.
    view.onResult = lie;
    tip = growChain(tip, 9, 11);
    view.tip = tip;
    const { lastError } = await follower.until((status) => status.lastError !== null);
    expect(lastError?.message).toMatch(said);
    await expectTruth();
    view.onResult = (_call, result) => result;
    await follower.until(({ cursor, state }) => cursor?.hash === tip.hash && state === "following");
    await expectTruth();
    expect(follower.metric("sync_failures_total")).toBeGreaterThan(0);
  });

  it("silence is counted once for each step that it ends, and nothing is lost by it", async () => {
    const view: NodeView = honest(tip);
    ground.nodes.show([view]);
    follower = await startFollower(ground);
    await follower.until(({ cursor }) => cursor?.hash === tip.hash);
    expect(follower.metric("rpc_errors_total")).toBe(0);
    view.onPost = () => ({ kind: "hang-up" });
    await follower.until(({ state }) => state === "waiting");
    await follower.stop();
    expect(follower.metric("rpc_errors_total")).toBeGreaterThanOrEqual(3);
    expect(follower.metric("rpc_errors_total")).toBe(follower.metric("sync_failures_total"));
    // Whoever else asks the same nodes is counted as well.
    const before = follower.metric("rpc_errors_total");
    await expect(follower.chain.client.getChainId()).rejects.toThrow();
    expect(follower.metric("rpc_errors_total")).toBeGreaterThan(before);
    await expectTruth();
  });

  it("an older head takes nothing away, however often", async () => {
    const view = honest(tip);
    ground.nodes.show([view]);
    follower = await startFollower(ground);
    await follower.until(({ cursor }) => cursor?.hash === tip.hash);
    const before = await readStored(ground.database);
    for (const back of [1, 5, 20]) {
      view.tip = branchOf(tip)[tip.number - back] ?? tip;
      await new Promise((resolve) => setTimeout(resolve, 60));
      expect(await readStored(ground.database)).toEqual(before);
    }
    view.tip = tip = growChain(tip, 2, 3);
    await follower.until(({ cursor }) => cursor?.hash === tip.hash);
    expect(follower.status().reorgs).toBe(0);
    await expectTruth();
  });

  it("answers of two nodes of different height behind one address is never believed about what one of them lacks", async () => {
    const short = branchOf(tip)[tip.number - 12] ?? tip;
    const random = createRandom(1);
    const view: NodeView = honest(tip, {
      // Whichever request meets the node that is behind.
      onPost: () => {
        view.tip = random.chance(0.4) ? short : tip;
        return null;
      },
    });
    ground.nodes.show([view]);
    follower = await startFollower(ground);
    await follower.until(({ cursor }) => cursor !== null && cursor.number > short.number, 30_000);
    await expectTruth();
  });

  it("another block final than the one on its branch is not believed", async () => {
    const view = honest(tip, { finalized: branchOf(tip)[20] ?? null });
    ground.nodes.show([view]);
    follower = await startFollower(ground);
    await follower.until(({ cursor }) => cursor?.hash === tip.hash);
    const other = growChain(branchOf(tip)[20] ?? tip, 10, 99);
    view.finalized = other;
    view.tip = tip = growChain(tip, 1, 5);
    const { lastError } = await follower.until((status) => status.lastError !== null);
    expect(lastError?.message).toMatch(/final/);
    view.finalized = branchOf(tip)[tip.number - 5] ?? null;
    const { cursor } = await follower.until((status) => status.cursor?.hash === tip.hash);
    expect(cursor?.finalized).toBe(tip.number - 5);
  });

  it("no state of old blocks any more (a pruned one) is followed, and the heads are held against the first block whose state it has", async () => {
    const view = honest(tip, { keepsState: 2 });
    ground.nodes.show([view]);
    const proven: number[] = [];
    follower = await startFollower(ground);
    const status = await follower.until(({ cursor }) => cursor?.hash === tip.hash);
    proven.push(status.proven);
    expect(proven).toEqual([tip.number]);
    await expectTruth();
    // Without any state at all, what is stored is folded and linked, and said to be unproven.
    view.onResult = (call, result) =>
      call.method === "eth_call" ? refuse(-32_000, "missing trie node abc (path )") : result;
    view.tip = tip = growChain(tip, 8, 4);
    const later = await follower.until(({ cursor }) => cursor?.hash === tip.hash);
    expect(later.proven).toBeLessThan(tip.number);
    await expectTruth();
    view.onResult = (_, result) => result;
    expect((await follower.until((each) => each.proven === tip.number)).mismatches).toEqual([]);
  });

  it("neither old state nor one of the logs gets away with it until its state is back: then the account is named, and the rest goes on", async () => {
    const view = honest(tip);
    ground.nodes.show([view]);
    follower = await startFollower(ground, { env: { PLACET_FINALITY_SECONDS: "1000" } });
    await follower.until(({ cursor }) => cursor?.hash === tip.hash);
    tip = growChain(tip, 12, 17);
    const last = branchOf(tip)
      .flatMap((block) => block.logs)
      .findLast((log) => log.data !== "0x" && Object.values(place).some((each) => each.toLowerCase() === log.address));
    if (last === undefined) throw new Error("There is no act.");
    view.onResult = (call, result) => {
      if (call.method === "eth_call") return refuse(-32_000, "missing trie node abc (path )");
      return call.method === "eth_getLogs" ? (result as JsonLog[]).filter((log) => log !== last) : result;
    };
    view.tip = tip;
    const status = await follower.until(({ cursor }) => cursor?.hash === tip.hash);
    expect(status.proven).toBeLessThan(Number(last.blockNumber));
    view.onResult = (_, result) => result;
    const { findings } = await follower.until((each) => each.findings.length > 0, 30_000);
    expect(findings).toMatchObject([{ kind: "head-differs", table: "acts" }]);
    expect(findings[0]?.account?.toLowerCase()).toBe(`0x${last.topics[1]?.slice(26)}`);
    view.tip = tip = growChain(tip, 2, 18);
    await follower.until(({ cursor, state }) => cursor?.hash === tip.hash && state === "following");
  });

  it("other heads than its own logs fold to, while the service starts, makes no stored row look altered", async () => {
    const view = honest(tip);
    ground.nodes.show([view]);
    follower = await startFollower(ground);
    await follower.until(({ cursor }) => cursor?.hash === tip.hash);
    for (const length of [66, 130]) {
      await follower.stop();
      let lies = 2;
      view.onResult = ({ method }, result) =>
        method === "eth_call" && (result as string).length >= length && lies-- > 0
          ? `0x${"00".repeat(32)}${"9a".repeat((result as string).length)}`.slice(0, (result as string).length)
          : result;
      follower = await startFollower(ground, { keep: true });
      expect(lies).toBeLessThan(2);
      const { findings } = await follower.until((status) => status.checked && status.state === "following");
      expect(findings).toEqual([]);
    }
  });

  it("logs that nobody can read beside those that one can stops nothing: they are kept as they are, and counted", async () => {
    ground.nodes.show([honest(tip)]);
    follower = await startFollower(ground);
    await follower.until(({ cursor }) => cursor?.hash === tip.hash);
    const unknown = await ground.database.query<{ topics: Hex[] }>("select topics from acts where act = 'Unknown'");
    const raw = await ground.database.query<{ address: string }>("select address from raw_logs");
    expect(unknown.length).toBeGreaterThan(0);
    expect(raw.length).toBeGreaterThan(0);
    expect(raw.every(({ address }) => Object.values(place).includes(address as Hex))).toBe(true);
    expect(follower.metric("unknown_acts_total")).toBe(unknown.length);
    expect(follower.metric("raw_logs_total")).toBe(raw.length);
  });

  it("acts with words that no ledger would write stops nothing: they stand in the trail, change no row, and are counted", async () => {
    ground.nodes.show([honest(tip)]);
    follower = await startFollower(ground);
    await follower.until(({ cursor }) => cursor?.hash === tip.hash);
    const acts = await ground.database.query<{ tx: Hex; record: string }>(
      "select tx, args->>'record' as record from acts where args ? 'record' and act <> 'Unknown'",
    );
    // Consents end below bit 248, documents below bit 240.
    const nonsense = acts.filter(({ record }) => BigInt(record) >> 248n !== 0n).map(({ tx }) => tx);
    expect(nonsense.length).toBeGreaterThan(0);
    const rows = await ground.database.query<{ tx: Hex }>("select tx from consents union all select tx from documents");
    expect(rows.filter(({ tx }) => nonsense.includes(tx))).toEqual([]);
    expect(follower.metric("projection_faults_total")).toBeGreaterThanOrEqual(nonsense.length);
    expect(follower.lines.some((line) => line.includes('"acts-not-projected"'))).toBe(true);
  });
});
