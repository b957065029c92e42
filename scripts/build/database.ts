// A development chain is new at every start, and so is its data folder. Initialising a database takes PGlite many
// seconds; so one empty database is made once, and every new folder begins with a copy of it.

import { existsSync } from "node:fs";
import { cp, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { projectRoot } from "./project-root.ts";
import { requireTool } from "./run-tool.ts";
import { buildOnce } from "./stamp.ts";

const template = "build/database-template";

/** Makes the empty database that new data folders begin with, once for each version of the packages. */
export function buildDatabaseTemplate(): Promise<boolean> {
  return buildOnce({
    name: "database-template",
    inputs: ["scripts/build/make-database-template.ts"],
    outputs: [join(template, "PG_VERSION")],
    build: () =>
      requireTool({
        script: "scripts/build/make-database-template.ts",
        args: [join(projectRoot, template)],
        what: "Making an empty database",
      }),
  });
}

/** Gives a new data folder its empty database; one that has a database keeps it. */
export async function prepareDatabase(dataDir: string): Promise<void> {
  const target = join(dataDir, "database");
  if (existsSync(target) || process.env["DATABASE_URL"] !== undefined) return;
  // Copied beside and renamed, so that a start that is interrupted leaves no half of a database.
  const partial = `${target}.partial`;
  await rm(partial, { recursive: true, force: true });
  await cp(join(projectRoot, template), partial, { recursive: true });
  await rename(partial, target);
}
