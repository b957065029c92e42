// When the database looks at its own tables. Before it ever did, the number of a table's rows stands at -1.

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { Database } from "#indexer/store/database.ts";
import { createStatistics } from "#indexer/store/statistics.ts";
import { giveDatabase, openTestDatabase } from "../support/database.ts";

let folder: string;
let drop: () => Promise<void>;
let database: Database;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "placet-statistics-"));
  drop = await giveDatabase(folder);
  database = await openTestDatabase(folder);
});
afterEach(async () => {
  await database.close();
  await drop();
  await rm(folder, { recursive: true, force: true });
});

async function isKnown(): Promise<boolean> {
  const [row] = await database.query<{ rows: number }>(
    "select reltuples::int as rows from pg_class where oid = 'acts'::regclass",
  );
  return (row?.rows ?? -1) >= 0;
}

test("A database that is asked for more than keys looks at its tables while it catches up", async () => {
  const statistics = createStatistics(database);
  await statistics.grew(900, { behind: true, byKeyAlone: false });
  expect(await isKnown()).toBe(false);
  await statistics.grew(900, { behind: true, byKeyAlone: false });
  expect(await isKnown()).toBe(true);
});

test("One that is filled and asked by key alone does so no sooner than it is full", async () => {
  const statistics = createStatistics(database);
  await statistics.grew(50_000, { behind: true, byKeyAlone: true });
  expect(await isKnown()).toBe(false);
  await statistics.grew(1, { behind: false, byKeyAlone: true });
  expect(await isKnown()).toBe(true);
});
