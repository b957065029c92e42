// One JSON line for each thing an operator should know. It is given codes, counts, block numbers and request ids, never
// names, addresses of people, keys, messages or bodies: a log is kept for long and read by many.

/** A value that may stand in a log line. */
export type LogValue = string | number | boolean | null | undefined;

/** Writes structured lines to standard error. */
export type Log = {
  info(event: string, fields?: Record<string, LogValue>): void;
  warn(event: string, fields?: Record<string, LogValue>): void;
  error(event: string, fields?: Record<string, LogValue>): void;
};

/** Makes a log that hands each line to `write` (standard error unless told otherwise). */
export function createLog(write: (line: string) => void = (line) => void process.stderr.write(line + "\n")): Log {
  const at =
    (level: string) =>
    (event: string, fields: Record<string, LogValue> = {}) =>
      write(JSON.stringify({ time: new Date().toISOString(), level, event, ...fields }));
  return { info: at("info"), warn: at("warn"), error: at("error") };
}
