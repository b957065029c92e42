// Which process writes, and what the others should know. Rule: a term is held by a row lock until the end of the
// transaction that checked it, so nobody can begin a newer term between a writer's check and its commit.

import type { Queryable } from "./database.ts";

/** Session-level advisory lock of the writer: free again as soon as its connection is gone. */
export const WRITER_LOCK = 712_010;

/** Begins the next term and gives its number; waits for transactions of the last one that are still open. */
export async function takeTerm(tx: Pick<Queryable, "query">): Promise<number> {
  const [row] = await tx.query<{ term: number }>("update writer_term set term = term + 1 where id = 1 returning term");
  if (row === undefined) throw new Error("The row of the writer's term is missing.");
  return row.term;
}

/** Keeps this term from ending until the caller's transaction does; false when a newer one has begun. */
export async function holdTerm(tx: Queryable, term: number): Promise<boolean> {
  return (await tx.query("select 1 from writer_term where id = 1 and term = $1 for share", [term])).length === 1;
}

/** Ends the connections of whoever else holds the term: a process that was frozen inside a transaction. */
export async function endHoldersOfTerm(tx: Pick<Queryable, "query">): Promise<void> {
  await tx.query(
    `select pg_terminate_backend(pid) from pg_locks
     where locktype = 'relation' and relation = 'writer_term'::regclass and granted and pid <> pg_backend_pid()
       and database = (select oid from pg_database where datname = current_database())`,
  );
}

/** What one process wrote for the others under this name; null when nothing. */
export async function readNote(db: Queryable, name: "gateway" | "sync"): Promise<unknown> {
  const [row] = await db.query<{ value: unknown }>("select value from service_notes where name = $1", [name]);
  return row?.value ?? null;
}

/** Writes a note over what stood there. */
export async function writeNote(tx: Queryable, name: "gateway" | "sync", value: unknown): Promise<void> {
  await tx.query(
    "insert into service_notes (name, value) values ($1, $2::jsonb) on conflict (name) do update set value = $2::jsonb",
    [name, JSON.stringify(value)],
  );
}

/** Writes a note unless there is one, and gives the one that stands. */
export async function keepNote(db: Queryable, name: "gateway" | "sync", value: unknown): Promise<unknown> {
  await db.query("insert into service_notes (name, value) values ($1, $2::jsonb) on conflict (name) do nothing", [
    name,
    JSON.stringify(value),
  ]);
  return readNote(db, name);
}
