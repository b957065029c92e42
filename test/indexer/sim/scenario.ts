// One seed: a chain that grows, forks and comes back, nodes that lag, lie and fall over, a service that is stopped, killed
// in the middle of a transaction or told of a failure after a commit; and at the end the tables must be the pure fold of
// the chain that won. Everything but the exact moment of arrival follows from the seed.

import { isDeepStrictEqual } from "node:util";
import { setTimeout as sleep } from "node:timers/promises";
import { connectChain } from "#indexer/chain.ts";
import { readConfig } from "#indexer/config.ts";
import type { Config } from "#indexer/config.ts";
import { createLog } from "#indexer/log.ts";
import { createMetrics } from "#indexer/metrics.ts";
import type { Database, Queryable } from "#indexer/store/database.ts";
import { createSync } from "#indexer/sync/index.ts";
import type { Strides } from "#indexer/sync/follow.ts";
import type { Sync, SyncStatus } from "#indexer/sync/index.ts";
import { DEPLOYED_AT, branchOf, makeBlock } from "./generated-chain.ts";
import type { Block } from "./generated-chain.ts";
import { honest, refuse } from "./fake-node.ts";
import type { Call, FakeNodes, Fault, NodeView } from "./fake-node.ts";
import { foldChain, readStored } from "./pure-fold.ts";
import { createRandom } from "./random.ts";
import type { Random } from "./random.ts";

/** What a seed runs on: made once, used by many seeds. */
export type Ground = { database: Database; nodes: FakeNodes; genesis: Block; deploymentFile: string };

/** What happened; `problem` is null when the tables are what they must be. */
export type Outcome = {
  seed: number;
  problem: string | null;
  blocks: number;
  reorgs: number;
  restarts: number;
  lines: string[];
};

const PATIENCE_MS = 20_000;

/** Runs one seed. */
export async function runSeed(seed: number, ground: Ground): Promise<Outcome> {
  const random = createRandom(seed);
  const world = makeWorld(random, ground);
  const lines: string[] = [];
  const outcome: Outcome = { seed, problem: null, blocks: 0, reorgs: 0, restarts: 0, lines };
  await emptyTables(ground.database);
  // Every third one fills its empty index by the way of large chains: without readers' indexes, the next batch begun.
  const fills = seed % 3 === 1;
  const service = createService({ ground, world, lines, strides: fills ? { first: 2, tell: 1, far: 4 } : {} });
  if (fills) world.mine(30);
  if (fills && random.chance(0.7)) world.trouble();
  if (fills && random.chance(0.5)) service.crashNext(random.pick(["before", "after"]));
  try {
    await service.start();
    const turns = random.whole(3, 7);
    for (let turn = 0; turn < turns; turn += 1) {
      await takeTurn({ random, world, service, outcome });
      checkFinal(world, service.sync());
    }
    world.calm();
    world.mine(1);
    await service.settle(world);
    outcome.blocks = world.tip().number;
    outcome.reorgs += service.sync().status().reorgs;
    await compare({ ground, world, service });
    if (random.chance(0.06)) await goTooDeep({ random, ground, world, service });
    if (random.chance(0.3)) await service.restart();
    const { findings } = service.sync().status();
    if (findings.length > 0) throw new Error(`The check at start finds: ${JSON.stringify(findings.slice(0, 3))}`);
  } catch (error) {
    const status = JSON.stringify({ ...service.sync().status(), findings: undefined });
    outcome.problem = `${error instanceof Error ? error.message : String(error)}\n${status}\n${lines.slice(-25).join("\n")}`;
  } finally {
    world.calm();
    await service.stop();
  }
  return outcome;
}

type World = ReturnType<typeof makeWorld>;
type Service = ReturnType<typeof createService>;

async function takeTurn(parts: { random: Random; world: World; service: Service; outcome: Outcome }): Promise<void> {
  const { random, world, service, outcome } = parts;
  const act = random.pick([
    "mine",
    "mine",
    "mine",
    "reorg",
    "reorg",
    "return",
    "restart",
    "crash",
    "unheard",
    "trouble",
    "lag",
    "calm",
  ]);
  if (act === "mine") world.mine(random.whole(1, 12));
  if (act === "reorg") world.reorg();
  if (act === "return") world.comeBack();
  if (act === "trouble") world.trouble();
  if (act === "lag") world.lag();
  if (act === "calm") world.calm();
  if (act === "crash") service.crashNext("before");
  if (act === "unheard") service.crashNext("after");
  if (act === "restart") {
    // While it is down the chain may move.
    await service.stop();
    outcome.reorgs += service.sync().status().reorgs;
    if (random.chance(0.5)) world.reorg();
    world.mine(random.whole(0, 5));
    await service.start();
    outcome.restarts += 1;
  }
  if (random.chance(0.4) && !world.troubled()) await service.settle(world);
  else await world.served(random.whole(1, 14));
}

/** Nodes over one tree of blocks, and what is wrong with them. */
function makeWorld(random: Random, { nodes, genesis }: Ground) {
  let tip = genesis;
  const left: Block[] = [];
  const usesTag = random.chance(0.6);
  const depth = random.whole(3, 10);
  const windowSeconds = random.whole(6, 20);
  // What a node once called final (or the window made final) stays: a chain that takes it back is another story.
  let final = genesis;
  let faults = 0;
  let lies = 0;
  const views: NodeView[] = [];
  const count = random.pick([1, 1, 2, 3]);
  const pruned = random.chance(0.2) ? random.whole(0, 3) : null;

  function grow(from: Block, blocks: number): Block {
    let block = from;
    for (let n = 0; n < blocks; n += 1) block = makeBlock(block, random);
    return block;
  }

  function move(next: Block): void {
    tip = next;
    const blocks = branchOf(tip);
    const newest = usesTag
      ? blocks[Math.max(0, tip.number - depth)]
      : blocks.findLast((block) => block.time <= tip.time - windowSeconds);
    if (newest !== undefined && newest.number > final.number) final = newest;
    for (const view of views) {
      view.tip = tip;
      view.finalized = usesTag ? (blocks[final.number] ?? null) : null;
    }
  }

  for (let n = 0; n < count; n += 1) {
    views.push(
      honest(genesis, {
        keepsState: pruned,
        mostBlocks: random.chance(0.3) ? random.whole(1, 9) : null,
        takesHashes: random.chance(0.8),
        onPost: () => (faults > 0 && random.chance(faults) ? randomFault(random) : null),
        onResult: (call, result) =>
          lies > 0 && random.chance(lies) ? lie({ random, call, result, pruned: pruned !== null }) : result,
      }),
    );
  }
  nodes.show(views);
  move(grow(genesis, random.whole(2, 40)));

  return {
    windowSeconds,
    urls: views.map((_, at) => nodes.url(at)),
    tip: () => tip,
    final: () => final,
    troubled: () => faults > 0 || lies > 0 || views.some((view) => view.tip !== tip),
    mine: (blocks: number) => move(grow(tip, blocks)),
    /** Leaves the newest blocks for others: as deep as to the final block itself. */
    reorg() {
      const most = tip.number - Math.max(final.number, DEPLOYED_AT - 1);
      if (most < 1) return;
      const back = random.chance(0.25) ? most : random.whole(1, most);
      left.push(tip);
      const ancestor = branchOf(tip)[tip.number - back];
      if (ancestor !== undefined) move(grow(ancestor, random.whole(1, back + 3)));
    },
    /** Goes back to a branch that was left, and on from there. */
    comeBack() {
      const possible = left.filter((block) => branchOf(block)[final.number] === final);
      if (possible.length === 0) return;
      const back = random.pick(possible);
      // A node that only goes back on a branch that went further is behind, and nothing follows from that.
      const wentOn = [...left, tip].some((other) => other !== back && branchOf(other)[back.number] === back);
      left.push(tip);
      move(grow(back, random.whole(wentOn ? 1 : 0, 4)));
    },
    /** A reorganisation that nobody may follow. */
    reorgBelowFinal() {
      const ancestor = final.parent;
      if (ancestor === null) return false;
      tip = grow(ancestor, random.whole(2, 12));
      for (const view of views) {
        view.tip = tip;
        view.finalized = null;
      }
      return true;
    },
    trouble() {
      faults = random.chance(0.6) ? random.pick([0.05, 0.2]) : 0;
      lies = faults === 0 || random.chance(0.5) ? random.pick([0.02, 0.1]) : 0;
    },
    /** One node shows an older block, or is on a branch that was left. */
    lag() {
      const view = random.pick(views);
      const blocks = branchOf(tip);
      const other = left.at(-1);
      const behind = blocks[Math.max(final.number, tip.number - random.whole(1, 6))];
      if (other !== undefined && random.chance(0.3) && branchOf(other)[final.number] === final) view.tip = other;
      else if (behind !== undefined) view.tip = behind;
    },
    calm() {
      faults = 0;
      lies = 0;
      for (const view of views) view.tip = tip;
    },
    /** Waits until so many more calls were answered, or a little while. */
    async served(calls: number) {
      const until = nodes.answered() + calls;
      for (let n = 0; n < 40 && nodes.answered() < until; n += 1) await sleep(1);
    },
  };
}

function randomFault(random: Random): Fault {
  return random.pick<Fault>([
    { kind: "hang-up" },
    { kind: "hang-up" },
    { kind: "half" },
    { kind: "status", status: 503, body: "upstream" },
    { kind: "status", status: 502, body: "<html>" },
    { kind: "status", status: 429, headers: { "Retry-After": "0" }, body: "slow down" },
    {
      kind: "status",
      status: 200,
      body: '{"jsonrpc":"2.0","id":null,"error":{"code":-32005,"message":"rate limit exceeded"}}',
    },
  ]);
}

/** Makes a true result false, in one of the ways that a node can be found out by. */
function lie({
  random,
  call,
  result,
  pruned,
}: {
  random: Random;
  call: Call;
  result: unknown;
  pruned: boolean;
}): unknown {
  if (call.method === "eth_getBlockByNumber") {
    if (call.params[0] === "0x0" || call.params[0] === "finalized" || result === null) return result;
    const block = result as Record<string, unknown>;
    if (random.chance(0.3)) return null;
    if (random.chance(0.3)) return { ...block, parentHash: random.word() };
    const [time, bloom] = [Number(block["timestamp"]), `0x${"00".repeat(256)}`];
    return random.pick([
      { ...block, hash: random.word() },
      { ...block, timestamp: "not a number" },
      { ...block, timestamp: `0x${(time + 1).toString(16)}` },
      { ...block, receiptsRoot: random.word() },
      // A bloom that was empty stays true.
      { ...block, logsBloom: bloom },
    ]);
  }
  if (call.method === "eth_call") return random.chance(0.5) ? refuse(-32_000, "header not found") : random.word();
  if (call.method !== "eth_getLogs" || !Array.isArray(result)) return result;
  const logs = result as { blockNumber: string; removed: boolean; address: string }[];
  const byHash = (call.params[0] as { blockHash?: string }).blockHash !== undefined;
  const [first] = logs;
  if (first === undefined) return result;
  const gone = random.pick(logs);
  const kind = random.pick(["blocks", "one", "removed", "twice", "order", "address", "range", "size", "malformed"]);
  // Whole blocks are left out, as by a node behind the others. A pruned node that leaves them out twice could not be
  // found out before the end; it is not made to.
  if (kind === "blocks") return byHash && pruned ? result : logs.filter((log) => log.blockNumber !== first.blockNumber);
  if (kind === "one") return pruned ? result : logs.filter((log) => log !== gone);
  if (kind === "removed") return [{ ...first, removed: true }, ...logs.slice(1)];
  if (kind === "twice") return [first, ...logs];
  if (kind === "order") return logs.length > 1 ? logs.toReversed() : [...logs, ...logs];
  if (kind === "address") return [{ ...first, address: `0x${"77".repeat(20)}` }, ...logs.slice(1)];
  if (kind === "range") return [...logs, { ...first, blockNumber: "0xfffff", blockHash: random.word() }];
  if (kind === "malformed") return [{ ...first, data: "0xzz" }, ...logs.slice(1)];
  return refuse(-32_602, "query returned more than 10000 results");
}

/** The service's sync over the ground's database, which can be made to fail. */
function createService(parts: { ground: Ground; world: World; lines: string[]; strides: Strides }) {
  const { ground, world, lines, strides } = parts;
  let crash: "before" | "after" | null = null;
  let sync: Sync | null = null;
  const config: Config = {
    ...readConfig({
      PLACET_RPC_URL: world.urls.join(","),
      PLACET_DEPLOYMENT: ground.deploymentFile,
      PLACET_RPC_TIMEOUT_MS: "2000",
    }),
    pollMs: 1,
    finalitySeconds: world.windowSeconds,
  };
  const database: Database = {
    ...ground.database,
    async transaction<T>(work: (tx: Queryable) => Promise<T>): Promise<T> {
      const fails = crash;
      crash = null;
      const result = await ground.database.transaction(async (tx) => {
        const done = await work(tx);
        if (fails === "before") throw new Error("The database went away before the commit.");
        return done;
      });
      if (fails === "after") throw new Error("The database went away after the commit.");
      return result;
    },
  };
  const log = createLog((line) => void lines.push(line));

  return {
    sync(): Sync {
      if (sync === null) throw new Error("The service was not started.");
      return sync;
    },
    async start() {
      // The nodes may be in trouble just now: an operator's supervisor starts it again.
      for (let tries = 0; ; tries += 1) {
        try {
          const chain = await connectChain(config);
          const foundation = {
            config,
            database,
            chain,
            log,
            metrics: createMetrics(),
            now: () => Math.floor(Date.now() / 1000),
          };
          sync = createSync(foundation, { strides });
          await sync.start();
          return;
        } catch (error) {
          await sync?.stop();
          if (tries > 60) throw error;
          await sleep(2);
        }
      }
    },
    async stop() {
      await sync?.stop();
    },
    async restart() {
      await this.stop();
      await this.start();
    },
    crashNext(when: "before" | "after") {
      crash = when;
    },
    /** Waits until the world's newest block is stored. */
    async settle({ tip }: World) {
      const until = Date.now() + PATIENCE_MS;
      const isThere = ({ cursor, state, proven }: SyncStatus) =>
        cursor?.hash === tip().hash && state === "following" && proven === cursor.number;
      while (!isThere(this.sync().status())) {
        if (Date.now() > until) throw new Error(`Block ${tip().number} (${tip().hash}) was not stored in time.`);
        await sleep(2);
      }
    },
  };
}

/** What was called final is on the chain, and never more than the chain's own. */
function checkFinal(world: World, sync: Sync): void {
  const finalized = sync.status().cursor?.finalized ?? 0;
  if (finalized > world.final().number)
    throw new Error(`Block ${finalized} is called final, but only ${world.final().number} is.`);
}

async function compare({ ground, world, service }: { ground: Ground; world: World; service: Service }): Promise<void> {
  const [stored, wanted] = [await readStored(ground.database), foldChain(world.tip())];
  for (const table of Object.keys(wanted)) {
    if (!isDeepStrictEqual(stored[table], wanted[table]))
      throw new Error(`Table ${table} is not the fold:\n${firstDifference(stored[table] ?? [], wanted[table] ?? [])}`);
  }
  const both = await ground.database.query(
    "select 1 from orphans o join acts a on a.block_hash = o.block_hash and a.log_index = o.log_index",
  );
  if (both.length > 0) throw new Error("An act is both in the chain and orphaned.");
  const strays = await ground.database.query(
    "select 1 from orphans o where not exists (select 1 from orphan_parties p where p.block_hash = o.block_hash and p.log_index = o.log_index)",
  );
  if (strays.length > 0) throw new Error("An orphaned act lost its parties.");
  const resting = await ground.database.query("select 1 from resting_indexes");
  if (resting.length > 0) throw new Error("An index that was left away is still missing.");
  const { cursor, proven, mismatches } = service.sync().status();
  if (proven !== cursor?.number || mismatches.length > 0)
    throw new Error(`Only block ${proven} of ${cursor?.number} is proven.`);
  const old = await ground.database.query("select 1 from undo where block <= (select finalized from sync_state)");
  if (old.length > 0) throw new Error("What is final can still be undone.");
}

/** A reorganisation below what is final: nothing may change, and it must be said. */
async function goTooDeep(parts: { random: Random; ground: Ground; world: World; service: Service }): Promise<void> {
  const { ground, world, service } = parts;
  // Where nothing that it stores is final yet, it begins anew at the contracts' first block.
  if (world.final().number < DEPLOYED_AT) return;
  // Only what the service itself knows to be final binds it.
  if ((service.sync().status().cursor?.finalized ?? 0) < world.final().number) return;
  const before = await readStored(ground.database);
  if (!world.reorgBelowFinal()) return;
  const until = Date.now() + PATIENCE_MS;
  while (service.sync().status().state !== "stale") {
    if (Date.now() > until) throw new Error("A reorganisation below the final block was not told.");
    await sleep(2);
  }
  if (!isDeepStrictEqual(await readStored(ground.database), before))
    throw new Error("A reorganisation below the final block changed tables.");
}

function firstDifference(stored: readonly unknown[], wanted: readonly unknown[]): string {
  const texts = new Set(wanted.map((row) => JSON.stringify(row)));
  const held = new Set(stored.map((row) => JSON.stringify(row)));
  const extra = [...held].find((row) => !texts.has(row));
  const missing = [...texts].find((row) => !held.has(row));
  return `stored ${stored.length} rows, wanted ${wanted.length}\nstored and wrong: ${extra}\nnot stored: ${missing}`;
}

const emptied = [
  ...["acts", "act_parties", "raw_logs", "heads", "accounts", "consents", "requests", "mutes", "documents"],
  ...[
    "document_versions",
    "appointments",
    "availability",
    "anchors",
    "credentials",
    "members",
    "auditors",
    "registrars",
  ],
  ...["orphans", "orphan_parties", "undo", "blocks", "sync_state", "stream"],
];

/** Empties every table that a chain fills. */
export async function emptyTables(database: Database): Promise<void> {
  await database.execute(emptied.map((table) => `delete from ${table};`).join(" "));
}
