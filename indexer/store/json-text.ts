// Rows that the database writes down as JSON: a page that is sent as it is costs this process nothing for its thousands of
// fields. Rule: what is written so equals what JSON.stringify makes of the same row read field by field; a test holds both.

import type { Queryable } from "./database.ts";

/** How a column (or an expression) becomes JSON. */
export type JsonField = {
  sql: string;
  /**
   * `number` and `boolean` are written as they are, `json` is jsonb, `text` is escaped. `word` and `words` (a list) are not:
   * they are addresses, digests and other words of our own, in which nothing ever needs escaping.
   */
  as: "number" | "boolean" | "json" | "text" | "word" | "words";
  nullable?: true;
};

/** The expression whose value is the JSON object of these fields, in this order, as text. */
export function jsonObject(fields: Readonly<Record<string, JsonField>>): string {
  const parts = Object.entries(fields).map(
    ([name, field], at) => `'${at === 0 ? "{" : ","}"${name}":', ${writeValue(field)}`,
  );
  // concat takes a hundred values at most, and makes nothing of a null.
  const groups: string[] = [];
  for (let at = 0; at < parts.length; at += 20) groups.push(`concat(${parts.slice(at, at + 20).join(", ")})`);
  return `${groups.join(" || ")} || '}'`;
}

function writeValue({ sql, as, nullable }: JsonField): string {
  const written = {
    number: sql,
    boolean: `case when ${sql} then 'true' else 'false' end`,
    json: sql,
    text: `to_json(${sql})`,
    word: `'"' || ${sql} || '"'`,
    words: `case cardinality(${sql}) when 0 then '[]' else '["' || array_to_string(${sql}, '","') || '"]' end`,
  }[as];
  return nullable === undefined ? written : `coalesce((${written})::text, 'null')`;
}

/** The rows of `rows` (a query with one column, called `json`), in its order: each the text of a JSON value. */
export async function readJson(db: Queryable, rows: string, values: readonly unknown[]): Promise<string[]> {
  // A line break stands between two of them: within JSON it is always escaped.
  const [row] = await db.query<{ lines: string | null }>(
    `select string_agg(r.json, E'\\n') as lines from (${rows}) r`,
    values,
  );
  const lines = row?.lines ?? null;
  return lines === null ? [] : lines.split("\n");
}
