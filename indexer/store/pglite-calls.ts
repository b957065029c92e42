// What the service asks of the thread that has PGlite, and what comes back. Rule: everything in it can be cloned.

/** Where PGlite's files are, and the schema of its tables (null: the usual one). */
export type PglitePlace = { folder: string; schema: string | null };

/** What the thread is begun with: PGlite itself, and a port that hears the name of each channel that was notified. */
export type PgliteStart = PglitePlace & { program: WebAssembly.Module; told: MessagePort };

/** One COPY, and the bytes that it reads: they are moved there, and given back to the system as soon as they were read. */
export type PgliteCopy = { sql: string; blob: readonly Uint8Array<ArrayBuffer>[] };

/** One thing to do, done after all that were asked for before. */
export type PgliteQuestion =
  | { do: "open" | "close" }
  | { do: "query"; sql: string; values: readonly unknown[] }
  /** One after the other; the first that fails is the last. */
  | { do: "copy"; copies: readonly PgliteCopy[] }
  | { do: "execute"; sql: string }
  | { do: "listen" | "unlisten"; channel: string };

/** Rows (none where nothing was asked for), or the database's own error. */
export type PgliteAnswer = { rows: readonly unknown[] } | { refused: PgliteRefusal };

/** An error of the database; `code` is its SQLSTATE. */
export type PgliteRefusal = { message: string; code: string | null };
