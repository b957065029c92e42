// Every way in which a chain can leave a branch, each by name: what is stored is always the branch that the chain is on,
// what left it is kept apart, and what was final is never taken back.

import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { listOrphans } from "#indexer/store/orphans.ts";
import type { Database, Queryable } from "#indexer/store/database.ts";
import { honest } from "../sim/fake-node.ts";
import type { NodeView } from "../sim/fake-node.ts";
import { growChain, startFollower } from "../sim/follower.ts";
import type { Follower } from "../sim/follower.ts";
import { branchOf } from "../sim/generated-chain.ts";
import type { Block } from "../sim/generated-chain.ts";
import { makeGround } from "../sim/ground.ts";
import { foldChain, readStored } from "../sim/pure-fold.ts";

const WINDOW = 10;

describe("A chain that", () => {
  let ground: Awaited<ReturnType<typeof makeGround>>;
  let view: NodeView;
  let follower: Follower;
  let tip: Block;

  beforeAll(async () => {
    ground = await makeGround();
  });
  afterAll(() => ground.close());
  beforeEach(async () => {
    tip = growChain(ground.genesis, 40, 8);
    view = honest(tip);
    show(tip);
    ground.nodes.show([view]);
    follower = await startFollower(ground);
    await isThere();
  });
  afterEach(() => follower.stop());

  /** Shows a block as the newest; the one `WINDOW` below it is final. */
  function show(block: Block): void {
    tip = block;
    view.tip = block;
    view.finalized = branchOf(block)[block.number - WINDOW] ?? null;
  }
  const back = (blocks: number): Block => {
    const block = branchOf(tip)[tip.number - blocks];
    if (block === undefined) throw new Error("There is no such block.");
    return block;
  };
  const isThere = () => follower.until(({ cursor, state }) => cursor?.hash === tip.hash && state === "following");
  async function expectTruth(): Promise<void> {
    expect(await readStored(ground.database)).toEqual(foldChain(tip));
  }
  /** The genuine acts of a branch above a block, by block hash and log index. */
  const actsAbove = (end: Block, ancestor: Block) => {
    const rows = foldChain(end)["acts"] as { block: number; blockHash: string; logIndex: number }[];
    return rows.filter((row) => row.block > ancestor.number).map((row) => `${row.blockHash} ${row.logIndex}`);
  };
  const orphans = async (party: `0x${string}` | null = null) =>
    listOrphans(ground.database, {
      party,
      account: null,
      act: null,
      from: null,
      to: null,
      after: null,
      newestFirst: false,
      limit: 1_000,
    });

  it.each([
    ["one block", 1, 1],
    ["one block, and comes back longer", 1, 4],
    ["five blocks", 5, 6],
    ["five blocks for a shorter branch", 5, 2],
    ["as many blocks as are not yet final", WINDOW, WINDOW + 1],
  ])("leaves %s", async (_, depth, length) => {
    const ancestor = back(depth);
    const left = actsAbove(tip, ancestor);
    show(growChain(ancestor, length, 77));
    await isThere();
    await expectTruth();
    expect((await orphans()).map((row) => `${row.blockHash} ${row.logIndex}`).toSorted()).toEqual(left.toSorted());
    expect(follower.status().reorgs).toBe(1);
    expect(follower.metric("reorgs_total")).toBe(1);
  });

  it("goes below what is final is not followed: nothing changes, and the state says so until the branch is back", async () => {
    const before = await readStored(ground.database);
    const old = tip;
    show(growChain(back(WINDOW + 1), WINDOW + 8, 5));
    const status = await follower.until(({ state }) => state === "stale");
    expect(status.lastError).toMatchObject({ code: "conflict", message: expect.stringMatching(/was final/) as string });
    expect(await readStored(ground.database)).toEqual(before);
    show(growChain(old, 2, 6));
    await isThere();
    await expectTruth();
  });

  it("leaves a branch while its replacement is being read loses nothing of either", async () => {
    const first = growChain(back(6), 8, 21);
    const second = growChain(branchOf(first)[first.number - 3] ?? first, 6, 22);
    let moved = false;
    view.onPost = (calls) => {
      // The moment the first replacement's logs are asked for, there is already another one.
      if (!moved && calls.some(({ method }) => method === "eth_getLogs")) {
        moved = true;
        show(second);
      }
      return null;
    };
    show(first);
    await follower.until(({ cursor }) => cursor?.hash === second.hash);
    expect(moved).toBe(true);
    await expectTruth();
  });

  it("comes back to the first branch has its acts again, and they are orphans no more", async () => {
    const first = tip;
    const other = growChain(back(4), 6, 31);
    show(other);
    await isThere();
    expect(await orphans()).not.toEqual([]);
    show(growChain(first, 4, 32));
    await isThere();
    await expectTruth();
    const left = actsAbove(other, branchOf(other)[36] ?? other);
    expect((await orphans()).map((row) => `${row.blockHash} ${row.logIndex}`).toSorted()).toEqual(left.toSorted());
  });

  it("leaves a branch while the service is down", async () => {
    await follower.stop();
    show(growChain(back(7), 20, 41));
    follower = await startFollower(ground, { keep: true });
    await isThere();
    await expectTruth();
    expect(follower.status()).toMatchObject({ reorgs: 1, findings: [] });
  });

  it("leaves a branch while it is read for the first time", async () => {
    await follower.stop();
    show(growChain(tip, 700, 51));
    let asked = 0;
    view.onPost = (calls) => {
      if (calls.some(({ method }) => method === "eth_getLogs")) asked += 1;
      if (asked === 2) show(growChain(back(9), 12, 52));
      return null;
    };
    follower = await startFollower(ground);
    await isThere();
    await expectTruth();
    expect(asked).toBeGreaterThan(2);
  });

  it("replaces the very first blocks that were stored is followed: nothing of them was final", async () => {
    await follower.stop();
    show(growChain(ground.genesis, 4, 71));
    view.finalized = null;
    follower = await startFollower(ground);
    await isThere();
    show(growChain(branchOf(tip)[1] ?? tip, 5, 72));
    view.finalized = null;
    await isThere();
    await expectTruth();
  });

  it("goes back to before the contracts were there takes nothing away", async () => {
    await follower.stop();
    show(growChain(ground.genesis, 4, 73));
    view.finalized = null;
    follower = await startFollower(ground);
    await isThere();
    const before = await readStored(ground.database);
    const full = tip;
    view.tip = branchOf(full)[1] ?? full;
    await follower.until(({ head }) => head?.number === 1);
    expect(await readStored(ground.database)).toEqual(before);
    expect(follower.status()).toMatchObject({ state: "following", lastError: null });
    show(growChain(full, 1, 74));
    await isThere();
    await expectTruth();
  });

  it("is stored by a commit whose answer was lost is proven all the same", async () => {
    await follower.stop();
    let loses = false;
    const database: Database = {
      ...ground.database,
      async transaction<T>(work: (tx: Queryable) => Promise<T>): Promise<T> {
        const result = await ground.database.transaction(work);
        if (!loses) return result;
        loses = false;
        throw new Error("The connection broke after the commit.");
      },
    };
    follower = await startFollower(ground, { keep: true, database });
    await isThere();
    loses = true;
    show(growChain(tip, 3, 75));
    await follower.until(({ cursor, proven }) => cursor?.hash === tip.hash && proven === tip.number);
    expect(loses).toBe(false);
    await expectTruth();
  });

  it("leaves a branch whose acts somebody could see still shows them to the same people, and to nobody else", async () => {
    show(growChain(back(5), 6, 61));
    await isThere();
    const all = await orphans();
    const [some] = all;
    if (some === undefined) throw new Error("Nothing was orphaned.");
    const theirs = await orphans(some.account);
    expect(theirs.length).toBeGreaterThan(0);
    for (const row of theirs) expect([row.account, ...Object.values(row.args)].map(String)).toContain(some.account);
    expect(await orphans(`0x${"ee".repeat(20)}`)).toEqual([]);
    // Another branch leaves other acts at the same places; page by page each is met once.
    show(growChain(back(6), 8, 62));
    await isThere();
    const every = (await orphans()).map((row) => `${row.blockHash} ${row.logIndex}`);
    const met: string[] = [];
    for (let last: Awaited<ReturnType<typeof orphans>>[number] | undefined; ;) {
      const [row] = await listOrphans(ground.database, {
        ...{ party: null, account: null, act: null, from: null, to: null, newestFirst: false, limit: 1 },
        after: last === undefined ? null : [last.block, last.logIndex],
        afterHash: last?.blockHash ?? null,
      });
      if (row === undefined) break;
      met.push(`${row.blockHash} ${row.logIndex}`);
      last = row;
    }
    expect(met.toSorted()).toEqual(every.toSorted());
    expect(met.length).toBeGreaterThan(all.length);
  });

  it("is stored by commits of which every other one goes unheard is stored once", async () => {
    const before = await readStored(ground.database);
    await follower.stop();
    // The commit is done, and its answer is lost: the process does not know, and asks the database where it stands.
    let lost = 0;
    const database: Database = {
      ...ground.database,
      async transaction<T>(work: (tx: Queryable) => Promise<T>): Promise<T> {
        const result = await ground.database.transaction(work);
        lost += 1;
        if (lost % 2 === 1) throw new Error("The connection broke after the commit.");
        return result;
      },
    };
    follower = await startFollower(ground, { database });
    await isThere();
    expect(lost).toBeGreaterThan(0);
    expect(await readStored(ground.database)).toEqual(before);
  });
});

describe("What is final", () => {
  let ground: Awaited<ReturnType<typeof makeGround>>;
  let follower: Follower;
  beforeAll(async () => {
    ground = await makeGround();
  });
  afterEach(() => follower.stop());
  afterAll(() => ground.close());

  it("is what the node calls so, and never moves back", async () => {
    let tip = growChain(ground.genesis, 30, 9);
    const view = honest(tip, { finalized: branchOf(tip)[20] ?? null });
    ground.nodes.show([view]);
    follower = await startFollower(ground);
    expect((await follower.until(({ cursor }) => cursor?.hash === tip.hash)).cursor?.finalized).toBe(20);
    view.finalized = branchOf(tip)[12] ?? null;
    tip = view.tip = growChain(tip, 3, 1);
    expect((await follower.until(({ cursor }) => cursor?.hash === tip.hash)).cursor?.finalized).toBe(20);
    tip = view.tip = growChain(tip, 3, 2);
    view.finalized = branchOf(tip)[33] ?? null;
    expect((await follower.until(({ cursor }) => cursor?.hash === tip.hash)).cursor?.finalized).toBe(33);
  });

  it.each([
    ["says nothing of it", null],
    ["calls its newest block so", "head"],
  ])("is what a window of seconds leaves behind, where the node %s", async (_, says) => {
    const tip = growChain(ground.genesis, 40, 10);
    ground.nodes.show([honest(tip, { finalized: says === null ? null : tip })]);
    follower = await startFollower(ground, { env: { PLACET_FINALITY_SECONDS: "25" } });
    const { cursor } = await follower.until((status) => status.cursor?.hash === tip.hash);
    const wanted = branchOf(tip).findLast((block) => block.time <= tip.time - 25);
    expect(cursor?.finalized).toBe(wanted?.number);
  });
});

describe("A database that was filled from another", () => {
  let ground: Awaited<ReturnType<typeof makeGround>>;
  beforeAll(async () => {
    ground = await makeGround();
    ground.nodes.show([honest(growChain(ground.genesis, 20, 3))]);
    const follower = await startFollower(ground);
    await follower.until(({ state }) => state === "following");
    await follower.stop();
  });
  afterAll(() => ground.close());

  it.each([
    ["chain id", "chain_id", "1"],
    ["genesis", "genesis_hash", `'0x${"ab".repeat(32)}'`],
    ["ledger", "ledger", `'0x${"11".repeat(20)}'`],
    ["registry", "provider_registry", `'0x${"22".repeat(20)}'`],
    ["code of the ledger", "ledger_code", `'0x${"cd".repeat(32)}'`],
    ["code of the registry", "provider_registry_code", `'0x${"cd".repeat(32)}'`],
  ])("%s is refused at start, and left as it is", async (_, column, other) => {
    const [before] = await ground.database.query<{ was: string | number }>(`select ${column} as was from sync_state`);
    await ground.database.execute(`update sync_state set ${column} = ${other}`);
    await expect(startFollower(ground, { keep: true })).rejects.toMatchObject({ code: "wrong-chain" });
    expect(await ground.database.query("select 1 from acts")).not.toEqual([]);
    await ground.database.query(`update sync_state set ${column} = $1`, [before?.was]);
    const follower = await startFollower(ground, { keep: true });
    await follower.stop();
  });

  it("is refused before anything is read when the contracts' code is not what was deployed", async () => {
    ground.nodes.show([
      honest(growChain(ground.genesis, 20, 3), {
        onResult: (call, result) => (call.method === "eth_getCode" ? "0x6002" : result),
      }),
    ]);
    await expect(startFollower(ground, { keep: true })).rejects.toMatchObject({
      code: "wrong-chain",
      reason: "wrong-code",
    });
  });
});

describe("A service with a history of many pages", () => {
  it(
    "finds the one row that was altered in the last of them, and reads no more than a page at a time",
    { timeout: 120_000 },
    async () => {
      const ground = await makeGround();
      try {
        const tip = growChain(ground.genesis, 400, 12, 8);
        ground.nodes.show([honest(tip)]);
        const first = await startFollower(ground);
        await first.until(({ cursor }) => cursor?.hash === tip.hash, 60_000);
        await first.stop();
        const [count] = await ground.database.query<{ n: number }>(
          "select count(*) as n from acts where contract = 'ledger'",
        );
        expect(count?.n).toBeGreaterThan(2_000);
        await ground.database.execute(
          "update acts set time = time + 1 where (block, log_index) = (select block, log_index from acts where contract = 'ledger' order by block desc, log_index desc limit 1)",
        );
        let most = 0;
        const database: Database = {
          ...ground.database,
          async query<T extends object>(sql: string, values?: readonly unknown[]): Promise<T[]> {
            const rows = await ground.database.query<T>(sql, values);
            most = Math.max(most, rows.length);
            return rows;
          },
        };
        const again = await startFollower(ground, { keep: true, database });
        expect(again.status().findings).toMatchObject([{ kind: "altered", table: "acts", fields: ["time"] }]);
        expect(most).toBeLessThanOrEqual(2_000);
        await again.stop();
      } finally {
        await ground.close();
      }
    },
  );
});
