// The process ends without warning, again and again, while the chain grows and forks: the tables are those of a run that
// nothing interrupted. And asked to end, it ends at once, whatever its node does.

import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { honest } from "../sim/fake-node.ts";
import { growChain, startFollower } from "../sim/follower.ts";
import { forkSync } from "../sim/fork-sync.ts";
import type { ForkedSync } from "../sim/fork-sync.ts";
import { branchOf } from "../sim/generated-chain.ts";
import type { Block } from "../sim/generated-chain.ts";
import { makeGround } from "../sim/ground.ts";
import { foldChain, readStored } from "../sim/pure-fold.ts";
import { createRandom } from "../sim/random.ts";
import { onPostgres, openTestDatabase } from "../support/database.ts";
import { makeFolder } from "../support/service.ts";

const ROUNDS = 6;
/** PGlite takes long to open, and never has a batch begun. */
const FILLING_ROUNDS = onPostgres ? 6 : 3;
/** An index that is nearly empty is filled as one that is far behind: the next batch begun while one is stored. */
const asFarBehind = { first: 2, tell: 1, far: 4 };

describe("A sync whose process", () => {
  let ground: Awaited<ReturnType<typeof makeGround>>;
  let place: Awaited<ReturnType<typeof makeFolder>>;
  let running: ForkedSync[];

  beforeAll(async () => {
    ground = await makeGround();
  });
  afterAll(() => ground.close());
  beforeEach(async () => {
    running = [];
    place = await makeFolder();
  });
  afterEach(async () => {
    for (const { child, ended } of running) {
      child.kill("SIGKILL");
      await ended;
    }
    await place.remove();
  });

  async function start(strides = {}): Promise<ForkedSync> {
    const sync = forkSync(ground, { folder: place.folder, strides });
    running.push(sync);
    await sync.following;
    return sync;
  }

  /** One more sync, which nobody kills, comes to the end of the chain; then the tables are the fold of it. */
  async function expectTruth(tip: Block): Promise<void> {
    const database = await openTestDatabase(place.folder);
    try {
      const follower = await startFollower({ ...ground, database }, { keep: true, database });
      expect(follower.status().findings).toEqual([]);
      await follower.until(({ cursor, proven }) => cursor?.hash === tip.hash && proven === tip.number);
      await follower.stop();
      expect(await readStored(database)).toEqual(foldChain(tip));
    } finally {
      await database.close();
    }
  }

  it(
    "is killed at any moment has, in the end, the tables of one that was never killed",
    { timeout: 240_000 },
    async () => {
      const random = createRandom(20);
      let tip = growChain(ground.genesis, 120, 2);
      const view = honest(tip);
      ground.nodes.show([view]);
      for (let round = 0; round < ROUNDS; round += 1) {
        const { child, ended } = await start();
        const until = Date.now() + random.whole(0, 700);
        while (Date.now() < until) {
          // Never deeper than what half a minute makes final.
          const from = random.chance(0.3) ? branchOf(tip)[tip.number - random.whole(1, 8)] : tip;
          tip = growChain(from ?? tip, random.whole(1, 12), random.whole(1, 1_000_000));
          view.tip = tip;
          await sleep(random.whole(1, 60));
        }
        child.kill("SIGKILL");
        await ended;
      }
      await expectTruth(tip);
    },
  );

  it(
    "is killed again and again while it fills an empty index has the tables of one that was never killed",
    { timeout: 240_000 },
    async () => {
      const random = createRandom(21);
      const tip = growChain(ground.genesis, 600, 23);
      const view = honest(tip);
      ground.nodes.show([view]);
      for (let round = 0; round < FILLING_ROUNDS; round += 1) {
        const { child, ended } = await start(asFarBehind);
        // It still asks its node so many times, and has a few milliseconds more.
        let posts = random.whole(4, 30);
        const spent = Promise.withResolvers<null>();
        view.onPost = () => {
          posts -= 1;
          if (posts === 0) spent.resolve(null);
          return null;
        };
        await spent.promise;
        await sleep(random.whole(0, 12));
        child.kill("SIGKILL");
        expect(await ended).toEqual([null, "SIGKILL"]);
      }
      view.onPost = () => null;
      await expectTruth(tip);
    },
  );

  it(
    "is asked to end does so at once, though its node never answers, and has closed its database",
    { timeout: 60_000 },
    async () => {
      const view = honest(growChain(ground.genesis, 40, 3));
      ground.nodes.show([view]);
      const { child, ended } = await start();
      view.onPost = () => ({ kind: "silence" });
      await sleep(300);
      const began = Date.now();
      child.kill("SIGTERM");
      expect(await ended).toEqual([0, null]);
      expect(Date.now() - began).toBeLessThan(5_000);
    },
  );
});
