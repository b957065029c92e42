// The service's sync alone, over fake nodes: what tests of single lies and faults start, look at and stop.

import { setTimeout as sleep } from "node:timers/promises";
import { connectChain } from "#indexer/chain.ts";
import { readConfig } from "#indexer/config.ts";
import { createLog } from "#indexer/log.ts";
import { createMetrics } from "#indexer/metrics.ts";
import type { Database } from "#indexer/store/database.ts";
import type { Strides } from "#indexer/sync/follow.ts";
import { createSync } from "#indexer/sync/index.ts";
import type { SyncStatus } from "#indexer/sync/index.ts";
import { makeBlock } from "./generated-chain.ts";
import type { Block } from "./generated-chain.ts";
import { createRandom } from "./random.ts";
import { emptyTables } from "./scenario.ts";
import type { Ground } from "./scenario.ts";

/** A running sync. */
export type Follower = Awaited<ReturnType<typeof startFollower>>;

/** Starts the sync over the nodes 0 to `count` - 1 of a ground, on its emptied database unless `keep` is set. */
export async function startFollower(
  ground: Ground,
  options: {
    count?: number;
    keep?: boolean;
    env?: Record<string, string>;
    database?: Database;
    strides?: Strides;
  } = {},
) {
  const { count = 1, keep = false, env = {}, database = ground.database, strides = {} } = options;
  if (!keep) await emptyTables(ground.database);
  const config = {
    ...readConfig({
      PLACET_RPC_URL: Array.from({ length: count }, (_, at) => ground.nodes.url(at)).join(","),
      PLACET_DEPLOYMENT: ground.deploymentFile,
      PLACET_FINALITY_SECONDS: "30",
      ...env,
    }),
    pollMs: 5,
  };
  const lines: string[] = [];
  const metrics = createMetrics();
  const log = createLog((line) => void lines.push(line));
  const chain = await connectChain(config, { metrics });
  const now = () => Math.floor(Date.now() / 1000);
  const sync = createSync({ config, database, chain, log, metrics, now }, { strides });
  await sync.start();
  return {
    sync,
    chain,
    lines,
    status: () => sync.status(),
    metric(name: string): number {
      const line = metrics
        .render()
        .split("\n")
        .find((each) => each.startsWith(`placet_${name} `));
      return line === undefined ? 0 : Number(line.split(" ")[1]);
    },
    /** Waits until the status is what `look` wants. */
    async until(look: (status: SyncStatus) => boolean, ms = 15_000) {
      const end = Date.now() + ms;
      while (!look(sync.status())) {
        if (Date.now() > end)
          throw new Error(`It did not happen: ${JSON.stringify(sync.status())}\n${lines.slice(-10).join("\n")}`);
        await sleep(5);
      }
      return sync.status();
    },
    stop: () => sync.stop(),
  };
}

/** A chain of so many blocks on top of `from`, always the same for a seed; `logs` in each block, where that is given. */
export function growChain(from: Block, blocks: number, seed = 1, logs?: number): Block {
  const random = createRandom(seed);
  let block = from;
  for (let n = 0; n < blocks; n += 1) block = makeBlock(block, random, logs);
  return block;
}
