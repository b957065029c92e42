// Stored blocks whose branch the chain leaves: also while the index still catches up, and whatever their node does then.
// Old rows stay, and are served, until what replaces them could be read as a whole.

import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { listActs } from "#indexer/store/acts.ts";
import { honest, refuse } from "../sim/fake-node.ts";
import type { Call, NodeView } from "../sim/fake-node.ts";
import { growChain, startFollower } from "../sim/follower.ts";
import type { Follower } from "../sim/follower.ts";
import { branchOf, DEPLOYED_AT } from "../sim/generated-chain.ts";
import type { Block, JsonLog } from "../sim/generated-chain.ts";
import { makeGround } from "../sim/ground.ts";
import { foldChain, readStored } from "../sim/pure-fold.ts";

/** Nothing is final: whatever was stored may be replaced. */
const env = { PLACET_FINALITY_SECONDS: "604800" };

let ground: Awaited<ReturnType<typeof makeGround>>;
let view: NodeView;
let follower: Follower;

beforeAll(async () => {
  ground = await makeGround();
});
afterEach(() => follower.stop());
afterAll(() => ground.close());

function blockAt(tip: Block, number: number): Block {
  const block = branchOf(tip)[number];
  if (block === undefined) throw new Error("There is no such block.");
  return block;
}
/** The hash of each act's block and its index there, above a block, in order. */
function actsAbove(tip: Block, number: number): string[] {
  const acts = foldChain(tip)["acts"] as { block: number; blockHash: string; logIndex: number }[];
  return acts
    .filter(({ block }) => block > number)
    .toSorted((a, b) => a.block - b.block || a.logIndex - b.logIndex)
    .map(({ blockHash, logIndex }) => `${blockHash} ${logIndex}`);
}
async function readOrphans(): Promise<string[]> {
  const rows = await ground.database.query<{ name: string }>(
    "select block_hash || ' ' || log_index as name from orphans",
  );
  return rows.map(({ name }) => name);
}
const isThere = (tip: Block) =>
  follower.until(({ cursor, state }) => cursor?.hash === tip.hash && state === "following");

describe("An index that catches up", () => {
  /** Stretches of 8, 16, 32 ... blocks. */
  const strides = { first: 8, tell: 1, far: 4 };
  const ends = [8, 24, 56, 120].map((blocks) => DEPLOYED_AT + blocks - 1);
  const [, secondEnd = 0, thirdEnd = 0] = ends;
  /** The branches part here, below what is stored by the time that it comes out. */
  const FORK = 5;

  it.each([
    ["before the contracts were asked about the stretch that comes next", false],
    ["after the contracts were asked about the stretch that comes next", true],
  ])("follows when stored blocks are replaced, with all that was read ahead of them, %s", async (_, wasAsked) => {
    const old = growChain(ground.genesis, 300, 31);
    const tip = growChain(blockAt(old, FORK), 310, 32);
    const asked = Promise.withResolvers<null>();
    let storedThen: number | null = null;
    view = honest(old, {
      async onPost(calls) {
        if (calls.some((call) => call.method === "eth_call" && hashOf(call) === blockAt(old, thirdEnd).hash))
          asked.resolve(null);
        // The fourth stretch is read while the third one is made ready, and the second one stored.
        if (view.tip !== old || !calls.some((call) => firstOf(call) === thirdEnd + 1)) return null;
        if (wasAsked) await asked.promise;
        await follower.until(({ cursor }) => cursor !== null && cursor.number >= secondEnd - 16);
        storedThen = follower.status().cursor?.number ?? null;
        view.tip = tip;
        return null;
      },
    });
    ground.nodes.show([view]);
    follower = await startFollower(ground, { env, strides });
    await isThere(tip);
    expect(storedThen).toBeGreaterThan(FORK);
    expect(follower.status()).toMatchObject({ reorgs: 1, findings: [], proven: tip.number });
    expect(await readStored(ground.database)).toEqual(foldChain(tip));
    // What had been stored of the old branch is kept apart: its beginning, and no more than was read of it.
    const orphans = await readOrphans();
    const left = actsAbove(old, FORK);
    expect(orphans.length).toBeGreaterThan(0);
    expect(orphans.toSorted()).toEqual(left.slice(0, orphans.length).toSorted());
    expect(await ground.database.query("select 1 from resting_indexes")).toEqual([]);
  });
});

describe("A branch that was left", () => {
  let old: Block;
  let tip: Block;
  /** The branches part here. */
  const FORK = 34;
  const OLD_TIP = 60;

  beforeEach(async () => {
    old = growChain(ground.genesis, OLD_TIP, 41);
    tip = growChain(blockAt(old, FORK), 40, 42);
    view = honest(old);
    ground.nodes.show([view]);
    follower = await startFollower(ground, { env });
    await isThere(old);
  });

  const isNew = (number: number) => number > FORK && number < FORK + 40;
  const onNewLogs = (change: (logs: JsonLog[]) => unknown) => (call: Call, result: unknown) =>
    call.method === "eth_getLogs" && (result as JsonLog[]).some((log) => isNew(Number(log.blockNumber)))
      ? change(result as JsonLog[])
      : result;

  it.each<[string, (call: Call, result: unknown) => unknown]>([
    ["logs cannot be read", onNewLogs(() => refuse(-32_000, "internal error"))],
    [
      "logs can be read but for the last ones",
      (call, result) => (lastOf(call) > OLD_TIP - 3 ? refuse(-32_000, "internal error") : result),
    ],
    [
      "logs come in pieces, of which one does not",
      (call, result) => {
        if (lastOf(call) - firstOf(call) >= 4) return refuse(-32_602, "eth_getLogs is limited to a 4 range");
        return firstOf(call) <= OLD_TIP && lastOf(call) >= OLD_TIP - 1 ? refuse(-32_000, "internal error") : result;
      },
    ],
    ["logs are left out", onNewLogs((logs) => logs.filter((log) => !isNew(Number(log.blockNumber))))],
    [
      "blocks cannot be read",
      ({ method, params: [name] }, result) =>
        method === "eth_getBlockByNumber" && name !== "latest" && Number(name) === OLD_TIP - 2 ? null : result,
    ],
    [
      "blocks lie about their time",
      ({ method, params: [name] }, result) =>
        method === "eth_getBlockByNumber" && name !== "latest" && Number(name) === FORK + 3
          ? { ...(result as object), timestamp: "0x1" }
          : result,
    ],
    [
      "contracts' heads are others",
      (call, result) =>
        call.method === "eth_call" && String(result).length > 66
          ? `${String(result).slice(0, 66)}${"9a".repeat((String(result).length - 66) / 2)}`
          : result,
    ],
  ])("is served as long as its replacement's %s, and goes as a whole when they are there", async (_, fault) => {
    const before = await readStored(ground.database);
    const served = await listEveryAct();
    const stored: number[] = [];
    const deafen = follower.sync.onBlock(({ number }) => stored.push(number));
    view.onResult = fault;
    view.tip = tip;
    // After each failure fewer blocks are read at once: in the end fewer than are to be replaced.
    await follower.until(() => follower.metric("sync_failures_total") >= 4, 30_000);
    expect(follower.status()).toMatchObject({ reorgs: 0, cursor: { hash: old.hash } });
    expect(follower.status().lastError).not.toBeNull();
    expect(await readStored(ground.database)).toEqual(before);
    expect(await listEveryAct()).toEqual(served);
    expect(await readOrphans()).toEqual([]);
    view.onResult = (_call, result) => result;
    await isThere(tip);
    deafen();
    expect(stored[0]).toBeGreaterThanOrEqual(OLD_TIP);
    expect(follower.status()).toMatchObject({ reorgs: 1, mismatches: [], lastError: null });
    expect(await readStored(ground.database)).toEqual(foldChain(tip));
    expect((await readOrphans()).toSorted()).toEqual(actsAbove(old, FORK).toSorted());
  });

  /** The acts as whoever may see all of them is given them. */
  const listEveryAct = () =>
    listActs(ground.database, {
      ...{ party: null, account: null, act: null, from: null, to: null, after: null, newestFirst: false, limit: 1_000 },
    });
});

/** The block that an eth_call names. */
function hashOf({ params: [, block] }: Call): unknown {
  return (block as { blockHash?: unknown } | undefined)?.blockHash;
}
/** The first and the last block of a range whose logs are asked for; -1 for any other call. */
function firstOf({ method, params: [filter] }: Call): number {
  return method === "eth_getLogs" ? Number((filter as { fromBlock?: string }).fromBlock ?? -1) : -1;
}
function lastOf({ method, params: [filter] }: Call): number {
  return method === "eth_getLogs" ? Number((filter as { toBlock?: string }).toBlock ?? -1) : -1;
}
