// What every seed stands on: one empty database, one port with fake nodes behind it, one deployment.

import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openTestDatabase } from "../support/database.ts";
import { makeFolder } from "../support/service.ts";
import { codeHash, startFakeNodes } from "./fake-node.ts";
import { DEPLOYED_AT, makeGenesis, place } from "./generated-chain.ts";
import type { Ground } from "./scenario.ts";

/** Makes the ground; `close` takes all of it away. */
export async function makeGround(): Promise<
  Ground & { folder: string; closeDatabase(): Promise<void>; close(): Promise<void> }
> {
  const genesis = makeGenesis();
  const { folder, remove } = await makeFolder();
  const files = await mkdtemp(join(tmpdir(), "placet-sim-"));
  const deploymentFile = join(files, "deployment.json");
  await writeFile(
    deploymentFile,
    JSON.stringify({
      chainId: 31_337,
      genesisHash: genesis.hash,
      ...place,
      deployedAtBlock: DEPLOYED_AT,
      deployedAt: genesis.time,
      gateways: [],
      buildHashes: { ledger: codeHash, ledgerExtension: codeHash, providerRegistry: codeHash },
    }),
  );
  const nodes = await startFakeNodes();
  const database = await openTestDatabase(folder);
  let closed: Promise<void> | null = null;
  const closeDatabase = () => (closed ??= database.close());
  return {
    folder,
    database,
    nodes,
    genesis,
    deploymentFile,
    /** Lets somebody else open the folder's database; for PGlite nobody could before. */
    closeDatabase,
    async close() {
      await closeDatabase();
      await nodes.close();
      await remove();
      await rm(files, { recursive: true, force: true });
    },
  };
}
