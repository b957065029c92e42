// The sync as a process of its own, to be killed: argv names the database's folder, the deployment file and the URLs. It
// says a line when it begins to follow.

import { connectChain } from "#indexer/chain.ts";
import { readConfig } from "#indexer/config.ts";
import { createLog } from "#indexer/log.ts";
import { createMetrics } from "#indexer/metrics.ts";
import { openDatabase } from "#indexer/store/database.ts";
import { createSync } from "#indexer/sync/index.ts";

const [folder = "", deployment = "", urls = ""] = process.argv.slice(2);
const config = {
  ...readConfig({ PLACET_RPC_URL: urls, PLACET_DEPLOYMENT: deployment, PLACET_FINALITY_SECONDS: "30" }),
  pollMs: 5,
};
const database = await openDatabase({ folder, url: null });
const chain = await connectChain(config);
const log = createLog(() => undefined);
const sync = createSync({
  config,
  database,
  chain,
  log,
  metrics: createMetrics(),
  now: () => Math.floor(Date.now() / 1000),
});
process.on("SIGTERM", () => {
  void sync
    .stop()
    .then(() => database.close())
    .then(() => process.exit(0));
});
await sync.start();
process.stdout.write("following\n");
