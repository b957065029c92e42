// Makes an empty database in the folder that is named: `node scripts/build/make-database-template.ts FOLDER`. In a
// process of its own, because PGlite's first initialisation keeps one busy for many seconds.

import { mkdir, rm } from "node:fs/promises";
import { dirname } from "node:path";
import { PGlite } from "@electric-sql/pglite";

const folder = process.argv[2];
if (folder === undefined) throw new Error("Which folder?");
await rm(folder, { recursive: true, force: true });
await mkdir(dirname(folder), { recursive: true });
const database = await PGlite.create(folder);
await database.close();
