// The database of a test: PGlite in the test's folder, or, in the vitest project "postgres", a database of its own on
// the server that this run started. A test says neither: it gets a folder, and opens what belongs to it.

import { readFileSync } from "node:fs";
import { createHash } from "node:crypto";
import { cp, mkdtemp, readFile, readdir, rename, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openDatabase } from "#indexer/store/database.ts";
import type { Database, DatabasePlace } from "#indexer/store/database.ts";
import { overServer } from "#scripts/testing/postgres.ts";

/** Where the server of this run answers; not set where the tests use PGlite. */
export const SERVER = "PLACET_TEST_POSTGRES";
/** A migrated, empty database on it, which others are copies of. */
export const TEMPLATE = "placet_template";

const URL_FILE = "database.url";

/** True where this run's databases are on PostgreSQL. */
export const onPostgres = process.env[SERVER] !== undefined;

/** Gives a folder its migrated, empty database: a copy, as making one anew takes PGlite many seconds. The result drops it. */
export async function giveDatabase(folder: string): Promise<() => Promise<void>> {
  const base = process.env[SERVER];
  if (base === undefined) {
    template ??= makeTemplate();
    await cp(await template, join(folder, "database"), { recursive: true });
    return async () => undefined;
  }
  const server = overServer(base);
  const url = await server.createDatabase({ template: TEMPLATE });
  await writeFile(join(folder, URL_FILE), url);
  return () => server.dropDatabase(url);
}

/** The URL of a folder's database; null where it is PGlite's. */
export function databaseUrlOf(folder: string): string | null {
  try {
    return readFileSync(join(folder, URL_FILE), "utf8");
  } catch {
    return null;
  }
}

/** Where a folder's database is. */
export function databasePlaceOf(folder: string): DatabasePlace {
  return { folder: join(folder, "database"), url: databaseUrlOf(folder) };
}

/** Opens a folder's database beside the service, or after it stopped; for PGlite only after it stopped. */
export function openTestDatabase(folder: string): Promise<Database> {
  return openDatabase(databasePlaceOf(folder));
}

let template: Promise<string> | null = null;

async function makeTemplate(): Promise<string> {
  const migrations = new URL("../../../indexer/store/migrations/", import.meta.url);
  const hash = createHash("sha256");
  for (const name of (await readdir(migrations)).sort())
    hash.update(name).update(await readFile(new URL(name, migrations)));
  const ready = join(tmpdir(), `placet-empty-database-${hash.digest("hex").slice(0, 16)}`);
  const exists = await stat(ready).then(
    () => true,
    () => false,
  );
  if (exists) return ready;
  const making = await mkdtemp(join(tmpdir(), "placet-making-"));
  await (await openDatabase({ folder: making, url: null })).close();
  // Whoever comes second keeps the first one's.
  await rename(making, ready).catch(() => rm(making, { recursive: true, force: true }));
  return ready;
}
