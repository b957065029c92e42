// A whole Placet of its own for a test: chain, contracts, service, app, on free ports and in a folder that is thrown
// away. It is started from the same parts as `npm start`.

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buildApp } from "#scripts/build/app.ts";
import { buildContracts } from "#scripts/build/contracts.ts";
import { buildDatabaseTemplate, prepareDatabase } from "#scripts/build/database.ts";
import { waitForTurn } from "#scripts/build/turn.ts";
import { openPeopleFile } from "#scripts/demo/enrol.ts";
import { seed } from "#scripts/seed.ts";
import { openDataFolder } from "#scripts/stack/data-folder.ts";
import { ensureDeployment } from "#scripts/stack/deployment.ts";
import { gatewayEnvironment } from "#scripts/stack/development.ts";
import { startLedger } from "#scripts/stack/ledger.ts";
import { pickAnyPort, startOnFreePort } from "#scripts/stack/ports.ts";
import { type RunningService, startService } from "#scripts/stack/service.ts";

/** A running stack. The service can be stopped, killed and started again; the chain stays until `stop`. */
export type Stack = {
  url: string;
  rpcUrl: string;
  dataDir: string;
  /** Stops the service as SIGTERM does. */
  stopService: () => Promise<void>;
  /** Ends the service without warning, as a power cut does. */
  killService: () => Promise<void>;
  /** Starts the service again, on the same port and data. */
  startService: () => Promise<void>;
  /** Stops everything and removes the data. */
  stop: () => Promise<void>;
};

/**
 * Starts a stack. `demo` builds the demo wallet into the app; `seeded` (as `demo`, unless said) fills in the demo people;
 * `env` is added to the service's environment.
 */
export async function startStack(
  options: { demo?: boolean; seeded?: boolean; env?: Record<string, string> } = {},
): Promise<Stack> {
  const demo = options.demo ?? true;
  const turn = await waitForTurn(() => {});
  const [app] = await Promise.all([buildApp({ demo }), buildContracts(), buildDatabaseTemplate()]);
  await turn.release();

  const dataRoot = await mkdtemp(join(tmpdir(), "placet-"));
  const ledger = await startLedger({ dataRoot, choosePort: pickAnyPort });
  let service: RunningService | undefined;
  const stop = async (): Promise<void> => {
    await service?.stop();
    await ledger.stop();
    await rm(dataRoot, { recursive: true, force: true });
  };
  try {
    const { rpcUrl } = ledger;
    const { dataDir } = await openDataFolder({ dataRoot, chain: ledger });
    await ensureDeployment({ chain: ledger, rpcUrl, dataDir, log: () => {} });
    await prepareDatabase(dataDir);
    const start = (port: number): Promise<RunningService> =>
      startService({ dataDir, rpcUrl, app, port, demo, env: { ...gatewayEnvironment(ledger), ...options.env } });
    service = await startOnFreePort({ choosePort: pickAnyPort, start });
    const { url } = service;
    // Without the seed nobody is enrolled, but the demo wallet still asks who there is.
    if (options.seeded ?? demo) await seed({ url, rpcUrl, dataDir, log: () => {} });
    else if (demo) await openPeopleFile(join(dataDir, "demo-people.json"));
    return {
      url,
      rpcUrl,
      dataDir,
      stopService: async () => service?.stop(),
      killService: async () => {
        service?.child.process.kill("SIGKILL");
        await service?.child.ended;
      },
      startService: async () => {
        service = await start(Number(new URL(url).port));
      },
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}
