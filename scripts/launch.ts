// `npm start`: builds what changed, starts the chain and the service, fills in the demo people, and says where to go.
// The order of stopping is the reverse. Nothing here is needed by a service that somebody runs on their own.

import { setTimeout as sleep } from "node:timers/promises";
import { existsSync } from "node:fs";
import { join, relative } from "node:path";
import { Failure, isFailure } from "#protocol/failure.ts";
import { buildApp, type BuiltApp } from "./build/app.ts";
import { buildContracts } from "./build/contracts.ts";
import { buildDatabaseTemplate, prepareDatabase } from "./build/database.ts";
import { projectRoot } from "./build/project-root.ts";
import { waitForTurn } from "./build/turn.ts";
import { seed } from "./seed.ts";
import { stopChildren } from "./stack/child.ts";
import { openDataFolder } from "./stack/data-folder.ts";
import { ensureDeployment } from "./stack/deployment.ts";
import { gatewayEnvironment, isDevelopmentChain } from "./stack/development.ts";
import { type ChainIdentity, identifyChain } from "./stack/identify-chain.ts";
import { type Ledger, startLedger } from "./stack/ledger.ts";
import { isAlive, takeLock } from "./stack/lock.ts";
import { readStartOptions, startHelp, type StartOptions } from "./stack/options.ts";
import { findFreePort, isPortFree, startOnFreePort } from "./stack/ports.ts";
import { type RunningService, startService } from "./stack/service.ts";
import { superviseService, workThroughRestarts } from "./stack/supervise.ts";
import { describeReady } from "./stack/welcome.ts";

type Chain = ChainIdentity & { rpcUrl: string };

const say = (line: string): void => console.log(line);
let ledger: Ledger | undefined;
let lock: { release: () => Promise<void> } | undefined;
let stopping: Promise<void> | undefined;

function stop(code: number): Promise<void> {
  stopping ??= (async () => {
    if (ledger !== undefined || code === 0) say("\nStopping.");
    await stopChildren();
    await ledger?.stop();
    await lock?.release();
    process.exit(code);
  })();
  return stopping;
}

for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => void stop(0));
// The process in front (scripts/start.mjs) is gone, however it went: nobody is left to stop this one.
process.on("disconnect", () => void stop(0));
process.channel?.unref();

try {
  // What the surroundings say wins over the file, as everywhere.
  const settings = join(projectRoot, ".env");
  if (existsSync(settings)) process.loadEnvFile(settings);
  const options = readStartOptions(process.argv.slice(2));
  if (options.help) say(startHelp);
  else await launch(options);
} catch (error) {
  if (stopping === undefined) {
    console.error(isFailure(error) ? `\n${error.message}` : error);
    await stop(1);
  }
}

async function launch(options: StartOptions): Promise<void> {
  lock = await takeLock({ file: join(options.dataRoot, "placet.lock"), what: options.dataRoot });
  const given = options.rpcUrl === undefined ? undefined : await useChain(options.rpcUrl);
  const demo = options.demo && (given === undefined || isDevelopmentChain(given));
  if (options.demo && !demo) say(`Chain ${given?.chainId} is no development chain: no demo people there.`);
  const [app, chain] = await Promise.all([build({ demo }), given ?? startChain(options.dataRoot)]);

  const folder = await openDataFolder({ dataRoot: options.dataRoot, chain });
  if (folder.isNew && folder.others.length > 0) {
    say(`A new chain, so a new data folder: ${nameFolder(folder.dataDir)}`);
    say(`Kept from earlier chains: ${folder.others.map(nameFolder).join(", ")}`);
  }
  const { rpcUrl } = chain;
  const deployed = await ensureDeployment({
    chain,
    rpcUrl,
    dataDir: folder.dataDir,
    given: options.deployment,
    log: say,
  });
  if (deployed) say("Contracts deployed.");

  await prepareDatabase(folder.dataDir);
  const start = (port: number): Promise<RunningService> =>
    startService({ dataDir: folder.dataDir, rpcUrl, app, port, demo, env: gatewayEnvironment(chain) });
  const service = await startOnFreePort({
    choosePort: () => choosePort({ wanted: options.port, purpose: "the page" }),
    start,
  });
  const supervision = superviseService({
    service,
    start: () => start(Number(new URL(service.url).port)),
    isStopping: () => stopping !== undefined,
    log: say,
  });
  const welcome = once(() => say(describeReady({ url: service.url, dataDir: nameFolder(folder.dataDir), demo })));
  // The address is told as soon as everybody can sign in; their charts fill while the person reads who there is.
  const seedHere = (): Promise<void> =>
    seed({ url: service.url, rpcUrl, dataDir: folder.dataDir, log: say, onPeople: welcome });
  if (demo) await workThroughRestarts(supervision, seedHere);
  else welcome();
  await Promise.race([supervision.givenUp, watchLedger()]);
}

function once(work: () => void): () => void {
  let done = false;
  return () => {
    if (!done) work();
    done = true;
  };
}

/** Compiles and bundles what changed. Contracts and app do not wait for each other. */
async function build(options: { demo: boolean }): Promise<BuiltApp> {
  const turn = await waitForTurn(say);
  try {
    const [compiled, app] = await Promise.all([buildContracts(), buildApp(options), buildDatabaseTemplate()]);
    if (compiled) say("Contracts compiled.");
    if (app.built) say("App built.");
    return app;
  } finally {
    await turn.release();
  }
}

async function useChain(rpcUrl: string): Promise<Chain> {
  return { ...(await identifyChain(rpcUrl)), rpcUrl };
}

async function startChain(dataRoot: string): Promise<Chain> {
  ledger = await startLedger({ dataRoot, choosePort: () => choosePort({ wanted: 8545, purpose: "the chain" }) });
  if (!ledger.isNew) say("The chain of the last run is still there: carrying on with it.");
  say(`Chain ${ledger.chainId} runs at ${ledger.rpcUrl}`);
  return ledger;
}

async function choosePort(options: { wanted: number; purpose: string }): Promise<number> {
  if (await isPortFree(options.wanted)) return options.wanted;
  const port = await findFreePort(options.wanted + 1);
  say(`Port ${options.wanted} is busy: ${options.purpose} takes ${port}.`);
  return port;
}

/** Rejects when the chain that was started here is gone; a chain that was only named is not watched. */
async function watchLedger(): Promise<never> {
  while (ledger === undefined || stopping !== undefined || isAlive(ledger.pid)) await sleep(1_000);
  throw new Failure(
    "unavailable",
    "The development chain stopped, and it forgets everything when it does. Start again for a new one.",
  );
}

function nameFolder(folder: string): string {
  const short = relative(process.cwd(), folder);
  return short.startsWith("..") ? folder : short;
}
