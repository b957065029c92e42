// `npm run backup`: everything that neither chain nor IPFS can bring back, in one file that only its owner may read.

import { mkdir } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { backUp } from "#indexer/backup/index.ts";
import { readPassphrase, runCommand } from "./upkeep/run-command.ts";
import { readSettings, requireUsed } from "./upkeep/settings.ts";
import { tellCounts } from "./upkeep/tell-counts.ts";

const help = `npm run backup -- [options]      vaults, seals, receipts, the gateway's key, the deployment file, blocks

  --out FILE              where to write it (backups/<chain>-<time>.placet beside the data folder)
  --data FOLDER           the service's data folder (PLACET_DATA, else the only one below data/)
  --passphrase-file FILE  encrypt it with the passphrase in the first line of FILE (or PLACET_BACKUP_PASSPHRASE)
  --no-blocks             leave out the embedded IPFS node's blocks: only where another node holds them all
  --help                  this text

With PGlite, stop the service first. With DATABASE_URL it goes on.`;

process.exitCode = await runCommand(process.argv.slice(2), {
  help,
  options: {
    out: { type: "string" },
    data: { type: "string" },
    "passphrase-file": { type: "string" },
    "no-blocks": { type: "boolean" },
  },
  async work({ options }) {
    const config = await readSettings({ data: options["data"], rpc: undefined });
    requireUsed(config);
    const passphrase = await readPassphrase(options["passphrase-file"]);
    const time = new Date().toISOString().slice(0, 19).replaceAll(":", "-");
    const usual = join(dirname(config.dataDir), "backups", `${basename(config.dataDir)}-${time}.placet`);
    const file = resolve(options["out"] ?? usual);
    await mkdir(dirname(file), { recursive: true, mode: 0o700 });
    const counts = await backUp(config, { file, passphrase, blocks: options["no-blocks"] === undefined });
    console.log(tellCounts(counts));
    console.log(`\nWritten: ${file}`);
    if (passphrase === null)
      console.log("It is not encrypted, and holds the gateway's key: keep it where nobody else can read.");
    return 0;
  },
});
