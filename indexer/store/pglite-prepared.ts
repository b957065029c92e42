// Statements that PGlite keeps prepared. Its own `query` parses, describes and plans a statement each time, in six calls
// into the database; a kept one is bound and run in one. Rule: what comes out is what `query` gives.

import { protocol, types, type PGlite } from "@electric-sql/pglite";

const { serialize } = protocol;

/** As many as PostgreSQL's connections keep. They come from our code, so they are few. */
const MOST_PREPARED = 300;
/** SQLSTATE of a statement whose columns have changed since it was prepared. */
const CHANGED = "0A000";

type Write = (value: unknown) => string;
type Column = { name: string; oid: number };
type Statement = { name: string; writes: readonly (Write | undefined)[]; columns: readonly Column[] };

/** Gives a function that runs a statement with its values; to be called for one at a time. Rejects with PGlite's own error. */
export function createStatements(
  db: PGlite,
): (sql: string, values: readonly unknown[]) => Promise<readonly Record<string, unknown>[]> {
  const kept = new Map<string, Statement>();
  let made = 0;

  const exchange = (...messages: Uint8Array[]) => db.execProtocolStream(Buffer.concat(messages), { syncToFs: false });

  async function prepare(sql: string): Promise<Statement> {
    made += 1;
    const name = `placet_${made}`;
    const answer = await exchange(
      serialize.parse({ name, text: sql }),
      serialize.describe({ type: "S", name }),
      serialize.sync(),
    );
    let writes: Statement["writes"] = [];
    let columns: Column[] = [];
    for (const message of answer) {
      if (message instanceof protocol.messages.ParameterDescriptionMessage)
        writes = message.dataTypeIDs.map((oid) => db.serializers[oid] as Write | undefined);
      else if (message instanceof protocol.messages.RowDescriptionMessage)
        columns = message.fields.map((field) => ({ name: field.name, oid: field.dataTypeID }));
    }
    const statement = { name, writes, columns };
    kept.set(sql, statement);
    return statement;
  }

  async function run({ name, writes, columns }: Statement, values: readonly unknown[]) {
    const texts = values.map((value, at) =>
      value === null || value === undefined ? null : (writes[at]?.(value) ?? String(value)),
    );
    const rows: Record<string, unknown>[] = [];
    for (const message of await exchange(
      serialize.bind({ statement: name, values: texts }),
      serialize.execute({}),
      serialize.sync(),
    )) {
      if (!(message instanceof protocol.messages.DataRowMessage)) continue;
      const row: Record<string, unknown> = {};
      columns.forEach((column, at) => {
        row[column.name] = types.parseType(message.fields[at] ?? null, column.oid, db.parsers);
      });
      rows.push(row);
    }
    return rows;
  }

  return async (sql, values) => {
    const known = kept.get(sql);
    if (values.length === 0 || (known === undefined && kept.size >= MOST_PREPARED))
      return (await db.query<Record<string, unknown>>(sql, [...values])).rows;
    const statement = known ?? (await prepare(sql));
    try {
      return await run(statement, values);
    } catch (error) {
      if ((error as { code?: unknown }).code === CHANGED) kept.delete(sql);
      throw error;
    }
  };
}
