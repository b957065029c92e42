// The process ends without warning, again and again, while the chain grows and forks: the tables are those of a run that
// nothing interrupted. And asked to end, it ends at once, whatever its node does.

import { fork } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openDatabase } from "#indexer/store/database.ts";
import { honest } from "../sim/fake-node.ts";
import { growChain, startFollower } from "../sim/follower.ts";
import { branchOf } from "../sim/generated-chain.ts";
import { makeGround } from "../sim/ground.ts";
import { foldChain, readStored } from "../sim/pure-fold.ts";
import { createRandom } from "../sim/random.ts";
import { makeFolder } from "../support/service.ts";

const script = fileURLToPath(new URL("../sim/child.ts", import.meta.url));
const ROUNDS = 6;

describe("A sync whose process", () => {
  let ground: Awaited<ReturnType<typeof makeGround>>;
  const children: ChildProcess[] = [];

  beforeAll(async () => {
    ground = await makeGround();
  });
  afterAll(async () => {
    for (const child of children) child.kill("SIGKILL");
    await ground.close();
  });

  function startChild(folder: string): ChildProcess {
    const child = fork(script, [folder, ground.deploymentFile, ground.nodes.url(0)], {
      stdio: ["ignore", "pipe", "inherit", "ipc"],
      execArgv: [],
    });
    children.push(child);
    return child;
  }
  async function isFollowing(child: ChildProcess): Promise<void> {
    if (child.stdout === null) throw new Error("The process has no output.");
    await once(child.stdout, "data");
  }

  it(
    "is killed at any moment has, in the end, the tables of one that was never killed",
    { timeout: 240_000 },
    async () => {
      const { folder, remove } = await makeFolder();
      const database = join(folder, "database");
      const random = createRandom(20);
      let tip = growChain(ground.genesis, 120, 2);
      const view = honest(tip);
      ground.nodes.show([view]);
      for (let round = 0; round < ROUNDS; round += 1) {
        const child = startChild(database);
        const ended = once(child, "exit");
        await isFollowing(child);
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
      const again = await openDatabase({ folder: database, url: null });
      try {
        const follower = await startFollower({ ...ground, database: again }, { keep: true, database: again });
        expect(follower.status().findings).toEqual([]);
        await follower.until(({ cursor, proven }) => cursor?.hash === tip.hash && proven === tip.number);
        await follower.stop();
        expect(await readStored(again)).toEqual(foldChain(tip));
      } finally {
        await again.close();
        await remove();
      }
    },
  );

  it(
    "is asked to end does so at once, though its node never answers, and has closed its database",
    { timeout: 60_000 },
    async () => {
      const { folder, remove } = await makeFolder();
      const view = honest(growChain(ground.genesis, 40, 3));
      ground.nodes.show([view]);
      const child = startChild(join(folder, "database"));
      await isFollowing(child);
      view.onPost = () => ({ kind: "silence" });
      await sleep(300);
      const began = Date.now();
      const ended = once(child, "exit");
      child.kill("SIGTERM");
      expect(await ended).toEqual([0, null]);
      expect(Date.now() - began).toBeLessThan(5_000);
      await remove();
    },
  );
});
