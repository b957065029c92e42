// Our own full sync, in a process of its own so that its memory is its own: from an empty database to the chain's head,
// with every check on (links, bloom filters, fold, the contracts' own heads and roll). Started by ours.ts.

import { readFileSync } from "node:fs";
import { createLog } from "#indexer/log.ts";
import { connectChain } from "#indexer/chain.ts";
import { readConfig } from "#indexer/config.ts";
import { createMetrics } from "#indexer/metrics.ts";
import { createWriter } from "#indexer/writer/index.ts";
import { openDatabase } from "#indexer/store/database.ts";
import { countActs } from "#indexer/store/acts.ts";
import { createSync } from "#indexer/sync/index.ts";

const config = readConfig(process.env);
const chain = await connectChain(config);
const database = await openDatabase({ folder: config.dataDir, url: config.databaseUrl });
const head = Number(await chain.client.getBlockNumber());
const lines: string[] = [];
const log = createLog((line) => lines.push(line));
const foundation = {
  config,
  chain,
  database,
  log,
  metrics: createMetrics(),
  now: () => Math.floor(Date.now() / 1000),
  writer: createWriter(database, { config: { databaseUrl: null }, log }),
};
const sync = createSync(foundation);
const cpuBefore = process.cpuUsage();
const started = performance.now();
await sync.start();
await sync.waitFor(head, Number(process.env["BENCH_WAIT_MS"] ?? 600_000)).catch((error: unknown) => {
  throw new Error(lines.join("\n").slice(-4_000), { cause: error });
});
const seconds = (performance.now() - started) / 1000;
const cpu = process.cpuUsage(cpuBefore);
const { proven, mismatches } = sync.status();
const { acts } = await countActs(database);
await sync.stop();
await database.close();
const retries = lines.filter((line) => line.includes('"sync-failed"')).length;
const problems = lines.filter((line) => line.includes('"level":"error"'));
if (proven !== head || mismatches.length > 0 || problems.length > 0)
  throw new Error(`The sync is not proven up to ${head} (${proven}): ${problems.join("\n").slice(0, 2_000)}`);
// The most that was ever resident (VmHWM); getrusage would count the process that started this one too.
const highWater = /^VmHWM:\s+(\d+) kB/m.exec(readFileSync("/proc/self/status", "utf8"))?.[1];
const rssMiB = Number(highWater ?? process.memoryUsage().rss / 1024) / 1024;
process.stdout.write(
  `${JSON.stringify({ seconds, acts, rssMiB, retries, cpuSeconds: (cpu.user + cpu.system) / 1e6 })}\n`,
);
process.exit(0);
