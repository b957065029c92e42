// Rows as CSV (RFC 4180), safe to open in a spreadsheet: a cell that begins like a formula is made text.

/** A CSV text of these rows. */
export function toCsv(rows: readonly (readonly string[])[]): string {
  return rows.map((row) => row.map(quote).join(",")).join("\r\n") + "\r\n";
}

/** Takes the quotation marks off a title that stands alone in a cell. */
export function nameless(words: string): string {
  return words.replace(/^[“"]([^“”"]*)[”"]$/, "$1");
}

function quote(cell: string): string {
  const safe = /^[=+\-@\t\r]/.test(cell) ? `'${cell}` : cell;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
