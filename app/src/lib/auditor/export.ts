// Takes rows away as CSV or JSON. Rule: a cell that a spreadsheet would run as a formula is made text.
import type { TrailRow } from "./trail-row.ts";

const columns = [
  "time",
  "block",
  "tx",
  "logIndex",
  "contract",
  "account",
  "act",
  "args",
  "headBefore",
  "headAfter",
] as const;

function cell(value: unknown): string {
  const text = typeof value === "object" && value !== null ? JSON.stringify(value) : String(value ?? "");
  // A cell that begins with one of these is run as a formula by spreadsheet programs.
  const inert = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(inert) ? `"${inert.replaceAll('"', '""')}"` : inert;
}

/** RFC 4180 text: a header line, then a line a row; the time is ISO 8601 in UTC. */
export function toCsv(rows: readonly TrailRow[]): string {
  const lines = rows.map((row) =>
    columns.map((name) => cell(name === "time" ? new Date(row.time * 1000).toISOString() : row[name])).join(","),
  );
  return [columns.join(","), ...lines].join("\r\n") + "\r\n";
}

/** Pretty JSON; numbers too large for JSON are written as text. */
export function toJson(value: unknown): string {
  return JSON.stringify(value, (_, one: unknown) => (typeof one === "bigint" ? one.toString() : one), 2) + "\n";
}

/** Saves text as a file on this device. */
export function saveText(text: string, options: { name: string; type: string }): void {
  const url = URL.createObjectURL(new Blob([text], { type: options.type }));
  const link = document.createElement("a");
  link.href = url;
  link.download = options.name;
  link.click();
  // The download has taken its own reference by the next task.
  setTimeout(() => URL.revokeObjectURL(url), 0);
}
