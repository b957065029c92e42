// What is stored already is never stored a second time: neither what was read twice, nor what somebody else stored
// meanwhile. And what cannot be stored leaves no trace.

import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { connectChain } from "#indexer/chain.ts";
import type { Chain } from "#indexer/chain.ts";
import { readConfig } from "#indexer/config.ts";
import { makeBatch } from "#indexer/sync/batch.ts";
import { createKnown } from "#indexer/sync/known.ts";
import { createSource } from "#indexer/sync/source.ts";
import { beginBatch, writeBatch, writeDown } from "#indexer/sync/write.ts";
import type { WriteOptions, WrittenBatch } from "#indexer/sync/write.ts";
import { honest } from "../sim/fake-node.ts";
import { growChain } from "../sim/follower.ts";
import { branchOf, DEPLOYED_AT } from "../sim/generated-chain.ts";
import type { Block } from "../sim/generated-chain.ts";
import { makeGround } from "../sim/ground.ts";
import { foldChain, readStored } from "../sim/pure-fold.ts";
import { emptyTables } from "../sim/scenario.ts";
import { onPostgres } from "../support/database.ts";

const START = DEPLOYED_AT - 1;
/** The first batch ends here, the second one, without a log, at the next; a third one follows. */
const [FIRST_END, QUIET_END] = [20, 24];

describe("A batch that is written down", () => {
  let ground: Awaited<ReturnType<typeof makeGround>>;
  let chain: Chain;
  let tip: Block;

  beforeAll(async () => {
    ground = await makeGround();
    tip = growChain(growChain(growChain(ground.genesis, FIRST_END, 2), QUIET_END - FIRST_END, 3, 0), 10, 4);
    ground.nodes.show([honest(tip)]);
    chain = await connectChain(
      readConfig({ PLACET_RPC_URL: ground.nodes.url(0), PLACET_DEPLOYMENT: ground.deploymentFile }),
    );
  });
  afterAll(() => ground.close());
  beforeEach(() => emptyTables(ground.database));

  /** Reads the blocks after `ancestor` up to `to`, folded onto what is stored. */
  async function read(ancestor: number, to: number): Promise<WrittenBatch> {
    const { deployment, nodes } = chain;
    const node = await nodes.choose(AbortSignal.timeout(5_000));
    const source = createSource({ node, deployment, trustsHeaders: false });
    const stretch = source.validateStretch(await source.fetchStretch({ from: ancestor + 1, to }));
    const { database } = ground;
    const known = createKnown();
    return writeDown(
      await makeBatch(stretch, { ancestor, deployment, database, source, known, broken: new Set<string>() }),
    );
  }
  /** How a batch is stored where the index stands at block `at` (null: it is empty), and everything up to it is final. */
  function options(at: number | null, finalized = at ?? 0): WriteOptions {
    const block = at === null ? null : branchOf(tip)[at];
    if (block === undefined) throw new Error("There is no such block.");
    const cursor = block === null ? null : { number: block.number, hash: block.hash, time: block.time, finalized };
    return {
      ...{ deployment: chain.deployment, cursor, finalized, proven: Promise.resolve(0) },
      ...{ tellFrom: 0, seen: null, isFilling: false, now: 1_700_000_000 },
    };
  }
  /** Every row of every table. */
  async function readEverything(): Promise<unknown[]> {
    const tables = await ground.database.query<{ name: string }>(
      "select relname::text as name from pg_class where relkind = 'r' and relnamespace = current_schema()::regnamespace",
    );
    const parts = tables.map(({ name }) => `select '${name}' as table, to_jsonb(t)::text as row from ${name} t`);
    return ground.database.query(`${parts.join(" union all ")} order by 1, 2`);
  }
  /** The second time is refused for this reason, and leaves every row as it is. */
  async function expectRefused(again: () => Promise<unknown>, why: object): Promise<void> {
    const before = await readEverything();
    await expect(again()).rejects.toMatchObject(why);
    expect(await readEverything()).toEqual(before);
  }
  const isThereAlready = { message: expect.stringMatching(/duplicate key/) as unknown };
  const isElsewhere = { code: "conflict" };

  it("is stored once, into an empty index and onto another batch", async () => {
    const { database } = ground;
    const first = await read(START, FIRST_END);
    expect(first.batch.acts.length).toBeGreaterThan(0);
    await writeBatch(database, first, options(null));
    await expectRefused(() => writeBatch(database, first, options(null)), isThereAlready);
    const next = await read(FIRST_END, tip.number);
    await writeBatch(database, next, options(FIRST_END));
    await expectRefused(() => writeBatch(database, next, options(FIRST_END)), isThereAlready);
    await expectRefused(() => writeBatch(database, first, options(null)), isThereAlready);
    expect(await readStored(database)).toEqual(foldChain(tip));
  });

  it("is stored once even where no row of it would be there twice: the index is no longer where it was left", async () => {
    const { database } = ground;
    await writeBatch(database, await read(START, FIRST_END), options(null));
    const quiet = await read(FIRST_END, QUIET_END);
    expect([quiet.batch.acts, quiet.batch.rawLogs]).toEqual([[], []]);
    await writeBatch(database, quiet, options(FIRST_END));
    // Its blocks are final, and forgotten.
    await writeBatch(database, await read(QUIET_END, tip.number), options(QUIET_END, tip.number));
    await expectRefused(() => writeBatch(database, quiet, options(FIRST_END)), isElsewhere);
    expect(await readStored(database)).toEqual(foldChain(tip));
  });

  it("and replaces itself is there once, and nothing of it is an orphan", async () => {
    const { database } = ground;
    await writeBatch(database, await read(START, FIRST_END), options(null));
    const next = await read(FIRST_END, tip.number);
    await writeBatch(database, next, options(FIRST_END));
    const { orphaned } = await writeBatch(database, next, options(tip.number, 0));
    expect(orphaned).toBe(next.batch.acts.length);
    expect(await readStored(database)).toEqual(foldChain(tip));
    expect(await database.query("select 1 from orphans union all select 1 from orphan_parties")).toEqual([]);
  });

  it.runIf(onPostgres)(
    "is stored once also where it was begun in a transaction of its own, once or twice",
    async () => {
      const { database } = ground;
      const first = await read(START, FIRST_END);
      await beginBatch(database, first).finish(options(null));
      await expectRefused(() => beginBatch(database, first).finish(options(null)), isThereAlready);
      const next = await read(FIRST_END, tip.number);
      const both = [beginBatch(database, next), beginBatch(database, next)];
      const done = await Promise.allSettled(both.map((begun) => begun.finish(options(FIRST_END))));
      expect(done.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
      await expectRefused(() => beginBatch(database, next).finish(options(FIRST_END)), isThereAlready);
      expect(await readStored(database)).toEqual(foldChain(tip));
    },
  );

  it.runIf(onPostgres)("and begun is not stored when the index moved on meanwhile", async () => {
    const { database } = ground;
    await writeBatch(database, await read(START, FIRST_END), options(null));
    const quiet = await read(FIRST_END, QUIET_END);
    const begun = beginBatch(database, quiet);
    await writeBatch(database, quiet, options(FIRST_END));
    await writeBatch(database, await read(QUIET_END, tip.number), options(QUIET_END, tip.number));
    await expectRefused(() => begun.finish(options(FIRST_END)), isElsewhere);
  });

  it.runIf(onPostgres)(
    "and begun leaves nothing when it is given up, or when something is stored that it would replace",
    async () => {
      const { database } = ground;
      await writeBatch(database, await read(START, FIRST_END), options(null));
      const next = await read(FIRST_END, tip.number);
      const before = await readEverything();
      await beginBatch(database, next).abandon();
      expect(await readEverything()).toEqual(before);
      await expectRefused(() => beginBatch(database, next).finish(options(tip.number)), {
        message: expect.stringMatching(/not stored/) as unknown,
      });
      await writeBatch(database, next, options(FIRST_END));
      expect(await readStored(database)).toEqual(foldChain(tip));
    },
  );
});
