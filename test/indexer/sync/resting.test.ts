// An empty index is filled without the indexes that only readers need. Whatever happens meanwhile, answers are right, and
// in the end every index is there as the migrations made it.

import { copyFile, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { pathToFileURL } from "node:url";
import type { Address } from "viem";
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { listActs } from "#indexer/store/acts.ts";
import type { Database } from "#indexer/store/database.ts";
import { migrate } from "#indexer/store/migrate.ts";
import { createResting, restfulIndexes } from "#indexer/store/resting.ts";
import { rollBack } from "#indexer/store/sync-state.ts";
import { honest } from "../sim/fake-node.ts";
import type { Call, NodeView } from "../sim/fake-node.ts";
import { growChain, startFollower } from "../sim/follower.ts";
import { forkSync } from "../sim/fork-sync.ts";
import { branchOf, DEPLOYED_AT } from "../sim/generated-chain.ts";
import type { Block } from "../sim/generated-chain.ts";
import { makeGround } from "../sim/ground.ts";
import { foldChain, readStored } from "../sim/pure-fold.ts";
import { onPostgres, openTestDatabase } from "../support/database.ts";
import { makeFolder } from "../support/service.ts";

const migrations = new URL("../../../indexer/store/migrations/", import.meta.url);
/** The first two stretches end before it. */
const STALLS_AT = 49;

/** Every index and every constraint, as the database tells them. */
async function readShape(database: Database): Promise<string[]> {
  const rows = await database.query<{ text: string }>(
    `select pg_get_indexdef(indexrelid) || indisvalid::text as text from pg_index i join pg_class c on c.oid = i.indrelid
     where c.relnamespace = current_schema()::regnamespace
     union all
     select conrelid::regclass::text || ' ' || conname || ' ' || pg_get_constraintdef(oid) from pg_constraint
     where connamespace = current_schema()::regnamespace order by 1`,
  );
  return rows.map(({ text }) => text);
}

async function listResting(database: Database): Promise<string[]> {
  const rows = await database.query<{ name: string }>("select name from resting_indexes");
  return rows.map(({ name }) => name).sort();
}

describe("An index that is filled for the first time", () => {
  let ground: Awaited<ReturnType<typeof makeGround>>;
  let shape: string[];
  let tip: Block;
  let view: NodeView;
  /** The first block of what the node was asked for and does not answer: nothing from there on is stored. */
  let stalled: Promise<number>;

  beforeAll(async () => {
    ground = await makeGround();
    shape = await readShape(ground.database);
    tip = growChain(ground.genesis, 120, 2);
  });
  afterAll(() => ground.close());
  beforeEach(() => {
    const { promise, resolve } = Promise.withResolvers<number>();
    stalled = promise;
    view = honest(tip, {
      onPost(calls) {
        const beyond = calls.map(readFirstBlock).filter((first) => first >= STALLS_AT);
        if (beyond.length === 0) return null;
        resolve(Math.min(...beyond));
        return { kind: "silence" };
      },
    });
    ground.nodes.show([view]);
  });

  function readFirstBlock({ method, params: [filter] }: Call): number {
    return method === "eth_getLogs" ? Number((filter as { fromBlock?: string }).fromBlock) : -1;
  }

  it("answers as ever while it is filled, is stopped, goes on where the chain forked, and has every index", async () => {
    const first = await startFollower(ground);
    const last = (await stalled) - 1;
    // Whatever comes before is stored first: a cursor on its way would be elsewhere by the time of the next question.
    await first.until(({ cursor }) => cursor?.number === last);
    expect(await listResting(ground.database)).toEqual([...restfulIndexes].sort());
    const parties = foldChain(tip)["act_parties"] as { party: Address; block: number; log_index: number }[];
    const party = parties[0]?.party ?? null;
    const told = await listActs(ground.database, {
      ...{ party, account: null, act: null, from: null, to: null, after: null, newestFirst: false, limit: 100 },
    });
    expect(told).not.toEqual([]);
    expect(told.map(({ block, logIndex }) => ({ party, block, log_index: logIndex }))).toEqual(
      parties
        .filter((each) => each.party === party && each.block <= last)
        .toSorted((a, b) => a.block - b.block || a.log_index - b.log_index)
        .slice(0, 100),
    );
    await first.stop();

    const forked = growChain(branchOf(tip)[tip.number - 3] ?? tip, 9, 77);
    ground.nodes.show([honest(forked)]);
    const second = await startFollower(ground, { keep: true });
    await second.until((status) => status.cursor?.hash === forked.hash && status.state === "following");
    await second.stop();
    expect(await readShape(ground.database)).toEqual(shape);
    expect(await listResting(ground.database)).toEqual([]);
    expect(await readStored(ground.database)).toEqual(foldChain(forked));
  });

  it("keeps nothing of a batch that was begun while its proof was on its way, and failed", async () => {
    // The blocks at which the contracts were asked: the end of one stretch after the other.
    const asked = new Set<unknown>();
    let lies = 0;
    const liar = honest(tip, {
      onResult({ method, params: [, block] }, result) {
        if (method === "eth_call") asked.add((block as { blockHash?: unknown }).blockHash);
        if (method !== "eth_call" || asked.size !== 2 || lies > 0) return result;
        lies += 1;
        return `${String(result).slice(0, -64)}${"5".repeat(64)}`;
      },
    });
    ground.nodes.show([liar]);
    const follower = await startFollower(ground);
    await follower.until((status) => status.cursor?.hash === tip.hash && status.state === "following");
    await follower.stop();
    expect([lies, follower.metric("sync_failures_total")]).toEqual([1, 1]);
    expect(await readShape(ground.database)).toEqual(shape);
    expect(await readStored(ground.database)).toEqual(foldChain(tip));
  });

  it("is begun again from the first block by whoever finds nothing but missing indexes", async () => {
    await createResting(ground.database).begin();
    ground.nodes.show([honest(tip)]);
    const follower = await startFollower(ground);
    await follower.until((status) => status.cursor?.hash === tip.hash && status.state === "following");
    expect(follower.metric("sync_failures_total")).toBe(0);
    await follower.stop();
    expect(await readShape(ground.database)).toEqual(shape);
    expect(await readStored(ground.database)).toEqual(foldChain(tip));
  });

  it("has them where the chain has not grown since its process ended", async () => {
    ground.nodes.show([honest(tip)]);
    const filled = await startFollower(ground);
    await filled.until((status) => status.cursor?.hash === tip.hash && status.state === "following");
    await filled.stop();
    // As after the last batch, before the first index came back.
    await createResting(ground.database).begin();
    const again = await startFollower(ground, { keep: true });
    await again.until((status) => status.state === "following");
    await again.stop();
    expect(await readShape(ground.database)).toEqual(shape);
  });

  it("stores nothing above a gap when the database's server lost the last batches in a crash, and reads them again", async () => {
    view = honest(tip);
    ground.nodes.show([view]);
    const follower = await startFollower(ground);
    await follower.until((status) => status.cursor?.hash === tip.hash && status.state === "following");
    const kept = branchOf(tip)[tip.number - 4] ?? tip;
    await ground.database.transaction(async (tx) => {
      await rollBack(tx, { ancestor: kept.number, at: 0 });
      await tx.execute("delete from orphans; delete from orphan_parties");
      await tx.query("update sync_state set number = $1, hash = $2, time = $3", [kept.number, kept.hash, kept.time]);
    });
    // The next block names the cursor as its parent: nothing else would be looked at.
    const grown = growChain(tip, 1, 5);
    view.tip = grown;
    await follower.until((status) => status.cursor?.hash === grown.hash && status.state === "following");
    expect(follower.metric("sync_failures_total")).toBeGreaterThan(0);
    await follower.stop();
    expect(await readStored(ground.database)).toEqual(foldChain(grown));
  });

  it("gets its indexes back before a newer version changes the tables", async () => {
    await createResting(ground.database).begin();
    const folder = await mkdtemp(join(tmpdir(), "placet-migrations-"));
    try {
      for (const name of await readdir(migrations)) await copyFile(new URL(name, migrations), join(folder, name));
      await writeFile(join(folder, "9999_later.sql"), "drop index acts_act; create index acts_act on acts (act);");
      await ground.database.transaction(async (tx) => {
        const inOne: Database = { ...ground.database, ...tx, transaction: (work) => work(tx) };
        await migrate(inOne, pathToFileURL(`${folder}/`));
        const changed = (await readShape(inOne)).filter((text) => !shape.includes(text));
        expect(changed).toEqual([expect.stringMatching(/acts_act ON .*acts USING btree \(act\)/)]);
        expect(await listResting(inOne)).toEqual([]);
        await tx.execute("drop index acts_act; create index acts_act on acts (act, block, log_index)");
        await tx.query("delete from migrations where name = '9999_later.sql'");
      });
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
    expect(await readShape(ground.database)).toEqual(shape);
  });

  it("knows after a kill what is missing, and ends with the tables of one that was not killed", async () => {
    const { folder, remove } = await makeFolder();
    const { child, ended } = forkSync(ground, { folder });
    try {
      // The first stretch is stored while the third is asked for.
      await Promise.race([stalled, ended]);
      await sleep(100);
    } finally {
      child.kill("SIGKILL");
    }
    expect(await ended).toEqual([null, "SIGKILL"]);
    await expectFilled(folder);
    await remove();
  });

  it.runIf(onPostgres)(
    "has nothing of the two batches that wait in transactions of their own when it is killed",
    async () => {
      const { folder, remove } = await makeFolder();
      const stretches = { first: 8 };
      const firstEnd = branchOf(tip)[DEPLOYED_AT + stretches.first - 1];
      // The contracts say nothing of any block but the first stretch's last: the second one's acts wait for their proof, and
      // the third one's for the second one.
      ground.nodes.show([
        honest(tip, {
          onPost: (calls) =>
            calls.some(({ method, params }) => method === "eth_call" && hashAmong(params) !== firstEnd?.hash)
              ? { kind: "silence" }
              : null,
        }),
      ]);
      const database = await openTestDatabase(folder);
      const { child, ended } = forkSync(ground, { folder, strides: stretches });
      /** Sessions that do nothing, with a transaction open. */
      const countWaiting = async () =>
        (
          await database.query<{ n: number }>(
            "select count(*) as n from pg_stat_activity where datname = current_database() and state = 'idle in transaction'",
          )
        )[0]?.n;
      try {
        await vi.waitUntil(async () => (await countWaiting()) === 2, { timeout: 20_000 });
      } finally {
        child.kill("SIGKILL");
      }
      expect(await ended).toEqual([null, "SIGKILL"]);
      await vi.waitUntil(async () => (await countWaiting()) === 0, { timeout: 5_000 });
      const [stored] = await database.query("select max(block) <= $1 as only_first from acts", [firstEnd?.number]);
      expect(stored).toEqual({ only_first: true });
      await database.close();
      await expectFilled(folder);
      await remove();
    },
  );

  /** Indexes rest in the folder's database; one more sync fills it, and everything is there. */
  async function expectFilled(folder: string): Promise<void> {
    const database = await openTestDatabase(folder);
    try {
      expect(await listResting(database)).toEqual([...restfulIndexes].sort());
      ground.nodes.show([honest(tip)]);
      const follower = await startFollower({ ...ground, database }, { keep: true, database });
      await follower.until((status) => status.cursor?.hash === tip.hash && status.state === "following");
      await follower.stop();
      expect(await readShape(database)).toEqual(shape);
      expect(await readStored(database)).toEqual(foldChain(tip));
    } finally {
      await database.close();
    }
  }
});

/** The block that an eth_call names. */
function hashAmong([, block]: unknown[]): unknown {
  return (block as { blockHash?: unknown } | undefined)?.blockHash;
}
