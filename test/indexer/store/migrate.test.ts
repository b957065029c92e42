// An operator who starts another version of the program: tables only ever go forward, and a database that this program
// does not know is left as it is.

import { appendFile, copyFile, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import pg from "pg";
import { afterAll, beforeAll, beforeEach, afterEach, describe, expect, it } from "vitest";
import type { Database } from "#indexer/store/database.ts";
import { migrate } from "#indexer/store/migrate.ts";
import { overServer } from "#scripts/testing/postgres.ts";
import { startChain } from "../support/chain.ts";
import { onPostgres, openTestDatabase, SERVER } from "../support/database.ts";
import { startProcess } from "../support/one-process.ts";
import { funded } from "../support/reading.ts";
import { eventually, makeFolder } from "../support/service.ts";

const own = new URL("../../../indexer/store/migrations/", import.meta.url);

describe("Bringing a database up to date", () => {
  let place: Awaited<ReturnType<typeof makeFolder>>;
  let database: Database;
  /** This version's migrations, to which a test does something. */
  let files: string;
  let names: string[];

  beforeAll(async () => {
    place = await makeFolder();
    database = await openTestDatabase(place.folder);
    names = (await readdir(own)).filter((name) => name.endsWith(".sql")).sort();
  });
  afterAll(async () => {
    await database.close();
    await place.remove();
  });
  beforeEach(async () => {
    files = await mkdtemp(join(tmpdir(), "placet-migrations-"));
    for (const name of names) await copyFile(new URL(name, own), join(files, name));
  });
  afterEach(() => rm(files, { recursive: true, force: true }));

  const migrateFrom = () => migrate(database, pathToFileURL(`${files}/`));

  async function readState() {
    const applied = await database.query<{ name: string }>(
      "select name, digest, applied_at from migrations order by 1",
    );
    const tables = await database.query<{ name: string }>(
      "select table_name as name from information_schema.tables where table_schema = current_schema() order by 1",
    );
    return { applied, tables: tables.map(({ name }) => name) };
  }

  it("does nothing where nothing is new", async () => {
    const before = await readState();
    expect(before.applied.map(({ name }) => name)).toEqual(names);
    await migrateFrom();
    expect(await readState()).toEqual(before);
  });

  it("refuses a migration that was changed after it ran, by its name, and then applies no other one either", async () => {
    const before = await readState();
    const changed = names.at(-1) ?? "";
    await appendFile(join(files, changed), "\n");
    await writeFile(join(files, "0002_a-new-one.sql"), "create table later (number int);");
    await expect(migrateFrom()).rejects.toMatchObject({
      code: "conflict",
      message: expect.stringContaining(changed),
    });
    expect(await readState()).toEqual(before);
  });

  it("applies all that is missing or nothing of it", async () => {
    const before = await readState();
    await writeFile(join(files, "9998_good.sql"), "create table later (number int);");
    await writeFile(join(files, "9999_bad.sql"), "create table later (number int);");
    await expect(migrateFrom()).rejects.toMatchObject({ code: "42P07" });
    expect(await readState()).toEqual(before);
  });

  it("leaves a database alone that a newer version made, and names what is newer", async () => {
    await writeFile(join(files, "9999_later.sql"), "create table later (number int);");
    await migrateFrom();
    const before = await readState();
    expect(before.tables).toContain("later");
    try {
      await expect(migrate(database)).rejects.toMatchObject({
        code: "conflict",
        message: expect.stringContaining("newer version (it has 9999_later.sql)"),
      });
      if (onPostgres) await expect(openTestDatabase(place.folder)).rejects.toMatchObject({ code: "conflict" });
      expect(await readState()).toEqual(before);
    } finally {
      await database.execute("drop table later; delete from migrations where name = '9999_later.sql'");
    }
    await migrate(database);
  });
});

it.runIf(onPostgres)(
  "Two processes that begin on one empty database at once both come up, and each migration ran once",
  async () => {
    const server = overServer(process.env[SERVER] ?? "");
    const url = await server.createDatabase();
    const chain = await startChain();
    const places = await Promise.all([makeFolder(), makeFolder()]);
    const held = new pg.Client({ connectionString: url });
    await held.connect();
    try {
      // Nobody migrates before both want to.
      await held.query("select pg_advisory_lock(712000)");
      const starting = places.map(({ folder }) =>
        startProcess(chain, folder, { more: { ...funded, DATABASE_URL: url } }),
      );
      const both = Promise.all(starting);
      const bothWait = eventually(async () => {
        const { rows } = await held.query(
          `select 1 from pg_locks l join pg_database d on d.oid = l.database
           where d.datname = current_database() and l.locktype = 'advisory' and l.objid = 712000 and not l.granted`,
        );
        return rows.length === 2;
      }, 60_000);
      await Promise.race([bothWait, both]);
      expect((await held.query("select to_regclass('migrations') as made")).rows).toEqual([{ made: null }]);
      await held.query("select pg_advisory_unlock(712000)");
      try {
        for (const { url: at } of await both) await eventually(async () => (await fetch(`${at}/ready`)).ok);
      } finally {
        for (const started of await Promise.allSettled(starting))
          if (started.status === "fulfilled") await started.value.kill();
      }
      const { rows } = await held.query("select name from migrations order by name");
      expect(rows.map(({ name }: { name: string }) => name)).toEqual(
        (await readdir(own)).filter((name) => name.endsWith(".sql")).sort(),
      );
    } finally {
      await held.end();
      await server.dropDatabase(url);
      await chain.stop();
      for (const { remove } of places) await remove();
    }
  },
  120_000,
);
