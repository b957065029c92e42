// The sync as a process of its own, to be killed: see fork-sync.ts. It says a line when it begins to follow.

import { connectChain } from "#indexer/chain.ts";
import { readConfig } from "#indexer/config.ts";
import { createLog } from "#indexer/log.ts";
import { createMetrics } from "#indexer/metrics.ts";
import { openDatabase } from "#indexer/store/database.ts";
import { createSync } from "#indexer/sync/index.ts";
import type { Orders } from "./fork-sync.ts";

const { place, deploymentFile, url, strides } = JSON.parse(process.argv[2] ?? "") as Orders;
const config = {
  ...readConfig({ PLACET_RPC_URL: url, PLACET_DEPLOYMENT: deploymentFile, PLACET_FINALITY_SECONDS: "30" }),
  pollMs: 5,
};
const database = await openDatabase(place);
const chain = await connectChain(config);
const log = createLog(() => undefined);
const now = () => Math.floor(Date.now() / 1000);
const sync = createSync({ config, database, chain, log, metrics: createMetrics(), now }, { strides });
process.on("SIGTERM", () => {
  void sync
    .stop()
    .then(() => database.close())
    .then(() => process.exit(0));
});
await sync.start();
process.stdout.write("following\n");
