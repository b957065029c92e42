// Rows as COPY's text format (PostgreSQL manual, "COPY": one line a row, columns parted by tabs). It is the quickest way
// to store many rows, and the same in both databases.

/** What a column of a copied row can be given: JSON as text, bytea as bytes, text[] as an array of strings. */
export type CopyValue = string | number | bigint | boolean | null | Uint8Array | readonly string[];

/** Rows that were written down before, by `writeCopy`, to be copied once: so that the database need not wait for it. */
export type WrittenRows = { readonly pieces: readonly Uint8Array<ArrayBuffer>[] };

/** What a copy can be given. */
export type CopyRows = Iterable<readonly CopyValue[]> | WrittenRows;

/** Rows for one table, values in the order of `columns`. Table and columns come from our own code, never from outside. */
export type Copy = { table: string; columns: readonly string[]; rows: CopyRows };

const CHUNK = 1 << 18;

/** The statement that begins a copy. */
export function copyStatement({ table, columns }: Omit<Copy, "rows">, source: "stdin" | "'/dev/blob'"): string {
  return `copy ${table} (${columns.map((column) => `"${column}"`).join(", ")}) from ${source}`;
}

/** The rows in COPY's text format (UTF-8), in pieces of about a quarter of a megabyte. */
export function writeCopy(rows: CopyRows): WrittenRows {
  return isWritten(rows) ? rows : { pieces: [...encodeRows(rows)] };
}

function isWritten(rows: CopyRows): rows is WrittenRows {
  return "pieces" in rows;
}

function* encodeRows(rows: Iterable<readonly CopyValue[]>): Generator<Uint8Array<ArrayBuffer>> {
  let text = "";
  for (const row of rows) {
    let end = "";
    for (const value of row) {
      text += end;
      text += encodeValue(value);
      end = "\t";
    }
    text += "\n";
    if (text.length >= CHUNK) {
      yield Buffer.from(text, "utf8");
      text = "";
    }
  }
  if (text !== "") yield Buffer.from(text, "utf8");
}

const special = /[\\\t\n\r]/;
const quoted = /["\\]/;

function encodeValue(value: CopyValue): string {
  if (typeof value === "string") return escapeText(value);
  if (value === null) return "\\N";
  if (typeof value === "boolean") return value ? "t" : "f";
  if (typeof value === "number" || typeof value === "bigint") return String(value);
  if (value instanceof Uint8Array)
    return `\\\\x${Buffer.from(value.buffer, value.byteOffset, value.length).toString("hex")}`;
  return escapeText(`{${value.map(quoteElement).join(",")}}`);
}

/** A backslash, a tab and a line's end would be read as the format's own. */
function escapeText(text: string): string {
  if (!special.test(text)) return text;
  return text.replaceAll("\\", "\\\\").replaceAll("\t", "\\t").replaceAll("\n", "\\n").replaceAll("\r", "\\r");
}

/** One element of an array literal (PostgreSQL manual, 8.15.6). */
function quoteElement(text: string): string {
  if (!quoted.test(text)) return `"${text}"`;
  return `"${text.replaceAll("\\", "\\\\").replaceAll('"', '\\"')}"`;
}
