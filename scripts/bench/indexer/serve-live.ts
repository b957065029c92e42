// The real service with one signed-in person, for the measurement of its live stream. Says on its standard output where
// it is, once it has caught up. Started by live.ts.

import { getAddress } from "viem";
import { readConfig, startService } from "#indexer/index.ts";
import { createLog } from "#indexer/log.ts";
import { signInDirectly } from "../chain/signed-in.ts";

const running = await startService(readConfig(process.env), { log: createLog(() => undefined) });
const { database, chain, sync } = running.service;
await sync.waitFor(Number(await chain.client.getBlockNumber()), 120_000);
const cookie = await signInDirectly(database, getAddress(process.env["BENCH_PERSON"] ?? ""));
process.stdout.write(`${JSON.stringify({ url: running.url, cookie })}\n`);
process.on("SIGTERM", () => void running.stop().then(() => process.exit(0)));
