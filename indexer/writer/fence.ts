// The writer's database: whatever it changes, it changes in a transaction that holds the writer's term. A process that
// was replaced, and does not know it yet, can read here but commit nothing.

import { Failure } from "#protocol/failure.ts";
import type { Database } from "../store/database.ts";
import { holdTerm } from "../store/writer.ts";

/** What a fence asks of the election. */
export type Term = {
  /** The number under which this process writes; null while it does not. */
  current(): number | null;
  /** Told when a newer term has begun. */
  onReplaced(): void;
};

/** The same database for who writes: changes throw `unavailable` (reason "not-writer") once another process is the writer. */
export function fenceDatabase(database: Database, term: Term): Database {
  const fenced: Database = {
    kind: database.kind,
    listen: database.listen,
    close: database.close,
    purgeDeleted: database.purgeDeleted,
    query: (sql, values) =>
      /^\s*select\b/i.test(sql) ? database.query(sql, values) : fenced.transaction((tx) => tx.query(sql, values)),
    execute: (sql) => fenced.transaction((tx) => tx.execute(sql)),
    copyRows: (table, columns, rows) => fenced.transaction((tx) => tx.copyRows(table, columns, rows)),
    copyTables: (copies) => fenced.transaction((tx) => tx.copyTables(copies)),
    transaction: (work) => {
      const number = term.current();
      if (number === null) return Promise.reject(notWriter());
      return database.transaction(async (tx) => {
        if (await holdTerm(tx, number)) return work(tx);
        term.onReplaced();
        throw notWriter();
      });
    },
  };
  return fenced;
}

function notWriter(): Failure {
  return new Failure("unavailable", "Another process of this service writes now. Nothing was changed here.", {
    reason: "not-writer",
  });
}
