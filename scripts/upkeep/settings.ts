// Which service an operator's command is about: what the surroundings and .env say, as for the service itself, and for
// what `npm start` made, the folder that it made.

import { existsSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { z } from "zod";
import { Failure } from "#protocol/failure.ts";
import { deploymentSchema } from "#indexer/chain.ts";
import { readConfig } from "#indexer/config.ts";
import type { Config } from "#indexer/config.ts";
import { projectRoot } from "../build/project-root.ts";
import { gatewayEnvironment } from "../stack/development.ts";

/** What a command line may say of the service. */
export type Named = { data: string | undefined; rpc: string | undefined };

/**
 * The settings of the service that is meant: its data folder is the one named, else PLACET_DATA, else the only one below
 * data/.
 * @throws {Failure} "bad-input" when that is not one
 */
export async function readSettings(named: Named): Promise<Config> {
  const file = join(projectRoot, ".env");
  if (existsSync(file)) process.loadEnvFile(file);
  const dataDir = resolve(named.data ?? (process.env["PLACET_DATA"] || (await findDataFolder())));
  // Set and empty is not set, as for the service itself.
  const deployment = process.env["PLACET_DEPLOYMENT"] || join(dataDir, "deployment.json");
  return readConfig({
    ...(await gatewayOf(deployment)),
    ...process.env,
    PLACET_DATA: dataDir,
    PLACET_DEPLOYMENT: deployment,
    PLACET_RPC_URL: named.rpc ?? (process.env["PLACET_RPC_URL"] || (await findNode(dataDir))),
  });
}

/**
 * A mistyped folder is no new service: nothing is made in it, and nothing is read from it as if it were one.
 * @throws {Failure} "bad-input" when no service ran with these settings
 */
export function requireUsed({ dataDir, databaseUrl, gatewayKey }: Config): void {
  const wanted = [
    ...(databaseUrl === null ? ["database"] : []),
    // Without it a new key would be made, which opens no seal.
    ...(gatewayKey === null ? ["gateway.json"] : []),
  ];
  const missing = wanted.filter((name) => !existsSync(join(dataDir, name)));
  if (missing.length === 0) return;
  throw new Failure(
    "bad-input",
    `No service ran with the data folder ${dataDir}: there is no ${missing.join(" and no ")} in it. Nothing was done. ` +
      "Name the right one with --data FOLDER.",
  );
}

async function findDataFolder(): Promise<string> {
  const root = join(projectRoot, "data");
  const entries = await readdir(root, { withFileTypes: true }).catch(() => []);
  const folders = entries.filter((entry) => entry.isDirectory() && /^\d+-[0-9a-f]{10}$/.test(entry.name));
  const [only] = folders;
  if (folders.length === 1 && only !== undefined) return join(root, only.name);
  const found = folders.length === 0 ? "there is none below data/" : `there are ${folders.length} below data/`;
  throw new Failure("bad-input", `Which service is meant? Name its data folder with --data FOLDER (${found}).`);
}

/** On a development chain the gateway's key is nobody's secret, and is not in the folder. */
async function gatewayOf(file: string): Promise<Record<string, string>> {
  const text = await readFile(file, "utf8").catch(() => null);
  const deployment = text === null ? null : deploymentSchema.safeParse(JSON.parse(text));
  if (deployment?.success !== true || existsSync(join(dirname(file), "gateway.json"))) return {};
  return gatewayEnvironment(deployment.data);
}

/** The development chain that `npm start` runs, as it wrote down beside its data folders. */
async function findNode(dataDir: string): Promise<string | undefined> {
  const text = await readFile(join(dirname(dataDir), "chain.json"), "utf8").catch(() => null);
  if (text === null) return undefined;
  const known = z.object({ rpcUrl: z.url() }).safeParse(JSON.parse(text));
  return known.success ? known.data.rpcUrl : undefined;
}
