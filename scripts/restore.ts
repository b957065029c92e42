// `npm run restore`: puts a backup into a data folder and a database that hold nothing yet.

import { resolve } from "node:path";
import { Failure } from "#protocol/failure.ts";
import { restore } from "#indexer/backup/restore.ts";
import { readPassphrase, runCommand } from "./upkeep/run-command.ts";
import { readSettings } from "./upkeep/settings.ts";
import { tellCounts } from "./upkeep/tell-counts.ts";

const help = `npm run restore -- FILE --data FOLDER [options]

  FILE                    what npm run backup wrote
  --data FOLDER           the new, empty data folder (with DATABASE_URL: an empty database too)
  --passphrase-file FILE  the passphrase, where the backup is encrypted (or PLACET_BACKUP_PASSPHRASE)
  --help                  this text

Start the service with that folder afterwards: it reads the rest from the chain.`;

process.exitCode = await runCommand(process.argv.slice(2), {
  help,
  options: { data: { type: "string" }, "passphrase-file": { type: "string" } },
  async work({ options, rest }) {
    const [file] = rest;
    if (file === undefined || options["data"] === undefined) throw new Failure("bad-input", help);
    const config = await readSettings({ data: options["data"], rpc: undefined });
    const passphrase = await readPassphrase(options["passphrase-file"]);
    const { head, ...counts } = await restore(config, { file: resolve(file), passphrase });
    console.log(tellCounts(counts));
    const made = new Date(head.madeAt * 1_000).toISOString();
    console.log(`\nRestored into ${config.dataDir}: gateway ${head.gateway} on chain ${head.chainId}, as of ${made}.`);
    console.log("Start the service with this folder: it reads the rest from the chain.");
    return 0;
  },
});
