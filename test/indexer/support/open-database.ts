// Opens the PGlite database in the folder that is named, asks it some, and prints the most memory that it took, in MiB.

import { setTimeout as delay } from "node:timers/promises";
import { openDatabase } from "#indexer/store/database.ts";

const database = await openDatabase({ folder: process.argv[2] ?? "", url: null });
for (let at = 0; at < 40; at += 1)
  await database.query(`select ${at} as number from credentials where key = $1`, ["x"]);
// What is optimised, is so in the background.
await delay(2_000);
await database.query("select 1");
process.stdout.write(`${Math.round(process.resourceUsage().maxRSS / 1024)}`);
await database.close();
