// Brings the tables to the newest shape. Migrations are numbered files that only go forward; a file that was once
// applied may never change, and a database that is newer than this program is left alone.

import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { Failure } from "#protocol/failure.ts";
import type { Database, Queryable } from "./database.ts";
import { wakeIndexesWithin } from "./resting.ts";

const folder = new URL("./migrations/", import.meta.url);
const MIGRATE_LOCK = 712_000;

type Migration = { name: string; sql: string; digest: string };

/**
 * Applies every migration that is missing, all or none; throws `conflict` when the past was changed. Several processes
 * may start at once: the first one migrates, the others wait for it. The files are this folder's, unless others are named.
 */
export async function migrate(database: Database, from: URL = folder): Promise<void> {
  const migrations = await readMigrations(from);
  await database.transaction(async (tx) => {
    await tx.query("select pg_advisory_xact_lock($1)", [MIGRATE_LOCK]);
    await tx.execute(
      "create table if not exists migrations (name text primary key, digest text not null, applied_at bigint not null)",
    );
    const applied = await readApplied(tx);
    for (const name of applied.keys()) {
      if (!migrations.some((migration) => migration.name === name)) {
        throw new Failure(
          "conflict",
          `The database was made by a newer version (it has ${name}). Nothing was changed. Use that version.`,
        );
      }
    }
    // A migration counts on every index that those before it made.
    if (migrations.some(({ name }) => !applied.has(name))) await wakeIndexesWithin(tx);
    for (const migration of migrations) {
      const known = applied.get(migration.name);
      if (known === undefined) await apply(tx, migration);
      else if (known !== migration.digest) {
        throw new Failure(
          "conflict",
          `Migration ${migration.name} is not the one that this database was made with. Nothing was changed.`,
        );
      }
    }
  });
}

async function readMigrations(from: URL): Promise<Migration[]> {
  const names = (await readdir(from)).filter((name) => /^\d{4}_[a-z0-9-]+\.sql$/.test(name)).sort();
  return Promise.all(
    names.map(async (name) => {
      const sql = await readFile(new URL(name, from), "utf8");
      return { name, sql, digest: createHash("sha256").update(sql).digest("hex") };
    }),
  );
}

async function readApplied(tx: Queryable): Promise<Map<string, string>> {
  const rows = await tx.query<{ name: string; digest: string }>("select name, digest from migrations");
  return new Map(rows.map(({ name, digest }) => [name, digest]));
}

async function apply(tx: Queryable, { name, sql, digest }: Migration): Promise<void> {
  await tx.execute(sql);
  await tx.query("insert into migrations (name, digest, applied_at) values ($1, $2, $3)", [
    name,
    digest,
    Math.floor(Date.now() / 1000),
  ]);
}
