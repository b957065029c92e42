// What the operator's commands have in common: options, help, and an end in words with a code that a script can go by.

import { readFile } from "node:fs/promises";
import { parseArgs } from "node:util";
import type { ParseArgsConfig } from "node:util";
import { Failure, isFailure } from "#protocol/failure.ts";

type Options = NonNullable<ParseArgsConfig["options"]>;

/** What a command is given: its options as text (a flag that was set is "yes") and what stands beside them. */
export type Given = { options: Record<string, string | undefined>; rest: string[] };

/** Runs a command: 2 when it could not be run, else what `work` gives. */
export async function runCommand(
  args: string[],
  { help, options, work }: { help: string; options: Options; work: (given: Given) => Promise<0 | 1> },
): Promise<0 | 1 | 2> {
  try {
    const { values, positionals } = parseArgs({
      args,
      options: { ...options, help: { type: "boolean", short: "h" } },
      allowPositionals: true,
    });
    if (values["help"] === true) {
      console.log(help);
      return 0;
    }
    const given = Object.entries(values).map(([name, value]) => [name, value === true ? "yes" : String(value)]);
    return await work({ options: Object.fromEntries(given) as Given["options"], rest: positionals });
  } catch (error) {
    console.error(isFailure(error) || isUsage(error) ? error.message : error);
    return 2;
  }
}

function isUsage(error: unknown): error is Error {
  return error instanceof Error && "code" in error && String(error.code).startsWith("ERR_PARSE_ARGS");
}

/**
 * The passphrase of a backup: the first line of a file, or PLACET_BACKUP_PASSPHRASE; null for none. It never stands in a
 * command line, which others can read.
 * @throws {Failure} "bad-input" for a file that cannot be read, or whose first line is empty
 */
export async function readPassphrase(file: string | undefined): Promise<string | null> {
  if (file === undefined) return process.env["PLACET_BACKUP_PASSPHRASE"] || null;
  const text = await readFile(file, "utf8").catch((cause: unknown) => {
    throw new Failure("bad-input", `The passphrase's file ${file} cannot be read. Nothing was done.`, { cause });
  });
  const [first = ""] = text.split(/\r?\n/, 1);
  if (first !== "") return first;
  throw new Failure("bad-input", `The first line of ${file} is empty, and is no passphrase. Nothing was done.`);
}
