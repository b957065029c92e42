// Starting and stopping the service as a process of its own, and knowing when it answers.

import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { type Child, describeEnd, startChild, stopChild } from "./child.ts";
import { Failure } from "#protocol/failure.ts";

/**
 * How Node runs the service, with the database that `databaseUrl` names (none: PGlite). What it makes while it fills its
 * index lives for a moment only; a larger young generation holds 100 to 150 MiB of it, and makes nothing quicker. PGlite is
 * as much again within the process: beside it the heap may grow to less than twice what lives in it before it is cleared,
 * and what the C library takes for one large piece of memory it gives back, both for some of the speed (docs/performance.md).
 */
export function howNodeRuns({ databaseUrl }: { databaseUrl: string | undefined }): {
  flags: readonly string[];
  env: Record<string, string>;
} {
  const flags = ["--max-semi-space-size=4"];
  const onPglite = databaseUrl === undefined || databaseUrl === "";
  return onPglite
    ? { flags: [...flags, "--heap-growing-percent=80"], env: { MALLOC_MMAP_THRESHOLD_: "1048576" } }
    : { flags, env: {} };
}

/** A service that answers. */
export type RunningService = { url: string; child: Child; stop: () => Promise<void> };

/** What a service is started with; `env` wins over everything else. */
export type ServiceOptions = {
  dataDir: string;
  rpcUrl: string;
  app: { appDir: string; viewerDir: string };
  port: number;
  demo: boolean;
  env?: Record<string, string | undefined>;
};

/**
 * Starts indexer/main.ts and waits until /ready says yes.
 * @throws {Failure} "unavailable" when it stops or stays silent for two minutes
 */
export async function startService(options: ServiceOptions): Promise<RunningService> {
  const url = `http://localhost:${options.port}`;
  const node = howNodeRuns({ databaseUrl: options.env?.["DATABASE_URL"] ?? process.env["DATABASE_URL"] });
  const child = startChild({
    script: "indexer/main.ts",
    nodeFlags: node.flags,
    env: {
      ...node.env,
      PLACET_DATA: options.dataDir,
      PLACET_RPC_URL: options.rpcUrl,
      PLACET_DEPLOYMENT: join(options.dataDir, "deployment.json"),
      PLACET_PORT: String(options.port),
      PLACET_ORIGIN: process.env["PLACET_ORIGIN"] ?? url,
      PLACET_APP_DIR: options.app.appDir,
      PLACET_VIEWER_DIR: options.app.viewerDir,
      PLACET_DEMO: options.demo ? "1" : "0",
      // The demo people sign in from the same address as their audience, and must not use up its turns.
      ...(options.demo
        ? {
            PLACET_RATE_SIGN_IN: process.env["PLACET_RATE_SIGN_IN"] ?? "200",
            PLACET_RATE_RECORDS: process.env["PLACET_RATE_RECORDS"] ?? "600",
            // Nothing takes blocks of a development chain back, and nobody should wait a quarter of an hour to erase.
            PLACET_FINALITY_SECONDS: process.env["PLACET_FINALITY_SECONDS"] ?? "20",
          }
        : {}),
      ...options.env,
    },
    logFile: join(options.dataDir, "service.log"),
    detached: true,
    // A service whose starter was killed must not live on unseen: its data folder would stay locked.
    stopsWithParent: true,
  });
  await waitUntilReady(child, url);
  return { url, child, stop: () => stopChild(child, { patience: 5_000 }) };
}

async function waitUntilReady(child: Child, url: string): Promise<void> {
  const deadline = Date.now() + 120_000;
  while (!child.hasEnded()) {
    if (await answers(`${url}/ready`)) return;
    if (Date.now() > deadline) {
      await stopChild(child);
      throw new Failure(
        "unavailable",
        `The service did not become ready within two minutes. Its log: ${child.logFile}`,
      );
    }
    await sleep(50);
  }
  throw describeEnd(child, "The service");
}

async function answers(url: string): Promise<boolean> {
  try {
    // A service that is still opening its database takes the connection and never answers it: ask anew, and soon.
    const answer = await fetch(url, { signal: AbortSignal.timeout(300) });
    await answer.body?.cancel();
    return answer.ok;
  } catch {
    return false;
  }
}
