// The whole service, started and stopped in order: lock, port, chain, database, IPFS, gateway, relay, then, where this
// process is the one that writes, the loops.

import { createServer } from "node:http";
import type { RequestListener, Server } from "node:http";
import { join } from "node:path";
import type { Address } from "viem";
import { Failure } from "#protocol/failure.ts";
import { connectChain, measureMaxLag } from "./chain.ts";
import type { Config } from "./config.ts";
import { createGateway } from "./gateway/index.ts";
import { createApp } from "./http/app.ts";
import { openIpfs } from "./ipfs/index.ts";
import { takeLock } from "./lock.ts";
import { createLog } from "./log.ts";
import type { Log } from "./log.ts";
import { createMetrics } from "./metrics.ts";
import { createRelay } from "./relay/index.ts";
import type { Foundation, Service } from "./service.ts";
import { openDatabase } from "./store/database.ts";
import type { Database } from "./store/database.ts";
import { keepNote } from "./store/writer.ts";
import { createSync } from "./sync/index.ts";
import { createDuties } from "./writer/duties.ts";
import { createWriter } from "./writer/index.ts";
import { createSharedSync } from "./writer/shared-sync.ts";

export { readConfig } from "./config.ts";
export type { Config } from "./config.ts";

/** A running service. */
export type RunningService = {
  /** Where it answers. */
  url: string;
  service: Service;
  /** Ends every connection and loop, then closes database, IPFS node and lock. */
  stop(): Promise<void>;
};

/** Starts the service; resolves when it answers. Throws Failure in words when it cannot; nothing is then left open. */
export async function startService(config: Config, options: { log?: Log } = {}): Promise<RunningService> {
  const log = options.log ?? createLog();
  const undo: (() => Promise<void>)[] = [];
  const stop = async () => {
    for (const step of undo.splice(0).reverse()) {
      await step().catch((error: unknown) =>
        log.error("stop-failed", { message: error instanceof Error ? error.message : "unknown" }),
      );
    }
  };
  try {
    undo.push(await takeLock(config.dataDir));
    let answer: RequestListener = answerNotYet;
    const server = createServer((request, response) => answer(request, response));
    await listen(server, config);
    undo.push(() => closeServer(server));
    const port = portOf(server);
    const metrics = createMetrics();
    const chain = await connectChain(config, { metrics });
    const database = await openDatabase({ folder: join(config.dataDir, "database"), url: config.databaseUrl });
    undo.push(() => database.close());
    const ipfs = await openIpfs(config, { log });
    undo.push(() => ipfs.stop());

    const now = () => Math.floor(Date.now() / 1000);
    const writer = createWriter(database, { config, log });
    const foundation: Foundation = { config, log, metrics, now, database, chain, ipfs, writer };
    const gateway = await createGateway(foundation, { maxLag: await measureMaxLag(chain, config) });
    const relay = await createRelay({ ...foundation, gateway });
    await requireGateway(database, gateway.address);
    const sync = createSharedSync(database, { writer, log, initial: createSync(foundation).status() });
    const origins =
      config.origins.length > 0 ? config.origins : [`http://${config.host}:${port}`, `http://localhost:${port}`];
    const service: Service = { ...foundation, gateway, relay, sync, origins: () => origins };
    answer = await createApp(service);

    undo.push(() => sync.stop());
    await sync.start();
    undo.push(() => writer.stop());
    await writer.start(createDuties(service));
    // First of all when it stops: who is connected asks the database to the last, and would find it closed.
    undo.push(() => closeServer(server));
    log.info("started", { port, database: database.kind, ipfs: ipfs.kind, writes: writer.isWriter() });
    return { url: `http://${config.host}:${port}`, service, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** A database belongs to one gateway: its seals open with that key alone, and its receipts are that gateway's chain. */
async function requireGateway(database: Database, gateway: Address): Promise<void> {
  const known = await keepNote(database, "gateway", gateway);
  if (known === gateway) return;
  throw new Failure(
    "wrong-key",
    `This database belongs to the gateway ${String(known)}, and the key that was given is ${gateway}'s. Nothing was ` +
      "changed. Give every process of one service the same key: PLACET_GATEWAY_KEY, or the same gateway.json.",
  );
}

/** The port is taken before the database is opened; who calls in between is asked to come back. */
const answerNotYet: RequestListener = (_, response) => {
  response.writeHead(503, { "Content-Type": "application/problem+json", "Retry-After": "2" });
  response.end(
    JSON.stringify({
      type: "urn:placet:problem:unavailable",
      title: "Not available now",
      status: 503,
      detail: "The service is starting. Nothing was changed. Try again in a moment.",
      code: "unavailable",
      requestId: "",
    }),
  );
};

function listen(server: Server, { port, host }: Pick<Config, "port" | "host">): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", (cause: NodeJS.ErrnoException) => {
      const why =
        cause.code === "EADDRINUSE"
          ? "is in use by another program"
          : `cannot be used (${cause.code ?? "unknown reason"})`;
      reject(
        new Failure(
          "conflict",
          `Port ${port} on ${host} ${why}. Nothing was changed. Set PLACET_PORT to another one.`,
          { cause },
        ),
      );
    });
    server.listen(port, host, () => resolve());
  });
}

function portOf(server: Server): number {
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("A listening TCP server has a port.");
  return address.port;
}

/** Open streams would keep the server for ever: they are ended, and their clients resume elsewhere or later. */
function closeServer(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
