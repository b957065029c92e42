// One prepared statement on a connection of the package `pg`, without what that asks again each time: the columns of an
// answer are described once for each connection and statement. PostgreSQL itself refuses a prepared statement whose columns
// have changed since, so what is remembered is never wrong.

import type pg from "pg";

/** A statement under the name by which connections keep it. */
type Prepared = { name: string; text: string; values: readonly PlainValue[] };

/** A value that is sent as its text: also a list of texts. */
type PlainValue = string | number | boolean | null | readonly string[];

/** What of pg's connection a statement needs; its published types leave it out. */
type Wire = {
  parsedStatements: Record<string, string | undefined>;
  stream: { cork(): void; uncork(): void };
  parse(statement: { name: string; text: string }): void;
  bind(portal: { statement: string; values: readonly (string | null)[] }): void;
  describe(what: { type: "P"; name: "" }): void;
  execute(portal: object): void;
  sync(): void;
};

type Column = { name: string; parse: (text: string) => unknown };
type Columns = readonly Column[];
type Parsers = { getTypeParser(oid: number, format: "text"): (text: string) => unknown };

const described = new WeakMap<Wire, Map<string, Columns>>();

/** Whether each value is one that is sent as its text: no bytes, no JSON. */
export function arePlain(values: readonly unknown[]): values is readonly PlainValue[] {
  return values.every(
    (value) =>
      value === null ||
      (typeof value !== "object" && value !== undefined) ||
      (Array.isArray(value) && value.every((each) => typeof each === "string")),
  );
}

function writeValue(value: PlainValue): string | null {
  if (value === null) return null;
  if (typeof value !== "object") return String(value);
  return `{${value.map((text) => `"${text.replace(/["\\]/g, "\\$&")}"`).join(",")}}`;
}

/** Runs it and gives its rows; rejects with the database's own error. */
export function runPrepared<T>(
  client: pg.ClientBase,
  { name, text, values }: Prepared,
  parsers: Parsers,
): Promise<T[]> {
  return new Promise((resolve, reject) => {
    const rows: T[] = [];
    let known: Map<string, Columns> = new Map();
    let columns: Columns | undefined;
    // pg calls back an object of this shape: each message of the answer comes to the method of its name.
    const submittable = {
      name,
      text,
      submit(wire: Wire) {
        known = described.get(wire) ?? known;
        described.set(wire, known);
        columns = known.get(name);
        wire.stream.cork();
        try {
          if (wire.parsedStatements[name] === undefined) wire.parse({ name, text });
          wire.bind({ statement: name, values: values.map(writeValue) });
          if (columns === undefined) wire.describe({ type: "P", name: "" });
          wire.execute({});
          wire.sync();
        } finally {
          wire.stream.uncork();
        }
        return null;
      },
      handleRowDescription({ fields }: { fields: { name: string; dataTypeID: number }[] }) {
        columns = fields.map((field) => ({
          name: field.name,
          parse: parsers.getTypeParser(field.dataTypeID, "text"),
        }));
        known.set(name, columns);
      },
      handleDataRow({ fields }: { fields: (string | null)[] }) {
        const row: Record<string, unknown> = {};
        columns?.forEach((column, at) => {
          const value = fields[at] ?? null;
          row[column.name] = value === null ? null : column.parse(value);
        });
        rows.push(row as T);
      },
      handleCommandComplete: () => undefined,
      handleEmptyQuery: () => undefined,
      handleReadyForQuery: () => resolve(rows),
      handleError: (error: Error) => reject(error),
    };
    client.query(submittable as unknown as pg.Submittable);
  });
}
