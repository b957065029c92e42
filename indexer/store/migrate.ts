// Brings the tables to the newest shape. Migrations are numbered files that only go forward; a file that was once
// applied may never change, and a database that is newer than this program is left alone.

import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { Failure } from "#protocol/failure.ts";
import type { Database } from "./database.ts";

const folder = new URL("./migrations/", import.meta.url);

/** Applies every migration that is missing, each in its own transaction; throws `conflict` when the past was changed. */
export async function migrate(database: Database): Promise<void> {
  await database.execute(
    "create table if not exists migrations (name text primary key, digest text not null, applied_at bigint not null)",
  );
  const applied = new Map(
    (await database.query<{ name: string; digest: string }>("select name, digest from migrations")).map((row) => [
      row.name,
      row.digest,
    ]),
  );
  const names = (await readdir(folder)).filter((name) => /^\d{4}_[a-z0-9-]+\.sql$/.test(name)).sort();
  for (const name of applied.keys()) {
    if (!names.includes(name)) {
      throw new Failure(
        "conflict",
        `The database was made by a newer version (it has ${name}). Nothing was changed. Use that version.`,
      );
    }
  }
  for (const name of names) {
    const sql = await readFile(new URL(name, folder), "utf8");
    const digest = createHash("sha256").update(sql).digest("hex");
    const known = applied.get(name);
    if (known !== undefined && known !== digest) {
      throw new Failure(
        "conflict",
        `Migration ${name} is not the one that this database was made with. Nothing was changed.`,
      );
    }
    if (known === undefined) await apply(database, { name, sql, digest });
  }
}

/** One migration and the note that it was applied, together or not at all. */
async function apply(
  database: Database,
  { name, sql, digest }: { name: string; sql: string; digest: string },
): Promise<void> {
  const now = Math.floor(Date.now() / 1000);
  await database.execute(
    `begin;\n${sql}\n;insert into migrations (name, digest, applied_at) values ('${name}', '${digest}', ${now}); commit;`,
  );
}
