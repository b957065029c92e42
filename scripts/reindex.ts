// `npm run reindex`: makes every projection anew from chain and IPFS, says which rows differ from those that were there,
// and puts the new ones in their place. Ends with 0 when all were the same, 1 when some differed, 2 when it could not run.

import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createLog } from "#indexer/log.ts";
import { reindex } from "#indexer/rebuild/index.ts";
import type { Rebuilt } from "#indexer/rebuild/index.ts";
import { runCommand } from "./upkeep/run-command.ts";
import { readSettings, requireUsed } from "./upkeep/settings.ts";

const help = `npm run reindex -- [options]     rebuilds everything but vaults, seals, receipts and orphaned acts

  --check        compare only: the tables that are served stay as they are
  --data FOLDER  the service's data folder (PLACET_DATA, else the only one below data/)
  --rpc URL      the node to read from (PLACET_RPC_URL, else the chain of npm start)
  --help         this text

With PGlite, stop the service first. With DATABASE_URL other processes of it may go on, but for the one that uses the
same data folder where the IPFS node is the embedded one.`;

async function work({ options }: { options: Record<string, string | undefined> }): Promise<0 | 1> {
  const config = await readSettings({ data: options["data"], rpc: options["rpc"] });
  requireUsed(config);
  const replace = options["check"] === undefined;
  const log = createLog((line) => void (/"level":"(warn|error)"/.test(line) && process.stderr.write(`${line}\n`)));
  const result = await reindex(config, { log, replace, tell: (line) => console.error(line) });
  await tell(result, { folder: config.dataDir, replace });
  return result.differences.length === 0 ? 0 : 1;
}

async function tell(result: Rebuilt, options: { folder: string; replace: boolean }): Promise<void> {
  const { block, tables, differences } = result;
  for (const { table, rows, differences: count } of tables)
    console.log(
      `${table.padEnd(20)} ${String(rows).padStart(10)} rows  ${count === 0 ? "the same" : `${count} differ`}`,
    );
  if (differences.length === 0) {
    console.log(`\nAt block ${block} every row is the same as before.`);
    return;
  }
  const file = join(options.folder, `reindex-${new Date().toISOString().replaceAll(":", "-")}.jsonl`);
  await writeFile(file, differences.map((each) => `${JSON.stringify(each)}\n`).join(""), { mode: 0o600 });
  console.log(
    `\nAt block ${block} the rows above differ: the old ones were not what chain and IPFS say. They are written down in ` +
      `${file} ("old" had it, "new" has it). ` +
      (options.replace ? "The new rows are in their place." : "Nothing was changed (--check)."),
  );
}

process.exitCode = await runCommand(process.argv.slice(2), {
  help,
  options: { check: { type: "boolean" }, data: { type: "string" }, rpc: { type: "string" } },
  work,
});
