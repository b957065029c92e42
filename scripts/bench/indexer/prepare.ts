// Makes an empty, migrated database before the clock starts: initialising PGlite takes seconds and a gigabyte of memory,
// and a service begins with a copy of one that was made before. Started by compare.ts.

import { readConfig } from "#indexer/config.ts";
import { openDatabase } from "#indexer/store/database.ts";

const config = readConfig(process.env);
const database = await openDatabase({ folder: config.dataDir, url: config.databaseUrl });
await database.close();
